// RFC 3261 §17.1.1.3: the ACK that an INVITE client transaction makes for a 3xx-6xx; with §9.1 what goes on its INVITE's own hop.
import { createRequest } from '../message/create.ts';
import { formatVia } from '../message/header/via.ts';
import type { HeaderInit } from '../message/build.ts';
import type { Message, Request, Response } from '../message/message.ts';

/** The ACK to `response`, hop by hop like the INVITE itself. */
export function ackFor(invite: Request, response: Response): Request {
  return besideInvite('ACK', invite, { to: response });
}

/** A request of the INVITE's own hop: same Request-URI, same single Via, same Route; To as in `to`, and `more` at the end. */
export function besideInvite(
  method: 'ACK' | 'CANCEL',
  invite: Request,
  { to, more = [] }: { readonly to: Message; readonly more?: readonly HeaderInit[] },
): Request {
  return createRequest({
    method,
    uri: invite.uri,
    headers: [
      ['Via', formatVia(invite.topVia)],
      ['Max-Forwards', '70'],
      ...copied(invite, 'Route'),
      ...copied(invite, 'From'),
      ...copied(to, 'To'),
      ...copied(invite, 'Call-ID'),
      ['CSeq', `${invite.cseq.number} ${method}`],
      ...more,
    ],
  });
}

function copied(message: Message, name: string): readonly HeaderInit[] {
  return message.rows(name).map((value): HeaderInit => [name, value]);
}

// RFC 3261 §17.1.1.3: the ACK that an INVITE client transaction makes for a 3xx-6xx.
import { createRequest } from '../message/create.ts';
import { formatVia } from '../message/header/via.ts';
import type { HeaderInit } from '../message/build.ts';
import type { Message, Request, Response } from '../message/message.ts';

/** The ACK to `response`, hop by hop like the INVITE itself: same Request-URI, same single Via, same Route. */
export function ackFor(invite: Request, response: Response): Request {
  return createRequest({
    method: 'ACK',
    uri: invite.uri,
    headers: [
      ['Via', formatVia(invite.topVia)],
      ['Max-Forwards', '70'],
      ...copied(invite, 'Route'),
      ...copied(invite, 'From'),
      ...copied(response, 'To'),
      ...copied(invite, 'Call-ID'),
      ['CSeq', `${invite.cseq.number} ACK`],
    ],
  });
}

/** The rows of one header of `message`, as they stand there. */
export function copied(message: Message, name: string): readonly HeaderInit[] {
  return message.rows(name).map((value): HeaderInit => [name, value]);
}

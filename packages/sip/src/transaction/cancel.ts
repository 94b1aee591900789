// RFC 3261 §9.1: the CANCEL of an INVITE that was sent.
import { createRequest } from '../message/create.ts';
import type { HeaderInit } from '../message/build.ts';
import { formatVia } from '../message/header/via.ts';
import type { Request } from '../message/message.ts';
import { copied } from './ack.ts';

/** The CANCEL for `invite`; `headers` may add Reason (RFC 3326) but neither Require nor Proxy-Require. */
export function cancelFor(invite: Request, headers: readonly HeaderInit[] = []): Request {
  return createRequest({
    method: 'CANCEL',
    uri: invite.uri,
    headers: [
      ['Via', formatVia(invite.topVia)],
      ['Max-Forwards', '70'],
      ...copied(invite, 'Route'),
      ...copied(invite, 'From'),
      ...copied(invite, 'To'),
      ...copied(invite, 'Call-ID'),
      ['CSeq', `${invite.cseq.number} CANCEL`],
      ...headers.filter(([name]) => !/^(?:proxy-)?require$/i.test(name)),
    ],
  });
}

// RFC 3261 §9.1: the CANCEL of an INVITE that was sent.
import type { HeaderInit } from '../message/build.ts';
import type { Request } from '../message/message.ts';
import { besideInvite } from './ack.ts';

/** The CANCEL for `invite`; `headers` may add Reason (RFC 3326) but neither Require nor Proxy-Require. */
export function cancelFor(invite: Request, headers: readonly HeaderInit[] = []): Request {
  const more = headers.filter(([name]) => !/^(?:proxy-)?require$/i.test(name));
  return besideInvite('CANCEL', invite, { to: invite, more });
}

// What of a request or a refusal goes on to the other leg: all but what belongs to one hop, one dialog or one user agent.
import type { HeaderInit, Message } from '@offhook/sip/message';

/** Headers that each leg has of its own (RFC 3261 §20), or that the session writes by itself. */
const ofOneLeg: ReadonlySet<string> = new Set(
  [
    'Via v, From f, To t, Call-ID i, CSeq, Contact m, Max-Forwards, Max-Breadth, Route, Record-Route, Path, Service-Route',
    'Content-Type c, Content-Length l, Content-Encoding e, Content-Disposition, Content-Language, MIME-Version',
    'Allow, Supported k, Require, Proxy-Require, Unsupported, Accept, Accept-Encoding, Accept-Language, Allow-Events u',
    'Session-Expires x, Min-SE, RAck, RSeq, Recv-Info, Info-Package, Event o, Replaces, Join, Target-Dialog, Refer-To r, Refer-Sub',
    'User-Agent, Server, Timestamp, Expires, Flow-Timer, Session-ID, Authorization, Authentication-Info, Date',
  ]
    .join(', ')
    .split(/[ ,]+/)
    .map((name) => name.toLowerCase()),
);

/** The headers of `message` that go on, in their order. */
export function passedHeaders(message: Message): readonly HeaderInit[] {
  const passed: HeaderInit[] = [];
  for (const [name, value] of message.headers())
    if (!ofOneLeg.has(name.toLowerCase())) passed.push([name, value]);
  return passed;
}

/** The Reason rows of `message` (RFC 3326 §2). */
export function reasonsOf(message: Message): readonly HeaderInit[] {
  return message.rows('Reason').map((value): HeaderInit => ['Reason', value]);
}

// Where others reach a user agent: its Contact (RFC 3261 §8.1.1.8, RFC 5630 §5.1).
import type { Endpoint } from '../endpoint/endpoint.ts';
import { contact } from '../message/header/contact.ts';
import { recordRoute } from '../message/header/record-route.ts';
import { route } from '../message/header/route.ts';
import { formatHost } from '../message/host.ts';
import type { Request } from '../message/message.ts';
import type { SipUri } from '../message/uri.ts';
import type { Flow } from '../transport/port.ts';

/** Whose address is meant, and where it leads. */
export interface Reached {
  readonly endpoint: Endpoint;
  /** As it stands in a URI. */
  readonly user: string | undefined;
  readonly flow: Flow;
  readonly scheme: SipUri['scheme'];
  /** True when requests are to come back over this flow and no other (RFC 5626 §4.3). */
  readonly outbound: boolean;
}

/** The Contact URI for a peer at the other end of a flow. */
export function contactUri({ endpoint, user, flow, scheme, outbound }: Reached): string {
  const { host, port } = endpoint.sentBy(flow.protocol, flow);
  const name = user === undefined ? '' : `${user}@`;
  const where = port === undefined ? formatHost(host) : `${formatHost(host)}:${port}`;
  return `${scheme}:${name}${where}${transportParameter(flow)}${outbound ? ';ob' : ''}`;
}

/** RFC 8599 §4.1: how we are woken, as parameters of a Contact URI; a TypeError for what cannot stand there. */
export function pushParameters(said: string | undefined): string {
  if (said === undefined) return '';
  if (
    !/^[\w.!~*'()[\]/:&+$%-]+=[\w.!~*'()[\]/:&+$%-]+(?:;[\w.!~*'()[\]/:&+$%-]+=[\w.!~*'()[\]/:&+$%-]+)*$/.test(
      said,
    )
  )
    throw new TypeError('Push parameters are a list such as pn-provider=webpush;pn-prid=abc');
  return `;${said}`;
}

/**
 * The scheme of our Contact in `request`, which we send, or in our answer to it: sips when it goes to a sips URI, or by
 * a route that begins with one, else sip (RFC 3261 §8.1.1.8, §12.1.1, RFC 5630 §5.1.1.2).
 */
export function contactScheme(request: Request): SipUri['scheme'] {
  if (request.uri.scheme === 'sips') return 'sips';
  const [first] = request.get(recordRoute) ?? request.get(route) ?? request.get(contact) ?? [];
  return first !== undefined && first !== '*' && first.uri.scheme === 'sips' ? 'sips' : 'sip';
}

function transportParameter({ protocol }: Flow): string {
  switch (protocol) {
    case 'UDP':
    // RFC 5630 §5.1.1: transport=tls is never written; sips says the same, and with sip the flow itself is the way back.
    case 'TLS':
      return '';
    case 'TCP':
      return ';transport=tcp';
    // RFC 7118 §5.2: `ws` for both.
    case 'WS':
    case 'WSS':
      return ';transport=ws';
  }
}

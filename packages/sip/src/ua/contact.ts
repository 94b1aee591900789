// Where others reach a user agent: its Contact (RFC 3261 §8.1.1.8).
import type { Endpoint } from '../endpoint/endpoint.ts';
import { formatHost } from '../message/host.ts';
import type { Flow, Protocol } from '../transport/port.ts';

/** Whose address is meant, and where it leads. */
export interface Reached {
  readonly endpoint: Endpoint;
  /** As it stands in a URI. */
  readonly user: string | undefined;
  readonly flow: Flow;
  /** True when requests are to come back over this flow and no other (RFC 5626 §4.3). */
  readonly outbound: boolean;
}

/** The Contact URI for a peer at the other end of a flow. */
export function contactUri({ endpoint, user, flow, outbound }: Reached): string {
  const { host, port } = endpoint.sentBy(flow.protocol, flow);
  const name = user === undefined ? '' : `${user}@`;
  const where = port === undefined ? formatHost(host) : `${formatHost(host)}:${port}`;
  const transport = flow.protocol === 'UDP' ? '' : `;transport=${transportName(flow.protocol)}`;
  return `sip:${name}${where}${transport}${outbound ? ';ob' : ''}`;
}

// RFC 7118 §5.2: `ws` in URIs, for WSS too.
function transportName(protocol: Protocol): string {
  return protocol === 'WSS' ? 'ws' : protocol.toLowerCase();
}

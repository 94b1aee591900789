// Where others reach a user agent: its Contact (RFC 3261 §8.1.1.8).
import type { Endpoint } from '../endpoint/endpoint.ts';
import { formatHost } from '../message/host.ts';
import type { Flow, Protocol } from '../transport/port.ts';

/** The Contact URI of `user` (as it stands in a URI) for a peer at the other end of `flow`. */
export function contactUri(endpoint: Endpoint, user: string | undefined, flow: Flow): string {
  const { host, port } = endpoint.sentBy(flow.protocol, flow);
  const name = user === undefined ? '' : `${user}@`;
  const where = port === undefined ? formatHost(host) : `${formatHost(host)}:${port}`;
  const transport = flow.protocol === 'UDP' ? '' : `;transport=${transportName(flow.protocol)}`;
  return `sip:${name}${where}${transport}`;
}

// RFC 7118 §5.2: `ws` in URIs, for WSS too.
function transportName(protocol: Protocol): string {
  return protocol === 'WSS' ? 'ws' : protocol.toLowerCase();
}

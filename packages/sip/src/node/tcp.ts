// SIP over TCP on node:net (RFC 3261 §18).
import { connect } from 'node:net';
import { NodeStreams } from './stream-transport.ts';
import type { StreamKind, StreamOptions, StreamTransport } from './stream-transport.ts';

/** A TCP listener, and the connections made through it, as a transport. */
export function tcp(options: StreamOptions = {}): StreamTransport {
  return new NodeStreams(plain, options);
}

const plain: StreamKind = {
  protocol: 'TCP',
  welcome: (socket, ready) => ready({ socket }),
  connect: (to) => ({ socket: connect(to) }),
};

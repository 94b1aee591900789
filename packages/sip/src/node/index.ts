// The door `@offhook/sip/node`: transports and DNS for Node.js. Importing it makes Buffer the latin1 codec and OpenSSL the hash.
import { install } from './install.ts';

install();

export { checkedCertificate, readCertificate } from './certificate.ts';
export type { CertificateFiles, TlsCertificate } from './certificate.ts';
export { isConnectionFlow, trustFlow } from './connections.ts';
export type { ConnectionFlow } from './connections.ts';
export { connectionLimits } from './guard.ts';
export type { ConnectionLimits } from './guard.ts';
export { judgeProvenance } from './handshake.ts';
export type { HandshakeRules, Provenance, Refusal } from './handshake.ts';
export { bufferLatin1 } from './latin1.ts';
export { nodeResolver } from './resolver.ts';
export type { NodeResolverOptions } from './resolver.ts';
export { natReport } from './stun-client.ts';
export type { NatReportOptions } from './stun-client.ts';
export { stunServer } from './stun-server.ts';
export type { StunServer, StunServerOptions } from './stun-server.ts';
export type { ConnectionCounters, StreamOptions, StreamTransport } from './stream-transport.ts';
export { tcp } from './tcp.ts';
export { tls } from './tls.ts';
export type { TlsOptions, TlsTransport } from './tls.ts';
export { udp } from './udp.ts';
export { udpDrops } from './udp-drops.ts';
export type { UdpCounters, UdpOptions, UdpTransport } from './udp.ts';
export { webSocketClient } from './web-socket-client.ts';
export type { WebSocketClientOptions } from './web-socket-client.ts';
export type { PingTimes } from './web-socket-flow.ts';
export { webSocketServer } from './web-socket-server.ts';
export type {
  WebSocketServerOptions,
  WebSocketServerTransport,
  WebSocketTransport,
} from './web-socket-server.ts';

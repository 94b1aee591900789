// The door `@offhook/sip/node`: transports and DNS for Node.js. Importing it makes Buffer the latin1 codec.
import { installLatin1 } from './latin1.ts';

installLatin1();

export { isConnectionFlow, trustFlow } from './connections.ts';
export type { ConnectionFlow } from './connections.ts';
export { connectionLimits } from './guard.ts';
export type { ConnectionLimits } from './guard.ts';
export type { HandshakeRules } from './handshake.ts';
export { bufferLatin1 } from './latin1.ts';
export { nodeResolver } from './resolver.ts';
export type { NodeResolverOptions } from './resolver.ts';
export { tcp } from './tcp.ts';
export type { ConnectionCounters, TcpOptions, TcpTransport } from './tcp.ts';
export { udp } from './udp.ts';
export type { UdpCounters, UdpOptions, UdpTransport } from './udp.ts';
export { webSocketClient } from './web-socket-client.ts';
export type { WebSocketClientOptions } from './web-socket-client.ts';
export type { PingTimes } from './web-socket-flow.ts';
export { webSocketServer } from './web-socket-server.ts';
export type { WebSocketServerOptions, WebSocketTransport } from './web-socket-server.ts';

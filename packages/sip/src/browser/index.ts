// The door `@offhook/sip/browser`: what only a page has, its WebSocket, its peer connections and its devices.
export { PageTransport, webSocket } from './web-socket.ts';
export type { WebSocketOptions } from './web-socket.ts';
export { webRtc } from './web-rtc.ts';
export type { WebRtcEngine, WebRtcOptions } from './web-rtc.ts';
export { WebRtcSession } from './web-rtc-session.ts';
export type { WebRtcEvents } from './web-rtc-session.ts';
export { devices } from './devices.ts';
export type { Device, Devices } from './devices.ts';
export { onNetworkChange } from './network-change.ts';
export type { LevelMeter } from './level.ts';
export type { MediaLevel } from './level-watch.ts';
export { checkNetwork } from './network-check.ts';
export type { NetworkCheckOptions } from './network-check.ts';
export { networkReport } from './network-report.ts';
export type { FoundCandidate, Gathering, NetworkReport } from './network-report.ts';
export { MediaRefused } from './media-refused.ts';
export type { MediaRefusal, MediaSource } from './media-refused.ts';
export type { VideoStatistics, WebRtcStatistics } from './statistics.ts';

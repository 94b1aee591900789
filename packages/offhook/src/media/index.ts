// The door `offhook/media`: sound for the calls of a user agent in Node.js.
export type { CodecName } from './codec/codec.ts';
export { rtp } from './rtp-negotiator.ts';
export type { RtpEngine, RtpEvents, RtpOptions, RtpSession, SrtpPolicy } from './rtp-negotiator.ts';
export type { Playable } from './worker-messages.ts';

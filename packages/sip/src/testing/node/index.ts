// The door `@offhook/sip/testing/node`: bad lines for real sockets.
export { impairedTcp } from './impaired-streams.ts';
export type { StreamLine } from './impaired-streams.ts';
export { impairedPair } from './impaired-pair.ts';
export type { ImpairedPair, PairOptions } from './impaired-pair.ts';
export { impairedUdp } from './impaired-udp.ts';
export type { Line, LineCounts, LineOptions, LineWeather, Way } from './line.ts';

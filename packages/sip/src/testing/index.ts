// The door `@offhook/sip/testing`: time, chance and a network that a test holds in its hands.
export { clockContract } from './contract/clock.ts';
export type { ClockWorld } from './contract/clock.ts';
export type { TestFunctions } from './contract/framework.ts';
export { negotiatorContract } from './contract/negotiator.ts';
export type { NegotiatorWorld } from './contract/negotiator.ts';
export { randomContract } from './contract/random.ts';
export { contractRecords, resolverContract } from './contract/resolver.ts';
export type { ResolverWorld } from './contract/resolver.ts';
export { assertObservations, tapContract } from './contract/tap.ts';
export type { TapWorld } from './contract/tap.ts';
export { transportContract } from './contract/transport.ts';
export type { TransportWorld } from './contract/transport.ts';
export { assertNoLeaks, leaks } from './leaks.ts';
export type { Countable } from './leaks.ts';
export { FlowRecorder } from './recorder.ts';
export { headerRows, ScriptedPeer } from './scripted-peer.ts';
export type { Answer, Arrived, Expected, KeepAliveArrived } from './scripted-peer.ts';
export { seededRandom } from './seeded-random.ts';
export { silentCodecs, SilentMedia, SilentSession } from './silent-media.ts';
export type { SilentMediaOptions } from './silent-media.ts';
export { settle, VirtualClock } from './virtual-clock.ts';
export type { NatBehaviour, NatBox, NatMapping, NatOptions } from './virtual-nat.ts';
export { VirtualNetwork } from './virtual-network.ts';
export type {
  Conditions,
  Packet,
  VirtualNetworkOptions,
  VirtualTransport,
} from './virtual-network.ts';
export { VirtualResolver } from './virtual-resolver.ts';
export type { Zone } from './virtual-resolver.ts';
export type { Weather } from './weather.ts';

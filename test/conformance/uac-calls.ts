// A client of ours and who it calls, for the tests of user agent clients.
import type { ScriptedPeer } from '../../packages/sip/src/testing/scripted-peer.ts';
import type { Resolver } from '../../packages/sip/src/transport/resolver.ts';
import type { Agent, World } from './world.ts';

/** Whom it calls. */
export const target = 'sip:peer@10.0.0.9';

/** A resolver that knows A records only. */
export function addresses(a: () => readonly string[]): Resolver {
  return {
    a: () => Promise.resolve(a()),
    aaaa: () => Promise.resolve([]),
    srv: () => Promise.resolve([]),
    naptr: () => Promise.resolve([]),
  };
}

/** A client on UDP and TCP. */
export function both(world: World): Promise<Agent> {
  const transports = [
    world.network.transport('UDP', '10.0.0.1', 5060),
    world.network.transport('TCP', '10.0.0.1', 5060),
  ];
  return world.agent('alice', '10.0.0.1', { transports });
}

/** A client on UDP, and a scripted peer. */
export async function pair(
  world: World,
): Promise<{ readonly alice: Agent; readonly peer: ScriptedPeer }> {
  return { alice: await world.agent('alice', '10.0.0.1'), peer: await world.peer('10.0.0.9') };
}

// Users of a test world, and what they register with.
import { CoreWorld } from './core.test-kit.ts';
import type { Phone } from './phone.test-kit.ts';

/** What `end` says when all is gone. */
export const nothingLeft = { transactions: 0, contexts: 0, faults: 0 };
/** Where everybody registers. */
const registerUri = 'sip:example.com';

/** A REGISTER of `user`. */
export function registerOf(user: string): {
  uri: string;
  from: string;
  to: string;
  headers: string[];
} {
  const aor = `<sip:${user}@example.com>`;
  return {
    uri: registerUri,
    from: `${aor};tag=r1`,
    to: aor,
    headers: ['Contact: <sip:x@192.0.2.10>'],
  };
}

/** alice on .10 and bob on .20, both registered; bob answers. */
export async function two(): Promise<{ world: CoreWorld; alice: Phone; bob: Phone }> {
  const world = await CoreWorld.start();
  const alice = await world.peer('192.0.2.10');
  const bob = await world.peer('192.0.2.20');
  await bob.register('bob');
  bob.answers();
  return { world, alice, bob };
}

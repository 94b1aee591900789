// Waits for what the machine does, for tests.
import { setImmediate as turn } from 'node:timers/promises';
import { systemClock } from '@offhook/sip';

// A guard against a test that hangs, in milliseconds; what a busy machine needs is far below.
const patience = 40_000;

/** Lets the event loop turn until `condition` holds. */
export async function until(condition: () => boolean): Promise<void> {
  const end = systemClock.now() + patience;
  while (!condition()) {
    if (systemClock.now() > end) throw new Error('Waited in vain');
    await turn();
  }
}

// What breaks at some moments of a call leaves nothing of it on either side: a share of teardown.long.test.ts (A44).
import { expect, test } from 'vitest';
import { resetAt, wholeCall, without } from './whole-call.ts';
import { World } from './world.ts';

const kinds = [
  { offerless: false, cancelled: false },
  { offerless: true, cancelled: false },
  { offerless: false, cancelled: true },
] as const;

test.each(kinds)(
  'RFC 3261 §18.4: the connection is reset every 40 ms from INVITE to BYE: %o (A44)',
  async (kind) => {
    for (let at = 1; at <= 240; at += 40) await resetAt(at, kind);
  },
);

test.each(kinds)(
  'RFC 3261 §17, §12.2.1.2: every fourth packet is lost once, or the last one that gets through: %o (A44)',
  async (kind) => {
    const undisturbed = new World();
    await wholeCall(undisturbed, 'UDP', kind);
    const { length } = undisturbed.network.packets;
    expect(length).toBeGreaterThan(8);
    for (let at = 1; at <= length; at += 4) {
      await without((number) => number === at, kind);
      await without((number) => number > at, kind);
    }
  },
);

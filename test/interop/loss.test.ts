// Delivery over bad lines: a thousand calls of SIPp through a relay that loses a fifth of everything both ways.
import { expect, test } from 'vitest';
import { Offhook } from '../peers/offhook.ts';
import { installed } from '../peers/program.ts';
import { Relay } from '../peers/relay.ts';
import { Sipp } from '../peers/sipp.ts';
import { World } from '../peers/world.ts';

const calls = 1_000;

test.runIf(installed('sipp'))(
  'with a fifth lost both ways at least 999 of 1,000 calls over UDP succeed',
  async () => {
    await using world = new World(170_000);
    const server = await Offhook.start(world, ['--quiet']);
    const relay = await Relay.start(world, server.port, { seed: 20, loss: 0.2 });
    const uac = await Sipp.start(world, {
      scenario: 'uac',
      target: relay.address,
      uri: server.aor('echo'),
      calls,
      rate: 20,
      limit: calls,
      hold: 500,
      more: ['-max_invite_retrans', '6', '-max_non_invite_retrans', '10'],
    });
    const done = await uac.finished(160_000);
    expect(done.succeeded, done.errors).toBeGreaterThanOrEqual(calls - 1);
    const share = relay.counts.lost / (relay.counts.lost + relay.counts.passed);
    expect(share).toBeGreaterThan(0.18);
    expect(share).toBeLessThan(0.22);
  },
  180_000,
);

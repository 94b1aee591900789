// Delivery over bad lines: a thousand calls of SIPp through a line that loses a fifth of everything both ways.
import { impairedUdp } from '@offhook/sip/testing/node';
import { expect, test } from 'vitest';
import { Offhook } from '../peers/offhook.ts';
import { installed } from '../peers/program.ts';
import { Sipp } from '../peers/sipp.ts';
import { World } from '../peers/world.ts';

const calls = 1_000;

test.runIf(installed('sipp'))(
  'with a fifth lost both ways at least 999 of 1,000 calls over UDP succeed (M4, X10)',
  async () => {
    await using world = new World(170_000);
    const server = await Offhook.start(world, ['--quiet']);
    const target = { host: server.host, port: server.port };
    const bad = { toTarget: { loss: 0.2 }, toClient: { loss: 0.2 } };
    const port = await world.ports.take();
    const line = world.own(await impairedUdp({ target, seed: 20, local: { port }, ...bad }));
    const uac = await Sipp.start(world, {
      scenario: 'uac',
      target: `127.0.0.1:${port}`,
      uri: server.aor('echo'),
      calls,
      rate: 20,
      limit: calls,
      hold: 500,
      more: ['-max_invite_retrans', '6', '-max_non_invite_retrans', '10'],
    });
    const done = await uac.finished(160_000);
    expect(done.succeeded, done.errors).toBeGreaterThanOrEqual(calls - 1);
    const share = line.counts.lost / (line.counts.lost + line.counts.passed);
    expect(share).toBeGreaterThan(0.18);
    expect(share).toBeLessThan(0.22);
  },
  180_000,
);

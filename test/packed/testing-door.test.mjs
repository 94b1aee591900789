// The door `@offhook/sip/testing` in plain Node.js, under its own test runner: contracts, and a call over a bad network.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { UserAgent } from '@offhook/sip';
import {
  assertNoLeaks,
  clockContract,
  seededRandom,
  settle,
  SilentMedia,
  transportContract,
  VirtualClock,
  VirtualNetwork,
} from '@offhook/sip/testing';

const framework = { describe, test };

clockContract(
  'The virtual clock',
  () => {
    const clock = new VirtualClock();
    return { clock, pass: (milliseconds) => clock.elapse(milliseconds) };
  },
  framework,
);

transportContract(
  'The virtual UDP',
  async () => {
    const clock = new VirtualClock();
    const network = new VirtualNetwork({ clock, random: seededRandom(1) });
    return {
      left: network.transport('UDP', '10.0.0.1', 5060),
      right: network.transport('UDP', '10.0.0.2', 5060),
      nobody: { host: '10.0.0.3', port: 5060 },
      turn: () => clock.elapse(1),
      close: async () => assertNoLeaks({ timers: clock }),
    };
  },
  framework,
);

await test('a call over a network that loses a fifth, in no time at all', async () => {
  const clock = new VirtualClock();
  const network = new VirtualNetwork({ clock, random: seededRandom(20), loss: 0.2 });
  const agent = (name, host, seed) =>
    new UserAgent({
      account: { aor: `sip:${name}@${host}` },
      transports: [network.transport('UDP', host, 5060)],
      media: new SilentMedia({ random: seededRandom(seed), host }),
      random: seededRandom(seed + 1),
      clock,
    });
  const alice = agent('alice', '10.0.0.1', 2);
  const bob = agent('bob', '10.0.0.2', 4);
  await Promise.all([alice.start(), bob.start()]);
  void (async () => {
    for await (const call of bob.incoming) void call.accept();
  })();
  let ended;
  void alice
    .call('sip:bob@10.0.0.2')
    .answered.then(async (call) => {
      await call.hangUp();
      ended = await call.ended;
    })
    .catch((error) => (ended = error));
  await clock.elapse(100_000);
  await settle();
  assert.deepEqual([ended?.by, ended?.cause], ['local', 'bye']);
  assert.deepEqual(alice.load, { transactions: 0, dialogs: 0 });
  assertNoLeaks({ timers: clock });
});

// How to test a program that calls: a network that loses a third of everything, and 32 seconds that take no time. `node --test`.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserAgent } from '@offhook/sip';
import { assertNoLeaks, seededRandom, SilentMedia, VirtualClock, VirtualNetwork } from '@offhook/sip/testing'; // prettier-ignore

/** What is under test: calls until somebody answers, at most three times. */
async function persistentCall(ua: UserAgent, target: string): Promise<number> {
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    try {
      const call = await ua.call(target).answered;
      await call.hangUp();
      return attempt;
    } catch {
      // Once more.
    }
  }
  return 0;
}

await test('bob, who is busy twice, is reached at the third try over a network that loses a third', async () => {
  const clock = new VirtualClock();
  const network = new VirtualNetwork({
    clock,
    random: seededRandom(7),
    latency: [5, 40],
    loss: 0.33,
  });
  const agent = (name: string, host: string, seed: number): UserAgent =>
    new UserAgent({
      account: { aor: `sip:${name}@${host}` },
      transports: [network.transport('UDP', host, 5060)],
      media: new SilentMedia({ random: seededRandom(seed), host }),
      random: seededRandom(seed + 1),
      clock,
    });
  const [alice, bob] = [agent('alice', '10.0.0.1', 1), agent('bob', '10.0.0.2', 3)];
  await bob.start();
  void (async () => {
    let calls = 0;
    for await (const incoming of bob.incoming) {
      calls += 1;
      if (calls < 3) incoming.reject(486);
      else void incoming.accept();
    }
  })();

  let attempts: number | undefined;
  void persistentCall(alice, 'sip:bob@10.0.0.2').then((made) => (attempts = made));
  await clock.elapse(200_000);
  assert.equal(attempts, 3);
  assertNoLeaks({ timers: clock, dialogs: () => alice.load.dialogs + bob.load.dialogs });
});

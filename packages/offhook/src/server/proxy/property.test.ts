// Whatever the branches do: one final response upstream, or only 2xx, and nothing left behind.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { methods, ProxyWorld, proxyAddress, requestText, statuses } from './proxy.test-kit.ts';

/** What one callee does: when, and with which statuses; whether it answers a CANCEL. */
interface Script {
  readonly answers: readonly (readonly [after: number, status: number])[];
  readonly heedsCancel: boolean;
  readonly silent: boolean;
}

const status = fc.constantFrom(
  100,
  180,
  183,
  199,
  200,
  202,
  299,
  302,
  401,
  407,
  408,
  486,
  487,
  500,
  503,
  600,
  603,
);
const delay = fc.constantFrom(0, 5, 50, 500, 3_000, 20_000, 100_000);
const script: fc.Arbitrary<Script> = fc.record({
  answers: fc.array(fc.tuple(delay, status), { maxLength: 4 }),
  heedsCancel: fc.boolean(),
  silent: fc.boolean(),
});

test('RFC 3261 §16.7: upstream gets exactly one final response, or 2xx alone, and no context and no timer stays (C164, C165, C167, C168, C170)', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        callees: fc.array(script, { minLength: 1, maxLength: 4 }),
        breadth: fc.constantFrom(undefined, 1, 2),
        cancelAfter: fc.option(delay, { nil: undefined }),
        invite: fc.boolean(),
        loss: fc.constantFrom(0, 0, 0.2),
        seed: fc.integer({ min: 1, max: 10_000 }),
      }),
      async ({ callees, breadth, cancelAfter, invite, loss, seed }) => {
        const world = await ProxyWorld.start(seed);
        const alice = await world.peer('192.0.2.10');
        for (const [index, callee] of callees.entries())
          await play(world, `192.0.2.${20 + index}`, callee);
        world.network.change({ loss });
        const method = invite ? 'INVITE' : 'MESSAGE';
        const headers = breadth === undefined ? [] : [`Max-Breadth: ${breadth}`];
        const request = requestText({ method, headers });
        // A client upstream: repeats what gets no answer, and ACKs what is not a 2xx.
        for (const repeat of [0, 500, 1_500, 3_500])
          world.clock.after(repeat, () => alice.send(request, proxyAddress));
        alice.when(/^SIP\/2\.0 [3-6]\d\d [\s\S]*INVITE/, ({ text }) => {
          const to = /\r\nTo: ([^\r]*)/.exec(text)?.[1] ?? '';
          alice.send(
            requestText({ method: 'ACK', branch: 'z9hG4bK-INVITE-1', to, headers: [] }),
            proxyAddress,
          );
        });
        if (cancelAfter !== undefined && invite) {
          world.clock.after(cancelAfter + 10, () =>
            alice.send(
              requestText({ method: 'CANCEL', branch: 'z9hG4bK-INVITE-1', headers: [] }),
              proxyAddress,
            ),
          );
        }
        world.clock.advance(1_200_000);
        judge(alice, method);
        if (invite && loss === 0) expect(statuses(alice).some((code) => code >= 200)).toBe(true);
        await world.end();
      },
    ),
    { numRuns: 250 },
  );
});

async function play(
  world: ProxyWorld,
  host: string,
  { answers, heedsCancel, silent }: Script,
): Promise<void> {
  const peer = await world.peer(host, 'bob');
  if (silent) return;
  const begun = new Set<string>();
  peer.when(/^(?:INVITE|MESSAGE) /, (request) => {
    const [via = ''] = /branch=[^;\r]*/.exec(request.text) ?? [];
    if (begun.has(via)) return;
    begun.add(via);
    for (const [after, answer] of answers)
      world.clock.after(after, () => peer.respond(request, answer, { toTag: host }));
    if (!heedsCancel) return;
    peer.when('CANCEL', (cancel) => {
      peer.respond(cancel, 200);
      peer.respond(request, 487, { toTag: host });
    });
  });
}

function judge(alice: Parameters<typeof statuses>[0], method: string): void {
  const own = alice.log.filter(
    ({ text }) => text.includes(`CSeq: 1 ${method}\r\n`) && text.startsWith('SIP/2.0 '),
  );
  const finals = own.map(({ text }) => text).filter((text) => Number(text.slice(8, 11)) >= 200);
  const different = new Set(finals);
  const good = [...different].filter((text) => text.startsWith('SIP/2.0 2'));
  expect(methods(alice)).toEqual([]);
  if (method === 'INVITE')
    expect(good.length > 0 ? good.length : different.size).toBe(different.size);
  else expect(different.size).toBeLessThanOrEqual(1);
  if (good.length === 0) expect(different.size).toBeLessThanOrEqual(1);
  const after = own.map(({ text }) => Number(text.slice(8, 11)));
  const firstFinal = after.findIndex((code) => code >= 200);
  if (firstFinal >= 0 && method === 'INVITE')
    expect(after.slice(firstFinal).every((code) => code >= 200)).toBe(true);
}

// Many calls at once over a bad network, and what became of them.
import { keyPressInfo } from '../../packages/sip/src/session/dtmf-relay.ts';
import { World } from './world.ts';
import type { Agent } from './world.ts';
import type { Conditions } from '../../packages/sip/src/testing/virtual-network.ts';

/** Whole calls: set up, talked on for a second, hung up by one side or the other. */
export async function calls(
  count: number,
  conditions: Partial<Conditions>,
  seed: number,
): Promise<string> {
  const world = new World({ ...conditions, keepPackets: false }, seed);
  const alice = await world.agent('alice', '10.0.0.1', { tap: undefined });
  const bob = await world.agent('bob', '10.0.0.2', { tap: undefined });
  let answered = 0;
  let ended = 0;
  const answering = answerAll(bob, () => {
    ended += 1;
  });
  const calling = Array.from({ length: count }, async (_, index) => {
    const call = await alice.ua.call('sip:bob@10.0.0.2').answered;
    answered += 1;
    call.onAgreement(() => {
      throw new Error('There was no re-INVITE');
    });
    if (index % 2 === 0) world.clock.after(1_000, () => void call.hangUp());
    await call.ended;
    ended += 1;
  });
  await world.during(Promise.allSettled(calling), 200_000);
  await world.elapse(70_000);
  await world.end();
  const incoming = await answering();
  return `${answered} of ${count} answered, ${ended} ends, ${incoming} incoming`;
}

/** What `calls` says when all went well. */
export function all(count: number): string {
  return `${count} of ${count} answered, ${2 * count} ends, ${count} incoming`;
}

function answerAll(bob: Agent, over: () => void): () => Promise<number> {
  let incoming = 0;
  const done = (async () => {
    for await (const call of bob.ua.incoming) {
      incoming += 1;
      call.ring();
      void call.accept().then(async (answered) => {
        bob.ua.endpoint.clock.after(2_500, () => void answered.hangUp());
        await answered.ended;
        over();
      });
    }
  })();
  return async () => {
    await done;
    return incoming;
  };
}

/** Calls with all that a call can have before and after its answer: reliable early media, an UPDATE, a key, a re-INVITE. */
export async function richCalls(
  count: number,
  conditions: Partial<Conditions>,
  seed: number,
): Promise<string> {
  const world = new World({ ...conditions, keepPackets: false }, seed);
  const alice = await world.agent('alice', '10.0.0.1', { tap: undefined });
  const bob = await world.agent('bob', '10.0.0.2', { tap: undefined });
  const counts = { early: 0, answered: 0, updated: 0, keys: 0, held: 0, ended: 0 };
  const answering = (async () => {
    for await (const call of bob.ua.incoming) {
      void (async () => {
        await call.earlyMedia();
        counts.early += 1;
        const answered = await call.accept();
        answered.onInfo(() => {
          counts.keys += 1;
        });
        await answered.ended;
        counts.ended += 1;
      })();
    }
  })();
  const calling = Array.from({ length: count }, async () => {
    const call = await alice.ua.call('sip:bob@10.0.0.2').answered;
    counts.answered += 1;
    await call.hold('UPDATE');
    if (call.streams[0]?.direction === 'sendonly') counts.updated += 1;
    await call.inform(keyPressInfo('5'));
    await call.resume();
    if (call.streams[0]?.direction === 'sendrecv') counts.held += 1;
    await call.hangUp();
    counts.ended += 1;
  });
  await world.during(Promise.allSettled(calling), 400_000);
  await world.elapse(70_000);
  await world.end();
  await answering;
  return Object.values(counts).join(' ');
}

/** What `richCalls` says when all went well. */
export function allRich(count: number): string {
  return `${Array.from({ length: 5 }, () => count).join(' ')} ${2 * count}`;
}

// Calls, messages, OPTIONS and registrations by the hundred thousand on virtual time: between two user agents, and through a whole server core.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { UserAgent } from '@offhook/sip';
import type { IncomingCall, OutgoingCall } from '@offhook/sip';
import { seededRandom, settle, SilentMedia } from '@offhook/sip/testing';
import type { SilentSession } from '@offhook/sip/testing';
import { CoreWorld } from '../../packages/offhook/src/server/core/core.test-kit.ts';
import { server } from '../../packages/offhook/src/server/core/phone.test-kit.ts';

/** How long a run is. */
export interface LongRunOptions {
  readonly batches: number;
  readonly callsInBatch: number;
  /** OPTIONS and MESSAGEs, half of each. */
  readonly othersInBatch: number;
  /** Hears of each batch when it is over. */
  readonly tell?: ((batch: LongRunBatch) => void) | undefined;
}

/** One batch, 70 virtual seconds after its last message. */
export interface LongRunBatch {
  readonly calls: number;
  readonly transactions: number;
  /** Bytes after a collection. */
  readonly heapUsed: number;
  /** Whatever should not be there any more. */
  readonly left: Readonly<Record<string, number>>;
}

/** What a run came to; the counts are those of the whole run. */
export interface LongRunOutcome {
  readonly batches: readonly LongRunBatch[];
  /** How many calls ended in each way. */
  readonly ends: Readonly<Record<string, number>>;
}

const plans = ['accept', 'accept', 'accept', 'accept', 'hang up', 'refuse', 'ring'] as const;

/** 64*T1 of the last transaction, of the one that it caused, and a little. */
const drain = 70_000;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Runs the batches one after the other; nothing in it takes real time but the work itself. */
export async function longRun(options: LongRunOptions): Promise<LongRunOutcome> {
  const stage = await Stage.start();
  const batches: LongRunBatch[] = [];
  for (let batch = 0; batch < options.batches; batch += 1) {
    await stage.play(options);
    const done = stage.look();
    batches.push(done);
    options.tell?.(done);
  }
  return { batches, ends: Object.fromEntries(stage.ends) };
}

class Stage {
  readonly ends = new Map<string, number>();
  readonly #world: CoreWorld;
  /** These two call through the server, with which they are registered. */
  readonly #alice: UserAgent<SilentSession>;
  readonly #bob: UserAgent<SilentSession>;
  /** These two call directly. */
  readonly #carol: UserAgent<SilentSession>;
  readonly #dave: UserAgent<SilentSession>;
  #transactions = 0;
  #calls = 0;
  /** Timers of two registrations that nobody uses. */
  #idle = 0;
  /** What bob does with a call, by its Call-ID. */
  readonly #plans = new Map<string, (typeof plans)[number]>();

  static async start(): Promise<Stage> {
    const world = await CoreWorld.start();
    world.network.change({ latency: [1, 20], loss: 0.01, icmp: false });
    const stage = new Stage(world);
    await stage.#during(
      Promise.all([stage.#alice.register(), stage.#bob.register(), stage.#dave.start()]),
    );
    await world.clock.elapse(drain);
    stage.#idle = world.clock.pending;
    return stage;
  }

  private constructor(world: CoreWorld) {
    this.#world = world;
    const through = { server: `sip:${server.host}` };
    this.#alice = this.#agent('alice', '10.0.0.1', 21, through);
    this.#bob = this.#agent('bob', '10.0.0.2', 31, through);
    this.#carol = this.#agent('carol', '10.0.0.3', 41);
    this.#dave = this.#agent('dave', '10.0.0.4', 51);
    for (const callee of [this.#bob, this.#dave]) {
      void this.#answer(callee);
      void this.#read(callee);
    }
  }

  /** One batch: most calls go directly, one in twenty through the server, and so do some messages. */
  async play({ callsInBatch, othersInBatch }: LongRunOptions): Promise<void> {
    const { clock } = this.#world;
    for (let start = 0; start < callsInBatch; start += 100) {
      const most = Math.min(100, callsInBatch - start);
      await this.#during(
        Promise.all(Array.from({ length: most }, (_, at) => this.#call(start + at))),
      );
    }
    for (let start = 0; start < othersInBatch; start += 200) {
      const most = Math.min(200, othersInBatch - start);
      await this.#during(Promise.all(Array.from({ length: most }, (_, at) => this.#other(at))));
    }
    // Both are fresh now, so that no refresh of theirs is under way when the tables are looked at.
    await this.#during(Promise.all([this.#alice.register(), this.#bob.register()]));
    await clock.elapse(drain);
    this.#world.network.forgetPackets();
    this.#world.observations.length = 0;
  }

  look(): LongRunBatch {
    collect();
    const { endpoint, proxy, errors, clock } = this.#world;
    const agents = [this.#alice, this.#bob, this.#carol, this.#dave];
    const sum = (of: (agent: UserAgent<SilentSession>) => number): number =>
      agents.reduce((all, agent) => all + of(agent), 0);
    return {
      calls: this.#calls,
      transactions: this.#transactions,
      heapUsed: process.memoryUsage().heapUsed,
      left: {
        transactions: endpoint.transactionCount + sum(({ load }) => load.transactions),
        dialogs: sum(({ load }) => load.dialogs),
        contexts: proxy.size,
        faults: endpoint.faults + sum((agent) => agent.endpoint.faults),
        errors: errors.length,
        timers: clock.pending - this.#idle,
      },
    };
  }

  #agent(
    name: string,
    host: string,
    seed: number,
    more: { readonly server?: string } = {},
  ): UserAgent<SilentSession> {
    const random = seededRandom(seed);
    return new UserAgent<SilentSession>({
      account: { aor: `sip:${name}@example.com`, password: `pw-${name}` },
      ...more,
      transports: [this.#world.network.transport('UDP', host, 5060)],
      // A SilentMedia keeps a list of all that it opened.
      media: { open: () => new SilentMedia({ random, host }).open() },
      clock: this.#world.clock,
      random,
      tap: {
        observe: (one) => {
          if (one.kind === 'transaction' && one.before === undefined) this.#transactions += 1;
        },
      },
    });
  }

  async #call(number: number): Promise<void> {
    this.#calls += 1;
    const plan = plans[number % plans.length] ?? 'accept';
    const { caller, callee } = this.#pair(number % 20 === 0);
    const outgoing = caller.call(callee);
    this.#plans.set(outgoing.callId, plan);
    if (plan === 'ring') void this.#giveUp(outgoing);
    const end = await outgoing.answered.then(
      async (call) => {
        if (plan === 'accept') await call.hangUp();
        return (await call.ended).cause;
      },
      (error: unknown) =>
        error instanceof Error && 'status' in error ? String(error.status) : String(error),
    );
    this.#plans.delete(outgoing.callId);
    this.ends.set(end, (this.ends.get(end) ?? 0) + 1);
  }

  async #giveUp(outgoing: OutgoingCall<SilentSession>): Promise<void> {
    for await (const { status } of outgoing.progress) if (status === 180) break;
    outgoing.cancel();
  }

  async #other(number: number): Promise<void> {
    const { caller, callee } = this.#pair(number % 20 < 2);
    await (number % 2 === 0 ? caller.options(callee) : caller.message(callee, 'How are you?'));
  }

  #pair(throughServer: boolean): {
    readonly caller: UserAgent<SilentSession>;
    readonly callee: string;
  } {
    return throughServer
      ? { caller: this.#alice, callee: 'sip:bob@example.com' }
      : { caller: this.#carol, callee: 'sip:dave@10.0.0.4' };
  }

  async #answer({ incoming }: UserAgent<SilentSession>): Promise<void> {
    for await (const call of incoming) this.#take(call);
  }

  #take(call: IncomingCall<SilentSession>): void {
    const plan = this.#plans.get(call.callId);
    call.ring();
    if (plan === 'ring') return;
    if (plan === 'refuse') return call.reject(486);
    call.accept().then(
      (up) => {
        if (plan === 'hang up') void up.hangUp();
      },
      () => undefined,
    );
  }

  async #read({ messages }: UserAgent<SilentSession>): Promise<void> {
    for await (const { text } of messages) if (text === '') throw new Error('It said nothing');
  }

  async #during<T>(promise: Promise<T>): Promise<T> {
    let settled = false;
    const done = (): void => void (settled = true);
    promise.then(done, done);
    await settle();
    for (let passed = 0; !settled && passed < 200_000; passed += 20)
      await this.#world.clock.elapse(20);
    return promise;
  }
}

// The world of the conformance tests: user agents and peers made of text on a virtual network, and nothing left at the end.
import { expect } from 'vitest';
import { UserAgent } from '../../packages/sip/src/ua/user-agent.ts';
import type { UserAgentOptions } from '../../packages/sip/src/ua/options.ts';
import type { IncomingCall } from '../../packages/sip/src/ua/incoming-call.ts';
import type { Timer } from '../../packages/sip/src/base/clock.ts';
import type { Observation } from '../../packages/sip/src/base/tap.ts';
import type { Protocol } from '../../packages/sip/src/transport/port.ts';
import { assertObservations } from '../../packages/sip/src/testing/contract/tap.ts';
import { ScriptedPeer } from '../../packages/sip/src/testing/scripted-peer.ts';
import { seededRandom } from '../../packages/sip/src/testing/seeded-random.ts';
import { SilentMedia } from '../../packages/sip/src/testing/silent-media.ts';
import type {
  SilentMediaOptions,
  SilentSession,
} from '../../packages/sip/src/testing/silent-media.ts';
import { expectLives, expectReplayed } from './replayed.ts';
import { settle, VirtualClock } from '../../packages/sip/src/testing/virtual-clock.ts';
import { VirtualNetwork } from '../../packages/sip/src/testing/virtual-network.ts';
import type { Conditions, Packet } from '../../packages/sip/src/testing/virtual-network.ts';

/** 64*T1. */
export const giveUp = 32_000;

/** How a user agent of a test differs from the usual one. */
export type AgentOptions = Partial<UserAgentOptions<SilentSession>> & {
  readonly protocol?: Protocol;
  /** Undefined for a client that cannot listen. */
  readonly port?: number | undefined;
  readonly media?: SilentMedia;
  readonly silent?: Partial<SilentMediaOptions>;
};

/** A user agent with what a test wants to know of it. */
export interface Agent {
  readonly ua: UserAgent<SilentSession>;
  readonly media: SilentMedia;
  readonly observed: Observation[];
  /** The next call that comes in. */
  nextCall(): Promise<IncomingCall<SilentSession>>;
}

/** A clock that takes no more than the platform's timers do: what is longer than 2^31 - 1 ms fires at once there. */
class PlatformClock extends VirtualClock {
  override after(milliseconds: number, fire: () => void): Timer {
    return super.after(milliseconds > 2_147_483_647 ? 1 : milliseconds, fire);
  }
}

/** A clock, a network, and all that stands on it. */
export class World {
  readonly clock: VirtualClock = new PlatformClock();
  readonly network: VirtualNetwork;
  readonly #agents: Agent[] = [];

  constructor(conditions: Partial<Conditions> & { readonly keepPackets?: boolean } = {}, seed = 1) {
    this.network = new VirtualNetwork({
      clock: this.clock,
      random: seededRandom(seed),
      latency: 5,
      ...conditions,
    });
  }

  /** A started user agent `sip:name@host`. */
  async agent(name: string, host: string, options: AgentOptions = {}): Promise<Agent> {
    const { protocol = 'UDP', silent, ...rest } = options;
    const port = 'port' in options ? options.port : 5060;
    const random = seededRandom(1000 + this.#agents.length);
    const media = options.media ?? new SilentMedia({ random, host, ...silent });
    const observed: Observation[] = [];
    const domain = host.includes(':') ? `[${host}]` : host;
    const ua = new UserAgent<SilentSession>({
      account: { aor: `sip:${name}@${domain}` },
      transports: [this.network.transport(protocol, host, port)],
      clock: this.clock,
      random,
      tap: { observe: (observation) => observed.push(observation) },
      ...rest,
      media,
    });
    await ua.start();
    const calls = ua.incoming[Symbol.asyncIterator]();
    const agent: Agent = {
      ua,
      media,
      observed,
      nextCall: async () => {
        const { value, done } = await this.during(calls.next());
        if (done === true) throw new Error('No more calls come in');
        return value;
      },
    };
    this.#agents.push(agent);
    return agent;
  }

  /** A peer made of text. */
  async peer(
    host: string,
    protocol: Protocol = 'UDP',
    port: number | undefined = 5060,
  ): Promise<ScriptedPeer> {
    const transport = this.network.transport(protocol, host, port);
    const peer = new ScriptedPeer({ clock: this.clock, transport });
    await peer.start();
    return peer;
  }

  /** Lets time pass. */
  elapse(milliseconds: number): Promise<void> {
    return this.clock.elapse(milliseconds);
  }

  /** Lets time pass until `promise` is settled, in steps of 5 ms; gives up after `limit`. */
  async during<T>(promise: Promise<T>, limit = 60_000): Promise<T> {
    let settled = false;
    const done = (): void => {
      settled = true;
    };
    promise.then(done, done);
    await settle();
    for (let passed = 0; !settled && passed < limit; passed += 5) await this.clock.elapse(5);
    if (!settled) throw new Error(`Not settled after ${limit} ms`);
    return promise;
  }

  /** First lines of what `from` sent to anybody, in order. */
  sentBy(host: string): readonly string[] {
    return this.packetsOf(host).map(({ text }) => firstLine(text));
  }

  packetsOf(host: string): readonly Packet[] {
    return this.network.packets.filter(({ from }) => from.host === host);
  }

  /** 64*T1 later nothing is left: no transaction, dialog, timer, media or fault. */
  async end(): Promise<void> {
    await this.elapse(giveUp + 6_000);
    const left = this.#agents.map(({ ua, media }) => ({
      ...ua.load,
      media: media.size,
      faults: ua.endpoint.faults,
    }));
    expect({ left, timers: this.clock.pending }).toEqual({
      left: left.map(() => ({ transactions: 0, dialogs: 0, media: 0, faults: 0 })),
      timers: 0,
    });
    await Promise.all(this.#agents.map(({ ua }) => this.during(ua.close())));
    for (const { observed } of this.#agents) {
      assertObservations(observed);
      expectReplayed(observed);
      expectLives(observed);
    }
    await this.elapse(100);
    expect(this.clock.pending).toBe(0);
  }
}

/** Runs `act` in a world of its own and looks that nothing is left of it. */
export async function inWorld(
  act: (world: World) => Promise<void>,
  conditions: Partial<Conditions> & { readonly keepPackets?: boolean } = {},
): Promise<void> {
  const world = new World(conditions);
  await act(world);
  await world.end();
}

/** The line that a message begins with. */
export function firstLine(text: string): string {
  return text.slice(0, text.indexOf('\r\n'));
}

/** The code of an error, for `rejects`. */
export function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : error;
}

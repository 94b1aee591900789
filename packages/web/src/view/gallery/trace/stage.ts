// Where the calls of the gallery are played: the real stack on a virtual clock and network, its tap in a book of traces.
import type { CallDocument, Explanation } from '@offhook/sip/trace';
import { TraceBook } from '@offhook/sip/trace';
import { UserAgent } from '@offhook/sip';
import type { IncomingCall } from '@offhook/sip';
import {
  ScriptedPeer,
  SilentMedia,
  VirtualClock,
  VirtualNetwork,
  seededRandom,
} from '@offhook/sip/testing';
import type { Packet, SilentSession } from '@offhook/sip/testing';
import { moment } from '../cast.ts';

/** A call that was played. */
export interface Played {
  readonly document: CallDocument;
  readonly explanation: Explanation;
  /** What the clock says, in milliseconds since 1970. */
  readonly now: number;
}

/** Somebody on the stage. */
export interface Player {
  readonly ua: UserAgent<SilentSession>;
  nextCall(): Promise<IncomingCall<SilentSession>>;
}

/** A stage for one call. */
export class Stage {
  readonly #clock = new VirtualClock({ wall: moment - 90_000 });
  readonly #network: VirtualNetwork;
  readonly #book = new TraceBook();
  #players = 0;

  /** `judge` says which packets are lost. */
  constructor(judge?: (packet: Packet) => 'lose' | 'deliver' | undefined) {
    this.#network = new VirtualNetwork({
      clock: this.#clock,
      random: seededRandom(7),
      latency: 9,
      icmp: false,
      judge,
    });
  }

  /** A started user agent that tells of itself; with a `server` it is a browser's, on a WebSocket. */
  async player(name: string, host: string, server?: string): Promise<Player> {
    this.#players += 1;
    const random = seededRandom(40 + this.#players);
    const ua = new UserAgent<SilentSession>({
      account: { aor: `sip:${name}@${host}` },
      transports: [
        server === undefined
          ? this.#network.transport('UDP', host, 5060)
          : this.#network.transport('WS', host),
      ],
      server,
      clock: this.#clock,
      random,
      product: 'Offhook',
      tap: { observe: (observation) => this.#book.observe(observation) },
      media: new SilentMedia({ random, host }),
    });
    await ua.start();
    const calls = ua.incoming[Symbol.asyncIterator]();
    return {
      ua,
      nextCall: async () => {
        const { value, done } = await this.during(calls.next());
        if (done === true) throw new TypeError('Nobody calls');
        return value;
      },
    };
  }

  /** Somebody who does as the gallery says, and tells nothing of himself. */
  async peer(host: string, protocol: 'UDP' | 'WS' = 'UDP'): Promise<ScriptedPeer> {
    const transport = this.#network.transport(protocol, host, protocol === 'WS' ? 80 : 5060);
    const peer = new ScriptedPeer({ clock: this.#clock, transport });
    await peer.start();
    return peer;
  }

  /** Lets time pass. */
  elapse(milliseconds: number): Promise<void> {
    return this.#clock.elapse(milliseconds);
  }

  /** Lets time pass until `promise` is settled. */
  async during<Value>(promise: Promise<Value>): Promise<Value> {
    let settled = false;
    const done = (): void => {
      settled = true;
    };
    promise.then(done, done);
    for (let passed = 0; !settled && passed < 60_000; passed += 1) await this.#clock.elapse(1);
    return promise;
  }

  /** The call that was played. */
  tell(): Played {
    const [call] = this.#book.calls;
    const document = this.#book.document(call?.id ?? '');
    const explanation = this.#book.explanation(call?.id ?? '');
    if (document === undefined || explanation === undefined)
      throw new TypeError('No call was played');
    return { document, explanation, now: this.#clock.wall() };
  }
}

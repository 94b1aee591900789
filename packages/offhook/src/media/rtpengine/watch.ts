// Looks at a call on rtpengine every few seconds: what is counted, who is no longer heard, and whether the call is still there.
import type { Clock, Timer } from '@offhook/sip';
import type { StreamReport } from '@offhook/sip/sdp';
import type { PartyName } from '../bridge.ts';
import { NgRefused } from './ng.ts';
import type { Counted } from './report.ts';

/** What a watch needs. */
export interface WatchOptions {
  readonly clock: Clock;
  readonly query: () => Promise<Counted>;
  /** True for a party that ought to be heard. */
  readonly isTalking: (party: PartyName) => boolean;
  readonly silent: (party: PartyName) => void;
  readonly broken: (reason: string) => void;
}

const lookEvery = 5_000;
/** After so long without a packet a party is silent, in milliseconds. */
const silence = 60_000;
/** So many looks without an answer, and rtpengine is gone. */
const mostMisses = 3;

/** Watches one call. */
export class Watch {
  readonly #options: WatchOptions;
  readonly #heard = new Map<PartyName, { packets: number; since: number; isTold: boolean }>();
  #listener: ((party: PartyName, reports: readonly StreamReport[]) => void) | undefined;
  #timer: Timer | undefined;
  #state: 'idle' | 'watching' | 'stopped' = 'idle';
  #misses = 0;
  /** What was counted the last time. */
  counted: Counted = new Map();

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  /** Begins, unless it has begun or was stopped. */
  start(): void {
    if (this.#state !== 'idle') return;
    this.#state = 'watching';
    this.#lookLater();
  }

  stop(): void {
    this.#state = 'stopped';
    this.#timer?.cancel();
  }

  /** Has `listener` told of each look. */
  reportTo(listener: (party: PartyName, reports: readonly StreamReport[]) => void): void {
    this.#listener = listener;
  }

  /** Looks once. */
  async look(): Promise<void> {
    try {
      this.counted = await this.#options.query();
      this.#misses = 0;
    } catch (error) {
      this.#missed(error);
    }
  }

  #lookLater(): void {
    this.#timer = this.#options.clock.after(lookEvery, () => {
      void this.look().then(() => {
        if (this.#state !== 'watching') return;
        for (const [party, reports] of this.counted) this.#tell(party, reports);
        this.#lookLater();
      });
    });
  }

  #tell(party: PartyName, reports: readonly StreamReport[]): void {
    this.#listener?.(party, reports);
    const now = this.#options.clock.now();
    const packets = reports.reduce((sum, { receivedPackets }) => sum + receivedPackets, 0);
    const before = this.#heard.get(party);
    if (before?.packets !== packets || !this.#options.isTalking(party)) {
      this.#heard.set(party, { packets, since: now, isTold: false });
    } else if (now - before.since >= silence && !before.isTold) {
      before.isTold = true;
      this.#options.silent(party);
    }
  }

  // Refused, rtpengine was started anew and knows nothing of the call; silent for so long, it is gone.
  #missed(error: unknown): void {
    this.#misses += 1;
    const isForgotten = error instanceof NgRefused;
    if (this.#state !== 'watching' || (!isForgotten && this.#misses < mostMisses)) return;
    this.stop();
    this.#options.broken(
      isForgotten ? 'rtpengine has lost the call' : 'rtpengine does not answer any more',
    );
  }
}

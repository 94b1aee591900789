// The common beat of 20 ms of all that one thread sends, for as long as there is somebody to hear it.
import { setTimeout } from 'node:timers';
import { monotonicNow } from './machine-time.ts';
import { Pacer } from './pacing.ts';

const frameMilliseconds = 20;

/** What is done at a beat: `ticks` that are due, after `skipped` that were given up; true when it is to go on. */
export type Beat = (ticks: number, skipped: number, now: number) => boolean;

/** Beats from `start` on until a beat says that nobody is left. */
export class Heartbeat {
  readonly #pacer: Pacer;
  readonly #beat: Beat;
  #beating = false;

  /** After a stall at most `mostAtOnce` beats are made up for. */
  constructor(mostAtOnce: number, beat: Beat) {
    this.#pacer = new Pacer(frameMilliseconds, mostAtOnce);
    this.#beat = beat;
  }

  /** Begins; does nothing when it beats already. */
  start(): void {
    if (this.#beating) return;
    this.#beating = true;
    this.#pacer.start(monotonicNow());
    this.#next();
  }

  readonly #next = (): void => {
    const now = monotonicNow();
    const ticks = this.#pacer.take(now);
    this.#beating = this.#beat(ticks, this.#pacer.skipped, now);
    if (this.#beating) setTimeout(this.#next, Math.ceil(this.#pacer.delay(monotonicNow())));
  };
}

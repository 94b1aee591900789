// The clock of a replay: it stands at the time of what was observed, and timers fire when that time passes them.
import type { Clock, Timer } from '../../base/clock.ts';

interface Entry {
  readonly due: number;
  readonly fire: () => void;
}

/** A clock for one machine, which has few timers; in milliseconds since 1970. */
export class ReplayClock implements Clock {
  #now: number;
  #entries: Entry[] = [];

  constructor(now: number) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  wall(): number {
    return this.#now;
  }

  after(milliseconds: number, fire: () => void): Timer {
    const entry: Entry = { due: this.#now + milliseconds, fire };
    this.#entries.push(entry);
    return {
      cancel: () => {
        this.#entries = this.#entries.filter((other) => other !== entry);
      },
    };
  }

  /** Goes on to `to`, which is never back, without firing anything. */
  stand(to: number): void {
    this.#now = Math.max(this.#now, to);
  }

  /** Fires the next timer that is due up to `to`; false when there is none. `mayFire` keeps one waiting. */
  fireNext(to: number, mayFire: (due: number) => boolean): boolean {
    let next: Entry | undefined;
    for (const entry of this.#entries) {
      if (entry.due > to || !mayFire(entry.due)) continue;
      if (next === undefined || entry.due < next.due) next = entry;
    }
    if (next === undefined) return false;
    const { due, fire } = next;
    this.#entries = this.#entries.filter((other) => other !== next);
    this.stand(due);
    fire();
    return true;
  }
}

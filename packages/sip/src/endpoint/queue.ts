// The invariant of an endpoint: one event runs to its end before the next begins.
import type { Logger } from '../base/log.ts';

/**
 * Runs events one at a time. What is raised while one runs waits for its end, so no room is ever entered twice at once.
 * An exception in one event is our own fault: it is counted and logged, and the next event runs all the same.
 */
export class EventQueue {
  readonly #waiting: (() => void)[] = [];
  readonly #log: Logger;
  #running = false;
  #faults = 0;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** How many events have thrown. */
  get faults(): number {
    return this.#faults;
  }

  /** Runs `event` now, or after those that wait already. A bound function: it is handed to timers and transports. */
  readonly run = (event: () => void): void => {
    if (this.#running) {
      this.#waiting.push(event);
      return;
    }
    this.#running = true;
    this.guard(event);
    for (let at = 0; at < this.#waiting.length; at += 1) this.guard(this.#waiting[at]);
    this.#waiting.length = 0;
    this.#running = false;
  };

  /** Does `event` at once, within the one that runs; what it throws is counted and logged, and goes no further. */
  readonly guard = (event: (() => void) | undefined): void => {
    try {
      event?.();
    } catch (error) {
      this.#faults += 1;
      this.#log.error('An event failed', {
        error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
    }
  };
}

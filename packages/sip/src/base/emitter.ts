// Typed events for what goes on happening; one-shot outcomes are promises instead.
import { silentLogger } from './log.ts';
import type { Logger } from './log.ts';

/** Stops listening. */
export type Off = () => void;

/** Events named by the keys of `Events`, each with one value. A listener that throws is logged and changes nothing. */
export class Emitter<Events extends object> {
  readonly #listeners = new Map<keyof Events, Set<(value: never) => void>>();
  readonly #log: Logger;

  constructor(log: Logger = silentLogger) {
    this.#log = log;
  }

  /** Calls `listener` for each `event` until the returned function is called. */
  on<Name extends keyof Events>(event: Name, listener: (value: Events[Name]) => void): Off {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners);
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  /** Calls the listeners of `event`, in the order in which they were added. */
  emit<Name extends keyof Events>(event: Name, value: Events[Name]): void {
    const listeners = this.#listeners.get(event);
    if (listeners === undefined) return;
    for (const listener of [...listeners]) {
      try {
        (listener as (value: Events[Name]) => void)(value);
      } catch (error) {
        this.#log.error('A listener threw', { event: String(event), error: String(error) });
      }
    }
  }
}

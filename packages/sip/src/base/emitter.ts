// Typed events for what goes on happening; one-shot outcomes are promises instead.
import { silentLogger } from './log.ts';
import type { Logger } from './log.ts';

/** Stops listening. */
export type Off = () => void;

/** Events named by the keys of `Events`, each with one value. A listener that throws is logged and changes nothing. */
export class Emitter<Events extends object> {
  /** Few, so that a list finds them faster than a map; it is replaced when one comes or goes, so that `emit` needs no copy. */
  #listeners: readonly Listener<Events>[] = none;
  readonly #log: Logger;

  constructor(log: Logger = silentLogger) {
    this.#log = log;
  }

  /** Calls `listener` for each `event` until the returned function is called. */
  on<Name extends keyof Events>(event: Name, listener: (value: Events[Name]) => void): Off {
    const isThis = (one: Listener<Events>): boolean =>
      one.event === event && one.listener === listener;
    if (!this.#listeners.some(isThis)) this.#listeners = [...this.#listeners, { event, listener }];
    return () => {
      this.#listeners = this.#listeners.filter((one) => !isThis(one));
    };
  }

  /** Calls the listeners of `event`, in the order in which they were added. */
  emit<Name extends keyof Events>(event: Name, value: Events[Name]): void {
    for (const { event: heard, listener } of this.#listeners) {
      if (heard !== event) continue;
      try {
        (listener as (value: Events[Name]) => void)(value);
      } catch (error) {
        this.#log.error('A listener threw', { event: String(event), error: String(error) });
      }
    }
  }
}

interface Listener<Events extends object> {
  readonly event: keyof Events;
  readonly listener: (value: never) => void;
}

const none: readonly never[] = [];

// Typed events for what goes on happening; one-shot outcomes are promises instead.
import { silentLogger } from './log.ts';
import type { Logger } from './log.ts';

/** Stops listening. */
export type Off = () => void;

/** Events named by the keys of `Events`, each with one value. A listener that throws is logged and changes nothing. */
export class Emitter<Events extends object> {
  /** Lists that never change: one is replaced when a listener comes or goes, so that `emit` needs no copy of it. */
  #listeners: Map<keyof Events, readonly ((value: never) => void)[]> | undefined;
  readonly #log: Logger;

  constructor(log: Logger = silentLogger) {
    this.#log = log;
  }

  /** Calls `listener` for each `event` until the returned function is called. */
  on<Name extends keyof Events>(event: Name, listener: (value: Events[Name]) => void): Off {
    const lists = (this.#listeners ??= new Map());
    const before = lists.get(event);
    if (before === undefined) lists.set(event, [listener]);
    else if (!before.includes(listener)) lists.set(event, [...before, listener]);
    return () => {
      const now = lists.get(event);
      if (now !== undefined) lists.set(event, without(now, listener));
    };
  }

  /** Calls the listeners of `event`, in the order in which they were added. */
  emit<Name extends keyof Events>(event: Name, value: Events[Name]): void {
    const listeners = this.#listeners?.get(event);
    if (listeners === undefined) return;
    for (const listener of listeners) {
      try {
        (listener as (value: Events[Name]) => void)(value);
      } catch (error) {
        this.#log.error('A listener threw', { event: String(event), error: String(error) });
      }
    }
  }
}

function without<T>(list: readonly T[], one: T): readonly T[] {
  return list.filter((each) => each !== one);
}

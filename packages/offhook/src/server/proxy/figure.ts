// Runs the two figures of this room as base/machine.ts of @offhook/sip runs those of the protocol, whose door does not
// show it: state first, then the actions, then the timers that the state names.
import type { Clock, Timer } from '@offhook/sip';

/** A state machine: of each state the timers that run in it, and by event the next state and what is done on the way. */
export type Figure<
  S extends string,
  E extends string,
  A extends string,
  T extends string = never,
> = {
  readonly [Name in S]: { readonly timers?: readonly T[] } & {
    readonly [Event in E | `Timer ${T} fires`]?: readonly [S, ...(A | `reset ${T}`)[]];
  };
};

/** What a machine needs besides its figure. */
export interface MachineOptions<
  S extends string,
  E extends string,
  A extends string,
  T extends string,
  Subject,
> {
  readonly figure: Figure<S, E, A, T>;
  readonly start: S;
  readonly clock: Clock;
  /** Milliseconds; undefined when the timer never runs. */
  readonly length: (timer: T) => number | undefined;
  readonly perform: (action: A, subject: Subject | undefined) => void;
  /** Runs a timer's event: the endpoint's queue. */
  readonly run: (event: () => void) => void;
}

/** Takes events one at a time; a timer lives exactly as long as the states that name it. */
export class Machine<
  S extends string,
  E extends string,
  A extends string,
  T extends string,
  Subject,
> {
  readonly #options: MachineOptions<S, E, A, T, Subject>;
  readonly #live = new Map<T, Timer>();
  readonly #waiting: {
    readonly event: E | `Timer ${T} fires`;
    readonly subject: Subject | undefined;
  }[] = [];
  #state: S;
  #busy = false;
  #stopped = false;

  constructor(options: MachineOptions<S, E, A, T, Subject>) {
    this.#options = options;
    this.#state = options.start;
    this.#settle();
  }

  get state(): S {
    return this.#state;
  }

  /** Takes `event`; one that the state has no arrow for changes nothing. */
  on(event: E | `Timer ${T} fires`, subject?: Subject): void {
    if (this.#stopped) return;
    this.#waiting.push({ event, subject });
    if (this.#busy) return;
    this.#busy = true;
    try {
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
        this.#take(next.event, next.subject);
      }
    } finally {
      this.#busy = false;
    }
  }

  /** Stops the timers and takes no further event. */
  stop(): void {
    this.#stopped = true;
    this.#waiting.length = 0;
    for (const timer of this.#live.values()) timer.cancel();
    this.#live.clear();
  }

  #take(event: E | `Timer ${T} fires`, subject: Subject | undefined): void {
    // The row is read as what `Figure` says it is: the compiler cannot index a mapped type by a generic name.
    const rows = this.#options.figure[this.#state] as Readonly<
      Record<string, readonly [S, ...(A | `reset ${T}`)[]] | undefined>
    >;
    const arrow = Object.hasOwn(rows, event) ? rows[event] : undefined;
    if (arrow === undefined) return;
    const [after, ...actions] = arrow;
    const again = after === this.#state;
    this.#state = after;
    const restarted: string[] = [];
    for (const action of actions) {
      if (action.startsWith('reset ')) restarted.push(action.slice('reset '.length));
      else this.#options.perform(action as A, subject);
    }
    if (this.#stopped) return;
    for (const [name, timer] of this.#live) {
      if (!restarted.includes(name)) continue;
      timer.cancel();
      this.#live.delete(name);
    }
    if (!again || restarted.length > 0) this.#settle();
  }

  #settle(): void {
    const { figure, clock, length, run } = this.#options;
    const named = figure[this.#state].timers ?? [];
    for (const [name, timer] of this.#live) {
      if (named.includes(name)) continue;
      timer.cancel();
      this.#live.delete(name);
    }
    for (const name of named) {
      const milliseconds = this.#live.has(name) ? undefined : length(name);
      if (milliseconds === undefined) continue;
      const fire = (): void => {
        if (this.#live.delete(name)) this.on(`Timer ${name} fires`);
      };
      this.#live.set(
        name,
        clock.after(milliseconds, () => run(fire)),
      );
    }
  }
}

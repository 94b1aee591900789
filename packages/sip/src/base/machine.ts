// The one driver of every figure: it takes the arrows, performs their actions and keeps the timers that the states name.
import type { Clock, Timer } from './clock.ts';
import { step } from './figure.ts';
import type { Figure, TimerEvent } from './figure.ts';

/** A timer that is running, and when it fires on the clock's `now()`. */
export interface RunningTimer {
  readonly name: string;
  readonly due: number;
}

/** One event as a machine took it. A stray is an event for which the state has no arrow: nothing happened. */
export interface Step<State extends string> {
  readonly event: string;
  readonly before: State;
  readonly after: State;
  readonly actions: readonly string[];
  readonly stray: boolean;
}

/** What a machine needs besides its figure. */
export interface MachineOptions<
  State extends string,
  Event extends string,
  Action extends string,
  TimerName extends string,
  Subject,
> {
  readonly figure: Figure<State, Event, Action, TimerName>;
  readonly start: State;
  readonly clock: Clock;
  /** How long `timer` runs in milliseconds after it was reset `resets` times; undefined when it never runs, 0 when it fires at once. */
  readonly length: (timer: TimerName, resets: number, state: State) => number | undefined;
  /** Does one action of an arrow; `subject` is what came with the event. */
  readonly perform: (action: Action, subject: Subject | undefined) => void;
  /** Sees each step after its actions are done and its timers are set. */
  readonly observe?: ((taken: Step<State>) => void) | undefined;
  /** Runs a timer's event; an endpoint passes its queue here. */
  readonly run?: ((event: () => void) => void) | undefined;
}

/**
 * Runs a figure. A timer lives exactly as long as the states that name it: entering a state starts those that are not
 * running, leaving for a state that does not name them stops them, and `reset X` starts X anew. An event that arrives
 * while another is being taken waits for its end.
 */
export class Machine<
  State extends string,
  Event extends string,
  Action extends string,
  TimerName extends string = never,
  Subject = undefined,
> {
  readonly #options: MachineOptions<State, Event, Action, TimerName, Subject>;
  /** A machine has few timers and is often idle: these are made only when needed, which saves half a kilobyte each. */
  #live: readonly Live<TimerName>[] = none;
  #resets: Map<TimerName, number> | undefined;
  #waiting: { event: Event | TimerEvent<TimerName>; subject: Subject | undefined }[] | undefined;
  #state: State;
  #busy = false;
  #stopped = false;

  constructor(options: MachineOptions<State, Event, Action, TimerName, Subject>) {
    this.#options = options;
    this.#state = options.start;
    this.#settle(options.figure[options.start].timers ?? []);
    this.#drain();
  }

  /** The state after the last event. */
  get state(): State {
    return this.#state;
  }

  /** The timers that run now. */
  get timers(): readonly RunningTimer[] {
    return this.#live.map(({ name, due }) => ({ name, due }));
  }

  /** Takes `event`, with what came with it. */
  on(event: Event | TimerEvent<TimerName>, subject?: Subject): void {
    if (this.#stopped) return;
    (this.#waiting ??= []).push({ event, subject });
    this.#drain();
  }

  /** Stops every timer and takes no further event; for an owner that is being closed. */
  stop(): void {
    this.#stopped = true;
    this.#waiting = undefined;
    for (const { timer } of this.#live) timer.cancel();
    this.#live = none;
  }

  #drain(): void {
    if (this.#busy) return;
    this.#busy = true;
    try {
      for (let next = this.#waiting?.shift(); next !== undefined; next = this.#waiting?.shift()) {
        this.#take(next.event, next.subject);
      }
      this.#waiting = undefined;
    } finally {
      this.#busy = false;
    }
  }

  #take(event: Event | TimerEvent<TimerName>, subject: Subject | undefined): void {
    const { figure, perform, observe } = this.#options;
    const before = this.#state;
    const arrow = step(figure, before, event);
    if (arrow === undefined) {
      observe?.({ event, before, after: before, actions: [], stray: true });
      return;
    }
    const [after, ...actions] = arrow;
    this.#state = after;
    const restart = new Set<TimerName>();
    for (const action of actions) {
      if (isReset(action)) {
        const name = resetName(action) as TimerName;
        this.#reset(name);
        restart.add(name);
      } else {
        perform(action as Action, subject);
      }
    }
    if (this.#stopped) return;
    const named = figure[after].timers ?? [];
    this.#settle(after === before ? named.filter((name) => restart.has(name)) : named, named);
    observe?.({ event, before, after, actions, stray: false });
  }

  #reset(name: TimerName): void {
    this.#end(name);
    this.#resets ??= new Map();
    this.#resets.set(name, (this.#resets.get(name) ?? 0) + 1);
  }

  #end(name: TimerName): void {
    this.#live.find((one) => one.name === name)?.timer.cancel();
    this.#live = this.#live.filter((one) => one.name !== name);
  }

  #settle(start: readonly TimerName[], named: readonly TimerName[] = start): void {
    for (const { name } of this.#live) {
      if (!named.includes(name)) this.#end(name);
    }
    // A timer that is entered anew begins with its first length again.
    for (const name of this.#resets?.keys() ?? none) {
      if (!named.includes(name)) this.#resets?.delete(name);
    }
    for (const name of start) {
      if (!this.#live.some((one) => one.name === name)) this.#start(name);
    }
  }

  #start(name: TimerName): void {
    const { clock, length, run } = this.#options;
    const milliseconds = length(name, this.#resets?.get(name) ?? 0, this.#state);
    if (milliseconds === undefined) return;
    const fires: TimerEvent<TimerName> = `Timer ${name} fires`;
    if (milliseconds === 0) {
      (this.#waiting ??= []).push({ event: fires, subject: undefined });
      return;
    }
    const fire = (): void => {
      // Its firing may have waited in the owner's queue while the timer was stopped, or reset.
      if (!this.#live.includes(live)) return;
      this.#live = this.#live.filter((one) => one !== live);
      this.on(fires);
    };
    const timer = clock.after(milliseconds, run === undefined ? fire : () => run(fire));
    const live: Live<TimerName> = { name, timer, due: clock.now() + milliseconds };
    this.#live = [...this.#live, live];
  }
}

interface Live<TimerName extends string> extends RunningTimer {
  readonly name: TimerName;
  readonly timer: Timer;
}

const none: readonly never[] = [];

function isReset(action: string): boolean {
  return action.startsWith('reset ');
}

function resetName(action: string): string {
  return action.slice('reset '.length);
}

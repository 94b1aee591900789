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

/** What a machine works with. Its functions are called as methods of it, so that an object may be its own machine's work. */
export interface MachineWork<
  State extends string,
  Event extends string,
  Action extends string,
  TimerName extends string,
  Subject,
> {
  readonly figure: Figure<State, Event, Action, TimerName>;
  readonly clock: Clock;
  /** How long `timer` runs in milliseconds after it was reset `resets` times; undefined when it never runs, 0 when it fires at once. */
  length(timer: TimerName, resets: number, state: State): number | undefined;
  /** Does one action of an arrow; `subject` is what came with the event. */
  perform(action: Action, subject: Subject | undefined): void;
  /** Sees each step after its actions are done and its timers are set. */
  readonly observe?: ((taken: Step<State>) => void) | undefined;
  /** Runs a timer's event; an endpoint passes its queue here. */
  readonly run?: ((event: () => void) => void) | undefined;
}

/** What a machine needs besides its figure. */
export interface MachineOptions<
  State extends string,
  Event extends string,
  Action extends string,
  TimerName extends string,
  Subject,
> extends MachineWork<State, Event, Action, TimerName, Subject> {
  readonly start: State;
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
  readonly #work: MachineWork<State, Event, Action, TimerName, Subject>;
  /** A machine has few timers and is often idle: these are made only when needed, which saves half a kilobyte each. */
  #live: Live<TimerName> | undefined;
  #resets: Map<TimerName, number> | undefined;
  #waiting: { event: Event | TimerEvent<TimerName>; subject: Subject | undefined }[] | undefined;
  #state: State;
  #busy = false;
  #stopped = false;

  constructor(options: MachineOptions<State, Event, Action, TimerName, Subject>);
  /** For an owner of many machines that is itself the work, and saves half a kilobyte with each. */
  constructor(work: MachineWork<State, Event, Action, TimerName, Subject>, start: State);
  constructor(work: MachineWork<State, Event, Action, TimerName, Subject>, start?: State) {
    this.#work = work;
    this.#state = start ?? startOf(work);
    this.#settle(work.figure[this.#state].timers ?? none);
    if (this.#waiting !== undefined) this.#drain();
  }

  /** The state after the last event. */
  get state(): State {
    return this.#state;
  }

  /** The timers that run now. */
  get timers(): readonly RunningTimer[] {
    const timers: RunningTimer[] = [];
    for (let live = this.#live; live !== undefined; live = live.next) {
      timers.push({ name: live.name, due: live.due });
    }
    return timers;
  }

  /** Takes `event`, with what came with it. */
  on(event: Event | TimerEvent<TimerName>, subject?: Subject): void {
    if (this.#stopped) return;
    if (!this.#busy && this.#waiting === undefined) {
      this.#drain(event, subject);
      return;
    }
    (this.#waiting ??= []).push({ event, subject });
    if (!this.#busy) this.#drain();
  }

  /** Stops every timer and takes no further event; for an owner that is being closed. */
  stop(): void {
    this.#stopped = true;
    this.#waiting = undefined;
    for (let live = this.#live; live !== undefined; live = live.next) live.timer?.cancel();
    this.#live = undefined;
  }

  // Takes the event, if there is one, and then what waits.
  #drain(event?: Event | TimerEvent<TimerName>, subject?: Subject): void {
    this.#busy = true;
    try {
      if (event !== undefined) this.#take(event, subject);
      for (let next = this.#waiting?.shift(); next !== undefined; next = this.#waiting?.shift()) {
        this.#take(next.event, next.subject);
      }
      this.#waiting = undefined;
    } finally {
      this.#busy = false;
    }
  }

  #take(event: Event | TimerEvent<TimerName>, subject: Subject | undefined): void {
    const work = this.#work;
    const before = this.#state;
    const arrow = step(work.figure, before, event);
    if (arrow === undefined) {
      work.observe?.({ event, before, after: before, actions: none, stray: true });
      return;
    }
    const after = arrow[0];
    this.#state = after;
    let restart: readonly TimerName[] = none;
    for (let at = 1; at < arrow.length; at += 1) {
      const action = arrow[at] as Action;
      if (isReset(action)) {
        const name = resetName(action) as TimerName;
        this.#reset(name);
        restart = [...restart, name];
      } else {
        work.perform(action, subject);
      }
    }
    if (this.#stopped) return;
    const named = work.figure[after].timers ?? none;
    this.#settle(after === before ? restart : named, named);
    work.observe?.({ event, before, after, actions: arrow.slice(1), stray: false });
  }

  #reset(name: TimerName): void {
    this.#end(this.#find(name));
    this.#resets ??= new Map();
    this.#resets.set(name, (this.#resets.get(name) ?? 0) + 1);
  }

  #settle(start: readonly TimerName[], named: readonly TimerName[] = start): void {
    for (let live = this.#live; live !== undefined; live = live.next) {
      if (!named.includes(live.name)) this.#end(live);
    }
    // A timer that is entered anew begins with its first length again.
    if (this.#resets !== undefined) {
      for (const name of this.#resets.keys()) if (!named.includes(name)) this.#resets.delete(name);
      if (this.#resets.size === 0) this.#resets = undefined;
    }
    for (const name of start) {
      if (named.includes(name) && this.#find(name) === undefined) this.#start(name);
    }
  }

  #start(name: TimerName): void {
    const { clock } = this.#work;
    const milliseconds = this.#work.length(name, this.#resets?.get(name) ?? 0, this.#state);
    if (milliseconds === undefined) return;
    if (milliseconds === 0) {
      (this.#waiting ??= []).push({ event: firingOf(name), subject: undefined });
      return;
    }
    const due = clock.now() + milliseconds;
    const live: Live<TimerName> = { name, due, timer: undefined, next: undefined };
    live.timer = clock.after(milliseconds, () => this.#isDue(live));
    const last = this.#last();
    if (last === undefined) this.#live = live;
    else last.next = live;
  }

  #isDue(live: Live<TimerName>): void {
    if (this.#work.run === undefined) this.#fire(live);
    else this.#work.run(() => this.#fire(live));
  }

  #fire(live: Live<TimerName>): void {
    // Its firing may have waited in the owner's queue while the timer was stopped, or reset.
    if (this.#find(live.name) !== live) return;
    this.#remove(live);
    this.on(firingOf(live.name));
  }

  #end(live: Live<TimerName> | undefined): void {
    if (live === undefined) return;
    live.timer?.cancel();
    this.#remove(live);
  }

  #find(name: TimerName): Live<TimerName> | undefined {
    let live = this.#live;
    while (live !== undefined && live.name !== name) live = live.next;
    return live;
  }

  #last(): Live<TimerName> | undefined {
    let live = this.#live;
    while (live?.next !== undefined) live = live.next;
    return live;
  }

  #remove(gone: Live<TimerName>): void {
    if (this.#live === gone) this.#live = gone.next;
    for (let live = this.#live; live !== undefined; live = live.next) {
      if (live.next === gone) live.next = gone.next;
    }
  }
}

/** A running timer and the one that was started after it: a chain takes half the memory of a list. */
interface Live<TimerName extends string> {
  readonly name: TimerName;
  readonly due: number;
  timer: Timer | undefined;
  next: Live<TimerName> | undefined;
}

const none: readonly never[] = [];

function firingOf<TimerName extends string>(name: TimerName): TimerEvent<TimerName> {
  return `Timer ${name} fires`;
}

// Work without a start of its own comes with one.
function startOf<State extends string>(work: object): State {
  return (work as { readonly start: State }).start;
}

function isReset(action: string): boolean {
  return action.startsWith('reset ');
}

function resetName(action: string): string {
  return action.slice('reset '.length);
}

// One figure of the stack run over times that were observed, with a record of its states, its timers and its steps.
import type { Clock } from '../../base/clock.ts';
import { step } from '../../base/figure.ts';
import type { Figure, TimerEvent } from '../../base/figure.ts';
import { Machine } from '../../base/machine.ts';
import type { MachineWork, RunningTimer, Step } from '../../base/machine.ts';
import type { StateSpan, TimerSpan } from '../document/document.ts';
import { ReplayClock } from './clock.ts';

/** What is replayed: a figure, where it begins, and how long its timers run. */
export interface Score<
  State extends string,
  Event extends string,
  Action extends string,
  TimerName extends string,
> {
  readonly figure: Figure<State, Event, Action, TimerName>;
  readonly start: State;
  readonly length: (
    timer: TimerName,
    resets: number,
    state: State,
    at: number,
  ) => number | undefined;
  /** Timers whose firing sends a message: they fire when it was seen. */
  readonly shown?: readonly TimerName[];
  /** Those of them that wait for it; the others are taken to have fired unseen. */
  readonly patient?: readonly TimerName[];
}

/** Something that was observed: an event of the figure, or a message that a firing timer sends. */
export interface Cue<Event extends string, TimerName extends string> {
  readonly at: number;
  /** Number of the message. */
  readonly message: number | undefined;
  /** The timers that it may show the firing of. */
  readonly shows?: readonly TimerName[];
  /** True when it shows a running timer however far from its time. */
  readonly anytime?: boolean;
  /** The event, when it shows no timer. */
  readonly event?: Event | undefined;
  /** True when nothing is said of it in a state without an arrow for it. */
  readonly optional?: boolean;
  /** What it is called when it shows no timer and is no event. */
  readonly otherwise?: string;
}

/** The cues in the order of time; in that of their messages where they share a moment. */
export function inOrder<Event extends string, TimerName extends string>(
  cues: readonly Cue<Event, TimerName>[],
): readonly Cue<Event, TimerName>[] {
  return cues.toSorted(
    (one, other) =>
      one.at - other.at || (one.message ?? Infinity) - (other.message ?? Infinity) || 0,
  );
}

/** One step of the replayed machine. */
export interface ReplayedStep {
  readonly at: number;
  /** Number of the message that caused it, or that shows it. */
  readonly message: number | undefined;
  readonly event: string;
  readonly before: string | undefined;
  readonly after: string;
  readonly actions: readonly string[];
  readonly timers: readonly RunningTimer[];
  readonly started: readonly RunningTimer[];
  readonly stray: boolean;
  /** Of a timer that was shown by a message: how many milliseconds after its time. */
  readonly late: number | undefined;
}

type Taken = Omit<ReplayedStep, 'timers' | 'started' | 'late'>;

/** What the machine must have been doing. */
export interface Run {
  readonly states: readonly StateSpan[];
  readonly timers: readonly TimerSpan[];
  readonly steps: readonly ReplayedStep[];
}

/** How much earlier than its timer a message may be seen and still be of it, as a share of the interval and in milliseconds. */
const early = { share: 0.25, least: 60 } as const;
/** How much later; half of it would be the next interval. */
const late = { share: 0.5, least: 150 } as const;
/** A machine of a capture takes no more steps than this. */
const mostSteps = 2000;

/**
 * Runs `score` over `cues`, which are in the order of time, from `birth` to `until`. The birth is a step when it has a message.
 */
export function runScore<
  State extends string,
  Event extends string,
  Action extends string,
  TimerName extends string,
>(
  score: Score<State, Event, Action, TimerName>,
  {
    birth,
    cues,
    until,
  }: {
    readonly birth: Cue<never, never>;
    readonly cues: readonly Cue<Event, TimerName>[];
    readonly until: number;
  },
): Run {
  const player = new Player(score, birth);
  for (const [index, cue] of cues.entries()) {
    if (player.full) break;
    player.pass(cue.at, cues, index);
    player.take(cue);
  }
  player.pass(until, cues, cues.length);
  return player.finish();
}

class Player<
  State extends string,
  Event extends string,
  Action extends string,
  TimerName extends string,
> implements MachineWork<State, Event, Action, TimerName, undefined> {
  readonly figure: Figure<State, Event, Action, TimerName>;
  readonly #clock: ReplayClock;
  readonly #score: Score<State, Event, Action, TimerName>;
  readonly #machine: Machine<State, Event, Action, TimerName>;
  readonly #states: {
    state: string;
    from: number;
    to: number | undefined;
    event: string | undefined;
  }[] = [];
  readonly #timers: {
    name: string;
    from: number;
    due: number;
    to: number | undefined;
    fired: boolean;
  }[] = [];
  readonly #steps: ReplayedStep[] = [];
  #running: readonly RunningTimer[] = [];
  #message: number | undefined;
  #late: number | undefined;

  constructor(score: Score<State, Event, Action, TimerName>, birth: Cue<never, never>) {
    this.figure = score.figure;
    this.#score = score;
    this.#clock = new ReplayClock(birth.at);
    this.#machine = new Machine(this, score.start);
    this.#states.push({ state: score.start, from: birth.at, to: undefined, event: undefined });
    this.#note({
      at: birth.at,
      message: birth.message,
      event: 'created',
      before: undefined,
      after: score.start,
      actions: [],
      stray: false,
    });
  }

  get clock(): Clock {
    return this.#clock;
  }

  get full(): boolean {
    return this.#steps.length >= mostSteps;
  }

  length(timer: TimerName, resets: number, state: State): number | undefined {
    return this.#score.length(timer, resets, state, this.#clock.now());
  }

  perform(): void {
    // What the figure does was done by whom we observe.
  }

  observe(taken: Step<State>): void {
    // A timer of no length fires in the same breath, and nothing shows it.
    const message = this.#message;
    this.#message = undefined;
    this.#note({ at: this.#clock.now(), message, ...taken });
  }

  /** Lets time pass up to `to`; timers that the cues from `index` on show are left to them. */
  pass(to: number, cues: readonly Cue<Event, TimerName>[], index: number): void {
    const mayFire = (due: number): boolean => !this.#isKept(due, cues, index);
    for (let left = mostSteps; left > 0 && !this.full; left -= 1) {
      if (!this.#clock.fireNext(to, mayFire)) break;
    }
    this.#clock.stand(to);
  }

  /** Takes one cue at its time. */
  take(cue: Cue<Event, TimerName>): void {
    this.#message = cue.message;
    const timer = this.#timerOf(cue);
    if (timer !== undefined) {
      this.#late = cue.at - timer.due;
      this.#machine.on(firing<TimerName>(timer.name));
    } else if (cue.event !== undefined) {
      const { state } = this.#machine;
      if (cue.optional !== true || step(this.figure, state, cue.event) !== undefined)
        this.#machine.on(cue.event);
    } else if (cue.otherwise !== undefined) {
      const { state } = this.#machine;
      this.observe({
        event: cue.otherwise,
        before: state,
        after: state,
        actions: [],
        stray: true,
      });
    }
    this.#message = undefined;
    this.#late = undefined;
  }

  finish(): Run {
    this.#machine.stop();
    return { states: this.#states, timers: this.#timers, steps: this.#steps };
  }

  // The running timer that a cue shows: with an event of its own besides, only one whose time it is.
  #timerOf(cue: Cue<Event, TimerName>): RunningTimer | undefined {
    const shows: readonly string[] = cue.shows ?? [];
    return this.#machine.timers.find(
      (timer) =>
        shows.includes(timer.name) &&
        (cue.event === undefined ||
          cue.anytime === true ||
          isTime(cue.at, timer.due, this.#spanOf(timer))),
    );
  }

  /** Whether the timer that is due then is shown by a cue that is still to come, or waits for one for ever. */
  #isKept(due: number, cues: readonly Cue<Event, TimerName>[], index: number): boolean {
    const timer = this.#machine.timers.find((running) => running.due === due);
    const names: readonly string[] = this.#score.shown ?? [];
    if (timer === undefined || !names.includes(timer.name)) return false;
    const patient: readonly string[] = this.#score.patient ?? [];
    if (patient.includes(timer.name)) return true;
    const length = this.#spanOf(timer);
    for (let at = index; at < cues.length; at += 1) {
      const cue = cues[at];
      if (cue === undefined || cue.at - due > allowance(length, late)) return false;
      const shows: readonly string[] = cue.shows ?? [];
      if (shows.includes(timer.name)) return true;
    }
    return false;
  }

  #spanOf({ name, due }: RunningTimer): number {
    const span = this.#timers.findLast((known) => known.name === name && known.due === due);
    return span === undefined ? 0 : due - span.from;
  }

  #note(taken: Taken): void {
    const { at, event, before, after } = taken;
    const timers = this.#machine.timers;
    const started = timers.filter((timer) => !has(this.#running, timer));
    for (const timer of this.#running) {
      if (!has(timers, timer)) this.#end(timer, taken);
    }
    for (const { name, due } of started) {
      this.#timers.push({ name, from: at, due, to: undefined, fired: false });
    }
    this.#running = timers;
    if (before !== undefined && before !== after) {
      const last = this.#states.at(-1);
      if (last !== undefined) last.to = at;
      this.#states.push({ state: after, from: at, to: undefined, event });
    }
    // A repeat that nobody saw was not made as far as can be told.
    if (this.#isUnseen(taken)) return;
    // A birth that no message shows is no step.
    if (before === undefined && taken.message === undefined) return;
    this.#steps.push({ ...taken, timers, started, late: this.#late });
  }

  #end(timer: RunningTimer, taken: Taken): void {
    const span = this.#timers.findLast(
      (known) => known.to === undefined && known.name === timer.name && known.due === timer.due,
    );
    if (span === undefined) return;
    span.to = taken.at;
    span.fired = taken.event === firing(timer.name) && !this.#isUnseen(taken);
  }

  #isUnseen({ event, before, after, stray, message }: Taken): boolean {
    if (stray || message !== undefined || before !== after) return false;
    return (this.#score.shown ?? []).some((name) => event === firing(name));
  }
}

/** Whether something at `at` can be the firing of a timer due then, which runs for `length`. */
function isTime(at: number, due: number, length: number): boolean {
  return at >= due - allowance(length, early) && at <= due + allowance(length, late);
}

function allowance(length: number, { share, least }: typeof early | typeof late): number {
  return Math.max(least, length * share);
}

function has(timers: readonly RunningTimer[], { name, due }: RunningTimer): boolean {
  return timers.some((timer) => timer.name === name && timer.due === due);
}

function firing<TimerName extends string>(name: string): TimerEvent<TimerName> {
  // A running timer's name is one of the figure's.
  return `Timer ${name} fires` as TimerEvent<TimerName>;
}

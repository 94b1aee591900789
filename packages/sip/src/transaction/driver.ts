// What the four drivers share: one machine, one key, and what the table and the tap are told of each step.
import { own } from '../base/bytes.ts';
import type { Figure } from '../base/figure.ts';
import type { Clock } from '../base/clock.ts';
import { Machine } from '../base/machine.ts';
import type { MachineWork, Step } from '../base/machine.ts';
import type { TransactionKind } from '../base/tap.ts';
import type { Message, Request, Response } from '../message/message.ts';
import { lengths } from './timers.ts';
import type { TimerTable } from './timers.ts';
import type { Transaction, TransactionSurroundings } from './transaction.ts';

/** What comes with an event: the message, or why one could not be sent. */
export type Subject = Message | Error;

/** A figure, where it starts, its timers, and the states before the final response. */
export interface Drawing<
  State extends string,
  Event extends string,
  Action extends string,
  TimerName extends string,
> {
  readonly figure: Figure<State, Event, Action, TimerName>;
  readonly start: State;
  readonly timers: TimerTable<TimerName>;
  readonly unfinished: readonly State[];
}

/** Runs one figure for one request. What differs between the four is in `perform`. */
export abstract class TransactionDriver<
  State extends string,
  Event extends string,
  Action extends string,
  TimerName extends string,
>
  implements Transaction, MachineWork<State, Event | 'transport err.', Action, TimerName, Subject>
{
  abstract readonly kind: TransactionKind;
  readonly key: string;
  whenFinished: (() => void) | undefined;
  protected readonly machine: Machine<State, Event | 'transport err.', Action, TimerName, Subject>;
  protected readonly reliable: boolean;
  readonly #surroundings: TransactionSurroundings;
  readonly #drawing: Drawing<State, Event | 'transport err.', Action, TimerName>;
  /** Method, branch and Call-ID for observations, which outlive the request; kept only when there is a tap. */
  readonly #about:
    | { readonly method: string; readonly branch: string; readonly callId: string }
    | undefined;
  #request: Request | undefined;
  #finished = false;

  constructor(
    key: string,
    drawing: Drawing<State, Event | 'transport err.', Action, TimerName>,
    options: {
      readonly surroundings: TransactionSurroundings;
      readonly request: Request;
      readonly reliable: boolean;
    },
  ) {
    const { surroundings, request, reliable } = options;
    this.key = key;
    this.#surroundings = surroundings;
    this.#drawing = drawing;
    this.reliable = reliable;
    this.#request = request;
    if (surroundings.tap !== undefined) {
      const { method, topVia, callId } = request;
      this.#about = { method: own(method), branch: own(topVia.branch ?? ''), callId: own(callId) };
    }
    this.machine = new Machine(this, drawing.start);
    this.#tell(undefined);
  }

  get id(): string {
    return `${this.kind} ${this.key}`;
  }

  get state(): State {
    return this.machine.state;
  }

  get finished(): boolean {
    return this.#finished;
  }

  get request(): Request | undefined {
    return this.#request;
  }

  /** Takes the failure of a send, whether it is told at once or later. */
  transportFailed(error: Error): void {
    this.machine.on('transport err.', error);
  }

  stop(): void {
    this.machine.stop();
  }

  /** The figure; this and the next five are for the machine alone. */
  get figure(): Figure<State, Event | 'transport err.', Action, TimerName> {
    return this.#drawing.figure;
  }

  /** The endpoint's clock. */
  get clock(): Clock {
    return this.#surroundings.clock;
  }

  /** How long a timer of the figure runs, in milliseconds. */
  length(timer: TimerName, resets: number, state: State): number | undefined {
    const { settings } = this.#surroundings;
    return lengths(this.#drawing.timers, this.reliable, settings)(timer, resets, state);
  }

  /** Runs a timer's event in the endpoint's queue. */
  run(event: () => void): void {
    this.#surroundings.run(event);
  }

  /** Does one action of the figure. */
  abstract perform(action: Action, subject: Subject | undefined): void;

  /** Lets go of what `state` does not need; called after each step, and before `end`. */
  protected abstract release(state: State): void;

  /** Tells the user of Terminated. */
  protected abstract end(): void;

  /** Takes note of a step. */
  observe(step: Step<State>): void {
    this.#tell(step);
    if (step.stray) return;
    if (!this.#finished && !this.#drawing.unfinished.includes(step.after)) {
      this.#finished = true;
      this.#request = undefined;
      this.whenFinished?.();
      this.whenFinished = undefined;
    }
    this.release(step.after);
    if (step.after !== 'Terminated') return;
    this.#surroundings.ended(this);
    this.end();
  }

  #tell(step: Step<State> | undefined): void {
    const { tap, clock, endpoint } = this.#surroundings;
    if (tap === undefined || this.#about === undefined) return;
    const at = clock.wall();
    const toWall = at - clock.now();
    tap.observe({
      v: 1,
      at,
      endpoint,
      kind: 'transaction',
      figure: this.kind,
      id: this.id,
      ...this.#about,
      event: step?.event ?? 'created',
      before: step?.before,
      after: step?.after ?? this.state,
      actions: step?.actions ?? [],
      timers: this.machine.timers.map(({ name, due }) => ({ name, due: due + toWall })),
      stray: step?.stray === true ? true : undefined,
    });
  }
}

/** The response that came with an event; undefined when something else did. */
export function responseIn(subject: Subject | undefined): Response | undefined {
  return subject === undefined || subject instanceof Error || subject.kind !== 'response'
    ? undefined
    : subject;
}

// What the four drivers share: one machine, one key, and what the table and the tap are told of each step.
import { own } from '../base/bytes.ts';
import type { Figure } from '../base/figure.ts';
import { Machine } from '../base/machine.ts';
import type { Step } from '../base/machine.ts';
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
> implements Transaction {
  abstract readonly kind: TransactionKind;
  readonly key: string;
  whenFinished: (() => void) | undefined;
  protected readonly machine: Machine<State, Event | 'transport err.', Action, TimerName, Subject>;
  readonly #surroundings: TransactionSurroundings;
  readonly #unfinished: readonly State[];
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
    this.#unfinished = drawing.unfinished;
    this.#request = request;
    if (surroundings.tap !== undefined) {
      const { method, topVia, callId } = request;
      this.#about = { method: own(method), branch: own(topVia.branch ?? ''), callId: own(callId) };
    }
    this.machine = new Machine({
      figure: drawing.figure,
      start: drawing.start,
      clock: surroundings.clock,
      run: surroundings.run,
      length: lengths(drawing.timers, reliable, surroundings.settings),
      perform: (action, subject) => this.perform(action, subject),
      observe: (step) => this.#stepped(step),
    });
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

  /** Does one action of the figure. */
  protected abstract perform(action: Action, subject: Subject | undefined): void;

  /** Lets go of what `state` does not need; called after each step, and before `end`. */
  protected abstract release(state: State): void;

  /** Tells the user of Terminated. */
  protected abstract end(): void;

  #stepped(step: Step<State>): void {
    this.#tell(step);
    if (step.stray) return;
    if (!this.#finished && !this.#unfinished.includes(step.after)) {
      this.#finished = true;
      this.#request = undefined;
      this.whenFinished?.();
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

// Recorded steps on their way to the message that caused them: some come before it, and of some none comes.
import { isTimer, sameMoment } from './fit.ts';
import type { MessageRowRecord, Side } from './rows.ts';
import { bestRow, machineKey, rank } from './waiting.ts';
import type { Waiting } from './waiting.ts';

/** How many steps may wait for their message at the same time. */
const mostWaiting = 1000;

/** What becomes of steps. */
export interface StepEnds {
  /** It was put at this row. */
  readonly attached: (row: MessageRowRecord) => void;
  /** No message caused it. */
  readonly alone: (waiting: Waiting) => void;
}

/** Steps that wait. */
export class StepQueue {
  readonly #ends: StepEnds;
  #waiting: Waiting[] = [];

  constructor(ends: StepEnds) {
    this.#ends = ends;
  }

  /** Puts a step at the message that caused it, or lets it wait for one. */
  place(waiting: Waiting): void {
    const found = bestRow(waiting);
    if (found !== undefined) {
      this.#attach(waiting, found);
    } else if (isTimer(waiting.step.event)) {
      this.#ends.alone(waiting);
    } else {
      this.#waiting.push(waiting);
      if (this.#waiting.length <= mostWaiting) return;
      const eldest = this.#waiting.shift();
      if (eldest !== undefined) this.#ends.alone(eldest);
    }
  }

  /** Gives a message the steps that came before it. */
  settle(row: MessageRowRecord, endpoint: string, side: Side): void {
    const mine = this.#waiting.filter(
      (waiting) => waiting.step.endpoint === endpoint && waiting.call === row.call,
    );
    for (const waiting of mine) {
      if (rank(waiting, row, side) === 0) continue;
      this.#attach(waiting, row);
      this.#waiting = this.#waiting.filter((other) => other !== waiting);
    }
  }

  /** Gives up those for which it is too late now. */
  expire(now: number): void {
    if (this.#waiting.length === 0) return;
    const late = this.#waiting.filter(({ step }) => Math.abs(now - step.at) > sameMoment);
    if (late.length === 0) return;
    this.#waiting = this.#waiting.filter((waiting) => !late.includes(waiting));
    for (const waiting of late) this.#ends.alone(waiting);
  }

  #attach(waiting: Waiting, row: MessageRowRecord): void {
    if (waiting.once) row.caused.add(machineKey(waiting));
    const { change, ends } = waiting;
    // The users behind the tags are known only from the message.
    row.change(
      change.detail === undefined || ends === undefined ? change : { ...change, detail: ends() },
    );
    this.#ends.attached(row);
  }
}

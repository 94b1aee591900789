// A call of a capture with all that is said of it, as it is or without numbers, names and addresses.
import type { Observation } from '@offhook/sip';
import { explain, observationsOf, redactDocument, summarise } from '@offhook/sip/trace';
import type { CallDocument, CallSummary, Explanation, TraceBook } from '@offhook/sip/trace';

/** A call told whole. */
export interface ToldCall {
  readonly document: CallDocument;
  readonly explanation: Explanation;
  readonly observations: readonly Observation[];
  readonly frames: ReadonlyMap<Observation, number>;
  /** Its number in the list of all calls. */
  readonly number: number;
}

/** Tells calls. */
export class Teller {
  readonly #isRedacted: boolean;
  readonly #numbers: ReadonlyMap<string, number>;

  /** `calls` are all of the captures, by which each has its number. */
  constructor(calls: readonly CallSummary[], isRedacted: boolean) {
    this.#isRedacted = isRedacted;
    this.#numbers = new Map(calls.map(({ id }, index) => [id, index + 1]));
  }

  /** The call of this line as `book` has it; undefined when just the line is kept there. */
  told({ id }: CallSummary, book: TraceBook): ToldCall | undefined {
    const document = book.document(id);
    const explanation = book.explanation(id);
    if (document === undefined || explanation === undefined) return undefined;
    const number = this.#numbers.get(id) ?? 0;
    if (!this.#isRedacted) {
      const [observations, frames] = [book.observations(id), book.frames(id)];
      return { document, explanation, observations, frames, number };
    }
    const hidden = redactDocument(document, { numbers: true, addresses: true });
    return { document: hidden, explanation: explain(hidden), ...observationsOf(hidden), number };
  }

  /** The line of this call without numbers, names and addresses; undefined when nothing but its line is kept. */
  hiddenLine(call: CallSummary, book: TraceBook): CallSummary | undefined {
    const told = this.told(call, book);
    return told && summarise(told.document, told.explanation);
  }
}

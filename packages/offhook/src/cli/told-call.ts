// A call of a capture with all that is said of it, as it is or without numbers, names and addresses.
import type { Observation } from '@offhook/sip';
import { explain, observationsOf, redactDocument, summarise } from '@offhook/sip/trace';
import type { CallDocument, CallSummary, Explanation, TraceBook } from '@offhook/sip/trace';
import type { ReadCaptures } from './capture-files.ts';

/** A call told whole. */
export interface ToldCall {
  readonly document: CallDocument;
  readonly explanation: Explanation;
  readonly observations: readonly Observation[];
  readonly frames: ReadonlyMap<Observation, number>;
  /** Its number in the list of all calls. */
  readonly number: number;
}

/** Tells the calls of captures. */
export class Teller {
  readonly #captures: ReadCaptures;
  readonly #isRedacted: boolean;
  readonly #numbers: ReadonlyMap<string, number>;

  constructor(captures: ReadCaptures, isRedacted: boolean) {
    this.#captures = captures;
    this.#isRedacted = isRedacted;
    this.#numbers = new Map(captures.book.calls.map(({ id }, index) => [id, index + 1]));
  }

  /** The call of this line, as the captures or another book of them has it; undefined when just the line is kept there. */
  told({ id }: CallSummary, book: TraceBook = this.#captures.book): ToldCall | undefined {
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

  /** The lines of these calls; without those that cannot be hidden any more. */
  lines(calls: readonly CallSummary[]): readonly CallSummary[] {
    if (!this.#isRedacted) return calls;
    return calls.flatMap((call) => {
      const told = this.told(call);
      return told === undefined ? [] : summarise(told.document, told.explanation);
    });
  }
}

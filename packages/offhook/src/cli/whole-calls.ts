// Calls whole, however many a capture has: those that the first reading let go are read once more, in parts that fit.
import { TraceBook } from '@offhook/sip/trace';
import type { CallSummary } from '@offhook/sip/trace';
import { readInto } from './capture-files.ts';
import type { CaptureFiles } from './capture-files.ts';

/** How many messages are kept of what is read once more; Node.js takes some 200 MB for them. */
const mostMessages = 100_000;

/** The calls of captures, each from a book that has it whole. */
export class WholeCalls {
  readonly captures: CaptureFiles;
  readonly #first: TraceBook;
  /** What was read once more last: the same call is often asked for again. */
  #again: TraceBook | undefined;

  /** `first` is the book of the first reading. Standard input cannot be read twice: there, calls stay as they are. */
  constructor(first: TraceBook, captures: CaptureFiles) {
    this.#first = first;
    this.captures = captures;
  }

  /** A line for each call, the earliest first; also of those that were let go before they went on. */
  async lines(): Promise<readonly CallSummary[]> {
    const { calls } = this.#first;
    const parted = this.#canReadAgain ? calls.filter((call) => call.parted === true) : [];
    if (parted.length === 0) return calls;
    const lines = calls.filter((call) => call.parted !== true);
    for (const part of partsOf(parted)) lines.push(...(await this.#read(part)).calls);
    return lines.toSorted((one, other) => one.startedAt - other.startedAt);
  }

  /** Gives `take` each of these calls with a book that has it; of standard input, with one that may not. */
  async each(
    calls: readonly CallSummary[],
    take: (call: CallSummary, book: TraceBook) => void,
  ): Promise<void> {
    for (const part of partsOf(calls)) {
      const gone = part.filter(({ id }) => this.#bookOf(id) === undefined);
      if (gone.length > 0 && this.#canReadAgain) this.#again = await this.#read(gone);
      for (const call of part) take(call, this.#bookOf(call.id) ?? this.#first);
    }
  }

  get #canReadAgain(): boolean {
    return !this.captures.paths.includes('-');
  }

  #bookOf(callId: string): TraceBook | undefined {
    return [this.#first, this.#again].find((book) => book?.isWhole(callId));
  }

  async #read(calls: readonly CallSummary[]): Promise<TraceBook> {
    const book = new TraceBook({ only: new Set(calls.flatMap(({ legs }) => legs)) });
    await readInto(book, this.captures);
    return book;
  }
}

function partsOf(calls: readonly CallSummary[]): readonly (readonly CallSummary[])[] {
  const parts: CallSummary[][] = [];
  let messages = Number.POSITIVE_INFINITY;
  for (const call of calls) {
    if (messages + call.messages > mostMessages) {
      parts.push([]);
      messages = 0;
    }
    messages += call.messages;
    parts.at(-1)?.push(call);
  }
  return parts;
}

// Values that come one after another, read with `for await`.

/** A queue with one reader. What nobody has read waits, up to `limit`; then the oldest is dropped. */
export class Feed<T> implements AsyncIterable<T> {
  readonly #limit: number;
  readonly #waiting: T[] = [];
  #reader: ((result: IteratorResult<T>) => void) | undefined;
  #ended = false;

  constructor(limit = 1000) {
    this.#limit = limit;
  }

  /** True when as many wait as it holds, so that one more costs the oldest. */
  get full(): boolean {
    return this.#waiting.length >= this.#limit;
  }

  /** Adds a value; does nothing once ended. */
  push(value: T): void {
    if (this.#ended) return;
    const reader = this.#reader;
    if (reader !== undefined) {
      this.#reader = undefined;
      reader({ done: false, value });
      return;
    }
    this.#waiting.push(value);
    if (this.#waiting.length > this.#limit) this.#waiting.shift();
  }

  /** Ends the feed; what waits is still read. */
  end(): void {
    this.#ended = true;
    this.#reader?.({ done: true, value: undefined });
    this.#reader = undefined;
  }

  [Symbol.asyncIterator](): AsyncIterator<T> {
    return {
      next: () => this.#next(),
      return: () => Promise.resolve({ done: true, value: undefined }),
    };
  }

  #next(): Promise<IteratorResult<T>> {
    const value = this.#waiting.shift();
    if (value !== undefined) return Promise.resolve({ done: false, value });
    if (this.#ended) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => {
      this.#reader = resolve;
    });
  }
}

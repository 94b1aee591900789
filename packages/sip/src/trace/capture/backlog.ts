// Bytes of a file that wait until the block they belong to is whole.

const none = new Uint8Array(0);

/**
 * What came and was not used yet. However a file is cut into pushes, each byte is copied a bounded number of times. Two buffers
 * take turns, so that what was given out of one can be looked at until the next push, and a long file needs no new memory.
 */
export class Backlog {
  #held: Uint8Array = none;
  #spare: Uint8Array = none;
  #length = 0;

  /** How many bytes wait. */
  get length(): number {
    return this.#length;
  }

  /** All that can be read now: what waited, and `bytes` behind it. Valid until the push after the next `keep`. */
  window(bytes: Uint8Array): Uint8Array {
    if (this.#length === 0) return bytes;
    const length = this.#length + bytes.length;
    if (length > this.#held.length) {
      const larger = new Uint8Array(Math.max(length, this.#held.length * 2));
      larger.set(this.#held.subarray(0, this.#length));
      this.#held = larger;
    }
    this.#held.set(bytes, this.#length);
    this.#length = length;
    return this.#held.subarray(0, length);
  }

  /** The window was used up to `at`; the rest waits for the next push. */
  keep(window: Uint8Array, at: number): void {
    const rest = window.length - at;
    if (this.#length > 0 && at === 0) return;
    if (rest === 0) {
      this.clear();
      return;
    }
    if (rest > this.#spare.length) this.#spare = new Uint8Array(Math.max(rest, 1024));
    this.#spare.set(window.subarray(at));
    [this.#held, this.#spare] = [this.#spare, this.#held];
    this.#length = rest;
  }

  /** Nothing waits any more, and no memory is held. */
  clear(): void {
    this.#held = none;
    this.#spare = none;
    this.#length = 0;
  }
}

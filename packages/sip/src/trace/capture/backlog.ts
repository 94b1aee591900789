// Bytes of a file that wait until the block they belong to is whole.

const none = new Uint8Array(0);

/** What came and was not used yet. However a file is cut into pushes, each byte is copied a bounded number of times. */
export class Backlog {
  #held: Uint8Array = none;
  #length = 0;

  /** How many bytes wait. */
  get length(): number {
    return this.#length;
  }

  /** All that can be read now: what waited, and `bytes` behind it. Valid until `keep`. */
  window(bytes: Uint8Array): Uint8Array {
    if (this.#length === 0) return bytes;
    const length = this.#length + bytes.length;
    if (length > this.#held.length) {
      const larger = new Uint8Array(Math.max(length, this.#held.length * 2, 4096));
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
    // A new buffer, because what was given out of the old one may still be looked at.
    this.#held = rest === 0 ? none : new Uint8Array(Math.max(rest, 4096));
    if (rest > 0) this.#held.set(window.subarray(at));
    this.#length = rest;
  }
}

// How much memory all connections of a capture together may hold of what is not complete yet.

/** An account of octets that are held. */
export class Allowance {
  readonly #limit: number;
  #held = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** True when more is held than may be; who holds something gives some back then. */
  get exceeded(): boolean {
    return this.#held > this.#limit;
  }

  /** So many octets more are held, or fewer when negative. */
  add(octets: number): void {
    this.#held += octets;
  }
}

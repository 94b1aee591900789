// At most so many things at once for each name; the others wait their turn.

/** Queues by name. */
export class Turns {
  readonly #most: number;
  readonly #names = new Map<string, { running: number; readonly waiting: (() => void)[] }>();

  constructor(most: number) {
    this.#most = most;
  }

  /** How many names have something running. */
  get size(): number {
    return this.#names.size;
  }

  /** Does `work` once there is a turn for `name`. */
  async take<T>(name: string, work: () => Promise<T>): Promise<T> {
    const line = this.#names.get(name) ?? { running: 0, waiting: [] };
    this.#names.set(name, line);
    // Who leaves hands its turn on, so that nobody can come between.
    if (line.running < this.#most) line.running += 1;
    else await new Promise<void>((resolve) => line.waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = line.waiting.shift();
      if (next !== undefined) next();
      else line.running -= 1;
      if (line.running === 0) this.#names.delete(name);
    }
  }
}

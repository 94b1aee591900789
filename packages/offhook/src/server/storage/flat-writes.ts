// Writes as plain values for the way to the worker, and back again.
import type { FlatWrites, SqlValue, Statement } from './messages.ts';

/** Flattens writes for one worker, which learns each SQL text once. */
export class Flattener {
  readonly #numbers = new Map<string, number>();

  /** All of `writes` in one message. */
  flatten(writes: readonly (readonly Statement[])[]): FlatWrites {
    const texts: string[] = [];
    const shape: number[] = [];
    const values: SqlValue[] = [];
    for (const write of writes) {
      shape.push(write.length);
      for (const { sql, parameters } of write) {
        shape.push(this.#number(sql, texts), parameters.length);
        for (const value of parameters) values.push(value);
      }
    }
    return { texts, shape, values };
  }

  #number(sql: string, texts: string[]): number {
    const known = this.#numbers.get(sql);
    if (known !== undefined) return known;
    const number = this.#numbers.size;
    this.#numbers.set(sql, number);
    texts.push(sql);
    return number;
  }
}

/** The worker's half of `Flattener`. */
export class Unflattener {
  readonly #texts: string[] = [];

  /** The writes as they were. */
  unflatten({ texts, shape, values }: FlatWrites): readonly (readonly Statement[])[] {
    this.#texts.push(...texts);
    const writes: Statement[][] = [];
    let place = 0;
    let value = 0;
    const next = (): number => shape[place++] ?? 0;
    while (place < shape.length) {
      const write: Statement[] = [];
      for (let left = next(); left > 0; left -= 1) {
        const sql = this.#texts[next()] ?? '';
        const end = value + next();
        write.push({ sql, parameters: values.slice(value, end) });
        value = end;
      }
      writes.push(write);
    }
    return writes;
  }
}

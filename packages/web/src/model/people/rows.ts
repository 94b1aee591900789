// Rows as they come back from the browser's store: whatever is there, read with care, since an older phone may have written it.

/** A row whose fields can be asked for; undefined for what is no object. */
export function rowOf(value: unknown): Row | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return new Row(value);
}

/** An object of which nothing is known. */
export class Row {
  readonly #fields: ReadonlyMap<string, unknown>;

  constructor(value: object) {
    this.#fields = new Map(Object.entries(value));
  }

  text(name: string): string | undefined {
    const value = this.#fields.get(name);
    return typeof value === 'string' ? value : undefined;
  }

  number(name: string): number | undefined {
    const value = this.#fields.get(name);
    return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
  }

  flag(name: string): boolean {
    return this.#fields.get(name) === true;
  }

  row(name: string): Row | undefined {
    return rowOf(this.#fields.get(name));
  }

  list(name: string): readonly unknown[] {
    const value = this.#fields.get(name);
    return Array.isArray(value) ? value : [];
  }

  /** A text that is one of `allowed`. */
  oneOf<Text extends string>(name: string, allowed: readonly Text[]): Text | undefined {
    const value = this.text(name);
    return allowed.find((one) => one === value);
  }
}

// Ownership as a tree: who opens something adds it to a scope, and closing the scope closes it.

/** Anything that owns something and lets go of it; closing twice is closing once. */
export interface Closable {
  close(): Promise<void>;
}

/** A set of open things that are closed together, the newest first. */
export class Scope implements Closable {
  readonly #members = new Set<Closable>();
  #closing: Promise<void> | undefined;

  /** Takes `member` into this scope and returns it; throws when the scope is closing already. */
  add<T extends Closable>(member: T): T {
    if (this.#closing !== undefined)
      throw new Error('This scope is closed; nothing can be opened in it');
    this.#members.add(member);
    return member;
  }

  /** Lets `member` go without closing it. */
  release(member: Closable): void {
    this.#members.delete(member);
  }

  /** How many members are open. */
  get size(): number {
    return this.#members.size;
  }

  close(): Promise<void> {
    this.#closing ??= this.#closeAll();
    return this.#closing;
  }

  async #closeAll(): Promise<void> {
    const errors: unknown[] = [];
    for (const member of [...this.#members].reverse()) {
      try {
        await member.close();
      } catch (error) {
        errors.push(error);
      }
    }
    this.#members.clear();
    if (errors.length > 0) throw new AggregateError(errors, 'Some members did not close');
  }
}

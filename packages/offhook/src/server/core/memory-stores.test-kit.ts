// Bindings and messages in memory, for the tests of this room.
import type { VirtualClock } from '@offhook/sip/testing';
import type { KeptMessage, MessageStore, NewMessage } from '../mailbox/store.ts';
import { bindingKey } from '../location/store.ts';
import type { Binding, BindingChange, LocationStore } from '../location/store.ts';

/** Bindings in memory. `trouble` makes the next changes fail. */
export class MemoryLocation implements LocationStore {
  readonly #clock: VirtualClock;
  readonly #aors = new Map<string, readonly Binding[]>();
  trouble = false;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  bindings(aor: string): readonly Binding[] {
    return (this.#aors.get(aor) ?? []).filter(({ due }) => due > this.#clock.now());
  }

  change(aor: string, { put, remove }: BindingChange): Promise<void> {
    if (this.trouble) return Promise.reject(new Error('database or disk is full'));
    const gone = new Set([...remove, ...put.map((binding) => bindingKey(binding))]);
    this.#aors.set(aor, [
      ...put,
      ...this.bindings(aor).filter((binding) => !gone.has(bindingKey(binding))),
    ]);
    return Promise.resolve();
  }

  flowClosed(flow: string): void {
    for (const [aor, all] of this.#aors)
      this.#aors.set(
        aor,
        all.filter((one) => !one.connection || one.flow !== flow),
      );
  }

  aors(): readonly string[] {
    return [...this.#aors.keys()].filter((aor) => this.bindings(aor).length > 0);
  }

  get size(): number {
    return this.aors().reduce((sum, aor) => sum + this.bindings(aor).length, 0);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** Messages in memory. `trouble` makes the next ones fail; a store is as slow as `wait` says, in milliseconds. */
export class MemoryMessages implements MessageStore {
  readonly #clock: VirtualClock;
  kept: KeptMessage[] = [];
  trouble = false;
  wait = 0;
  #lastId = 0;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  count(aor: string): number {
    return this.kept.filter((one) => one.aor === aor).length;
  }

  async keep(message: NewMessage): Promise<number> {
    await this.#pause();
    if (this.trouble) throw new Error('database or disk is full');
    this.#lastId += 1;
    this.kept.push({ ...message, id: this.#lastId });
    return this.#lastId;
  }

  async of(aor: string): Promise<readonly KeptMessage[]> {
    await this.#pause();
    return this.kept.filter((one) => one.aor === aor);
  }

  expired(wall: number): Promise<readonly KeptMessage[]> {
    return Promise.resolve(this.kept.filter(({ due }) => due <= wall));
  }

  async remove({ id }: Pick<KeptMessage, 'id'>): Promise<void> {
    await this.#pause();
    if (this.trouble) throw new Error('database or disk is full');
    this.kept = this.kept.filter((one) => one.id !== id);
  }

  removeAll(aor: string): Promise<void> {
    this.kept = this.kept.filter((one) => one.aor !== aor);
    return Promise.resolve();
  }

  aors(): readonly string[] {
    return [...new Set(this.kept.map(({ aor }) => aor))];
  }

  #pause(): Promise<void> {
    if (this.wait === 0) return Promise.resolve();
    return new Promise((resolve) => void this.#clock.after(this.wait, resolve));
  }
}

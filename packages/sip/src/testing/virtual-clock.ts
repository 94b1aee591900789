// Time that passes only when a test says so, and then at once.
import type { Clock, Timer } from '../base/clock.ts';

interface Entry {
  readonly due: number;
  readonly order: number;
  fire: (() => void) | undefined;
}

/** A Clock that stands still until it is told to go on. Timers fire in the order of their time, then of their making. */
export class VirtualClock implements Clock {
  readonly #start: number;
  /** A binary heap, the next timer first. Cancelled entries stay until they come up or outnumber the others. */
  #heap: Entry[] = [];
  #now = 0;
  #order = 0;
  #pending = 0;

  /** `wall` is what `wall()` says at the beginning, in milliseconds since 1970. */
  constructor({ wall = Date.UTC(2026, 0, 1) }: { readonly wall?: number } = {}) {
    this.#start = wall;
  }

  now(): number {
    return this.#now;
  }

  wall(): number {
    return this.#start + this.#now;
  }

  after(milliseconds: number, fire: () => void): Timer {
    const entry: Entry = { due: this.#now + Math.max(0, milliseconds), order: this.#order, fire };
    this.#order += 1;
    this.#pending += 1;
    push(this.#heap, entry);
    return {
      cancel: () => {
        if (entry.fire === undefined) return;
        entry.fire = undefined;
        this.#pending -= 1;
        this.#sweep();
      },
    };
  }

  /** How many timers run. */
  get pending(): number {
    return this.#pending;
  }

  /** Lets `milliseconds` pass: fires what comes due on the way, each at its own time. */
  advance(milliseconds: number): void {
    const end = this.#now + milliseconds;
    while (this.#fireNext(end));
    this.#now = end;
  }

  /** As `advance`, but lets promises settle before the first timer, between timers and after the last. */
  async elapse(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    await settle();
    while (this.#fireNext(end)) await settle();
    this.#now = end;
  }

  /** Fires timers until none runs, and says how many milliseconds that took; throws when some still run after `limit`. */
  runUntilIdle(limit = 3_600_000): number {
    const start = this.#now;
    while (this.#fireNext(start + limit));
    if (this.#pending > 0) throw new Error(`${this.#pending} timers still run after ${limit} ms`);
    return this.#now - start;
  }

  #fireNext(end: number): boolean {
    for (let next = this.#heap[0]; next !== undefined && next.due <= end; next = this.#heap[0]) {
      pop(this.#heap);
      const { fire } = next;
      if (fire === undefined) continue;
      next.fire = undefined;
      this.#pending -= 1;
      this.#now = next.due;
      fire();
      return true;
    }
    return false;
  }

  #sweep(): void {
    if (this.#heap.length < 64 || this.#heap.length < this.#pending * 4) return;
    this.#heap = this.#heap.filter((entry) => entry.fire !== undefined).sort(byTime);
  }
}

/** Lets every promise that can settle now do so. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 32; turn += 1) await Promise.resolve();
}

function byTime(a: Entry, b: Entry): number {
  return a.due - b.due || a.order - b.order;
}

function push(heap: Entry[], entry: Entry): void {
  let at = heap.length;
  heap.push(entry);
  while (at > 0) {
    const above = (at - 1) >> 1;
    const parent = heap[above];
    if (parent === undefined || byTime(parent, entry) <= 0) break;
    heap[at] = parent;
    at = above;
  }
  heap[at] = entry;
}

function pop(heap: Entry[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let at = 0;
  for (;;) {
    const left = heap[2 * at + 1];
    if (left === undefined) break;
    const right = heap[2 * at + 2];
    const below = right !== undefined && byTime(right, left) < 0 ? 2 * at + 2 : 2 * at + 1;
    const child = heap[below];
    if (child === undefined || byTime(last, child) <= 0) break;
    heap[at] = child;
    at = below;
  }
  heap[at] = last;
}

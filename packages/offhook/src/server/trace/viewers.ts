// Who looks on while things happen: each gets the lines that are for him, gathered for one way to the main thread.
import type { KnownCall, Leg } from './ledger.ts';
import type { SeenLines, TraceWish } from './messages.ts';

/** Viewers with one wish: what they see is made once. */
interface Audience {
  readonly wish: TraceWish;
  readonly ids: Set<number>;
  lines: string[];
}

/** The viewers, by what they wish to see. */
export class Viewers {
  readonly #audiences = new Map<string, Audience>();

  /** True when nobody looks on. */
  get isEmpty(): boolean {
    return this.#audiences.size === 0;
  }

  /** Shows what `wish` is for from now on. */
  add(id: number, wish: TraceWish): void {
    const name = JSON.stringify([wish.call, wish.user]);
    const audience = this.#audiences.get(name) ?? { wish, ids: new Set(), lines: [] };
    audience.ids.add(id);
    this.#audiences.set(name, audience);
  }

  /** Shows it no more. */
  remove(id: number): void {
    for (const [name, { ids }] of this.#audiences)
      if (ids.delete(id) && ids.size === 0) this.#audiences.delete(name);
  }

  /** A line that belongs to these legs; `callOf` finds the call of a Call-ID. */
  show(
    line: string,
    legs: readonly Leg[],
    callOf: (callId: string) => KnownCall | undefined,
  ): void {
    for (const { wish, lines } of this.#audiences.values())
      if (isFor(wish, legs, callOf)) lines.push(line);
  }

  /** What was shown since the last time, with the viewers who see it. */
  take(): readonly SeenLines[] {
    const all: SeenLines[] = [];
    for (const audience of this.#audiences.values()) {
      if (audience.lines.length === 0) continue;
      all.push({ viewers: [...audience.ids], lines: audience.lines.join('\n') });
      audience.lines = [];
    }
    return all;
  }
}

function isFor(
  { call, user }: TraceWish,
  legs: readonly Leg[],
  callOf: (callId: string) => KnownCall | undefined,
): boolean {
  if (user !== undefined && !legs.some((leg) => leg.call.users.has(user))) return false;
  return call === undefined || legs.some((leg) => leg.call === callOf(call));
}

// Who looks on while things happen: each gets the lines that are for him, gathered for one way to the main thread.
import type { KnownCall, Leg } from './ledger.ts';
import type { TraceWish } from './messages.ts';

interface Viewer {
  readonly wish: TraceWish;
  lines: string[];
}

/** The viewers by their ids. */
export class Viewers {
  readonly #viewers = new Map<number, Viewer>();

  /** How many there are. */
  get size(): number {
    return this.#viewers.size;
  }

  /** Shows what `wish` is for from now on. */
  add(id: number, wish: TraceWish): void {
    this.#viewers.set(id, { wish, lines: [] });
  }

  /** Shows it no more. */
  remove(id: number): void {
    this.#viewers.delete(id);
  }

  /** A line that belongs to these legs; `callOf` finds the call of a Call-ID. */
  show(
    line: string,
    legs: readonly Leg[],
    callOf: (callId: string) => KnownCall | undefined,
  ): void {
    for (const { wish, lines } of this.#viewers.values())
      if (isFor(wish, legs, callOf)) lines.push(line);
  }

  /** What was shown since the last time, by viewer. */
  take(): readonly (readonly [number, string])[] {
    const all: [number, string][] = [];
    for (const [id, viewer] of this.#viewers) {
      if (viewer.lines.length === 0) continue;
      all.push([id, viewer.lines.join('\n')]);
      viewer.lines = [];
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

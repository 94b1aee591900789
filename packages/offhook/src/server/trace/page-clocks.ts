// How far the clocks of pages are from ours, so that both ends of a call stand on one time line.

/** What is known of the clock of a page. */
export interface PageClock {
  /** What to add to its times to have ours, in milliseconds; 0 for a page that did not say what its clock shows. */
  readonly shift: number;
  /** How far that may be off, in milliseconds; undefined when nothing is known. */
  readonly within: number | undefined;
}

/** One request of a page. */
export interface ClockSample {
  /** When it came, by our clock. */
  readonly received: number;
  /** What the page's clock showed as it was sent. */
  readonly now?: number | undefined;
  /** How long the page's request before took, there and back, in milliseconds. */
  readonly roundTrip?: number | undefined;
}

/** Of how many requests the best counts: clocks drift, and networks change. */
const samples = 8;
const pages = 10_000;
/** What a request takes at most whose round trip is not known, in milliseconds. */
const usualRoundTrip = 2_000;

/** The clocks of pages, by their names. */
export class PageClocks {
  /** The one that was silent for longest comes first. */
  readonly #pages = new Map<string, readonly { shift: number; within: number }[]>();

  /** What is known with this sample of the page: that with the shortest way tells best, as in NTP. */
  of(page: string, { received, now, roundTrip }: ClockSample): PageClock {
    const before = this.#pages.get(page) ?? [];
    this.#pages.delete(page);
    const within = (roundTrip ?? usualRoundTrip) / 2;
    // Where the round trip is not known the way here counts as short: most are, against `within`.
    const way = roundTrip === undefined ? 0 : within;
    const all =
      now === undefined
        ? before
        : [...before.slice(1 - samples), { shift: received - now - way, within }];
    this.#pages.set(page, all);
    if (this.#pages.size > pages)
      for (const idlest of this.#pages.keys()) if (this.#pages.delete(idlest)) break;
    const [best] = all.toSorted(
      (one, other) => one.within - other.within || one.shift - other.shift,
    );
    return best === undefined ? { shift: 0, within: undefined } : { ...best };
  }
}

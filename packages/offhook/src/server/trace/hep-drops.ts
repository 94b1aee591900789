// What agents send that is not kept, told to the operator: each kind when it begins, and from time to time how many there were since.
import type { Clock } from '@offhook/sip';

/** Why a packet was dropped. */
export type HepDrop = 'flood' | 'rtcp' | 'other' | 'no-hep';

/** How often one kind is told, in milliseconds. */
const tellEvery = 600_000;

/** Counts what is dropped. */
export class HepDrops {
  readonly #clock: Clock;
  readonly #warn: (text: string) => void;
  readonly #kinds = new Map<HepDrop, { count: number; toldAt: number }>();

  constructor(clock: Clock, warn: (text: string) => void) {
    this.#clock = clock;
    this.#warn = warn;
  }

  /** One more; told with those before it that were not told yet. */
  add(kind: HepDrop): void {
    const now = this.#clock.now();
    const known = this.#kinds.get(kind) ?? { count: 0, toldAt: Number.NEGATIVE_INFINITY };
    const count = known.count + 1;
    const isDue = now - known.toldAt >= tellEvery;
    this.#kinds.set(kind, isDue ? { count: 0, toldAt: now } : { ...known, count });
    if (isDue) this.#warn(`${reasons[kind]}: ${count} dropped`);
  }
}

const reasons: Readonly<Record<HepDrop, string>> = {
  flood: 'More HEP packets came in a second than are read',
  rtcp: 'HEP agents tell of media (RTCP), which no trace of a call keeps: only SIP is',
  other: 'HEP agents tell of what is no SIP',
  'no-hep': 'What came to the port of HEP is none of version 3',
};

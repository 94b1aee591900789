// One key, however it comes: as an event of RTP, as an INFO request, or as sound; who sends it twice is heard once.

/** How a key came, the surest way last. */
export type KeyWay = 'sound' | 'info' | 'event';

const sureness: Readonly<Record<KeyWay, number>> = { sound: 0, info: 1, event: 2 };
/** Milliseconds in which the same key by another way is the same press. */
const samePress = 2000;

interface Told {
  readonly key: string;
  /** All by which it came. */
  readonly ways: Set<KeyWay>;
  readonly at: number;
}

/**
 * Keeps to the surest way that a peer has used. Until it has shown one, keys are taken as they come; those that then come once
 * more by the surer way are known by their order.
 */
export class KeyWays {
  #surest: KeyWay | undefined;
  #told: readonly Told[] = [];

  /** True for a key that is to be told; `now` is in milliseconds. */
  take(key: string, way: KeyWay, now: number): boolean {
    const surest = this.#surest;
    if (surest !== undefined && sureness[way] < sureness[surest]) return false;
    this.#told = this.#told.filter((told) => told.at > now - samePress);
    if (surest !== undefined && way !== surest) this.#surest = way;
    this.#surest ??= way;
    const double = this.#told.find((told) => told.key === key && !told.ways.has(way));
    double?.ways.add(way);
    if (double === undefined) this.#told = [...this.#told, { key, ways: new Set([way]), at: now }];
    return double === undefined;
  }

  /** Another peer may have other ways. */
  reset(): void {
    this.#surest = undefined;
    this.#told = [];
  }
}

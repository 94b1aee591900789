// The numbers of a document's lanes: each call counts its own transactions, dialogs and sessions, a document counts them through all its legs.
import type { Label } from '../correlate/labelled.ts';

/** What a document calls the items of its lanes. */
export class LaneNumbers {
  readonly #numbers = new Map<Label, number>();
  readonly #counts = { T: 0, D: 0, S: 0 };

  /** The number of `item` in this document; the next one for an item that is new. */
  of(item: Label): number {
    const known = this.#numbers.get(item);
    if (known !== undefined) return known;
    this.#counts[item.lane] += 1;
    this.#numbers.set(item, this.#counts[item.lane]);
    return this.#counts[item.lane];
  }

  /** The label as plain data. */
  label(item: Label): Label {
    return { lane: item.lane, number: this.of(item), source: item.source };
  }

  /** The items of a lane in the order of their numbers. */
  items(lane: Label['lane']): readonly Label[] {
    return [...this.#numbers.keys()].filter((item) => item.lane === lane);
  }
}

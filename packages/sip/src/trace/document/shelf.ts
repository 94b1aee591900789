// The calls that are kept whole, and which of them goes first when there is no more room.
import type { Dossier } from './dossier.ts';

/** Keeps dossiers in the order in which they may go: first those that are over, and of each kind the idlest. */
export class Shelf {
  /** Characters that all of them hold together. */
  size = 0;
  /** Each is in one of these: changed after its line was made, listed and still going on, listed and over. */
  readonly #changed = new Set<Dossier>();
  readonly #open = new Set<Dossier>();
  readonly #over = new Set<Dossier>();

  /** How many there are. */
  get count(): number {
    return this.#changed.size + this.#open.size + this.#over.size;
  }

  /** All of them. */
  get all(): readonly Dossier[] {
    return [...this.#over, ...this.#open, ...this.#changed];
  }

  /** Those that changed after their lines were made, the idlest first. */
  get changed(): ReadonlySet<Dossier> {
    return this.#changed;
  }

  /** The one that goes next. */
  get next(): Dossier | undefined {
    return first(this.#over) ?? first(this.#open) ?? first(this.#changed);
  }

  /** Something was added to it; `more` characters. */
  change(dossier: Dossier, more: number): void {
    this.#take(dossier);
    this.#changed.add(dossier);
    this.size += more;
  }

  /** Its line is made. */
  list(dossier: Dossier, isOver: boolean): void {
    if (!this.#changed.delete(dossier)) return;
    if (isOver) this.#over.add(dossier);
    else this.#open.add(dossier);
  }

  /** It is kept no longer. */
  remove(dossier: Dossier): void {
    this.#take(dossier);
    this.size -= dossier.size;
  }

  #take(dossier: Dossier): void {
    this.#changed.delete(dossier);
    this.#open.delete(dossier);
    this.#over.delete(dossier);
  }
}

function first(dossiers: ReadonlySet<Dossier>): Dossier | undefined {
  const [one] = dossiers;
  return one;
}

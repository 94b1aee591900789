// A file that is one part after another: read as far as it came, and searched for the next part where it is damaged.
import { Backlog } from './backlog.ts';

/** Who knows the parts of a kind of file. */
export interface PartReader {
  /** Reads the part at `at`; says where the next one is, `at` itself when this one is not whole, or when `lost` was set. */
  part(window: Uint8Array, at: number): number;
  /** Goes on from `from` to where a part looks right, and takes `lost` back, or as far as that can be known; `last` when nothing more comes. */
  search(window: Uint8Array, from: number, last: boolean): number;
}

/** Walks through a file, however it is cut into pushes. */
export class Parts {
  /** True while the next part is looked for in damaged bytes. */
  lost = false;
  readonly #reader: PartReader;
  readonly #backlog = new Backlog();

  constructor(reader: PartReader) {
    this.#reader = reader;
  }

  /** Takes the next bytes of the file. */
  push(bytes: Uint8Array): void {
    const window = this.#backlog.window(bytes);
    this.#backlog.keep(window, this.#walk(window, false));
  }

  /** The file is at its end: how many octets of it are left over. */
  end(): number {
    const rest = this.#backlog.window(new Uint8Array(0));
    return rest.length - this.#walk(rest, true);
  }

  #walk(window: Uint8Array, last: boolean): number {
    let at = 0;
    for (;;) {
      const { lost } = this;
      const next = lost ? this.#reader.search(window, at, last) : this.#reader.part(window, at);
      if (next === at && this.lost === lost) return at;
      at = next;
    }
  }
}

// Several captures read as one, in the order of time, as mergecap does.
import type { Captured } from './captured.ts';
import type { CaptureReader } from './reader.ts';

/** A capture that is read as its bytes come. */
export interface CaptureStream {
  readonly reader: CaptureReader;
  readonly bytes: AsyncIterable<Uint8Array>;
}

/** Takes one thing of `from`, where it had the number `frame`. What it views is valid until this returns. */
export type TakeCaptured = (item: Captured, from: CaptureStream, frame: number) => void;

/**
 * Gives `take` everything in the captures in the order of time. Frames of a single one keep their numbers, those of several
 * are counted as they come. Fails as the bytes of a capture do.
 */
export async function readInOrder(
  captures: readonly CaptureStream[],
  take: TakeCaptured,
): Promise<void> {
  const open = new Set<Walk>();
  for (const capture of captures) {
    const walk = new Walk(capture);
    if (await walk.fill()) open.add(walk);
  }
  let count = 0;
  while (open.size > 0) {
    const walk = earliest(open);
    if (walk === undefined) return;
    // Of one that is left alone all that it has is taken in one go.
    const isAlone = open.size === 1;
    do {
      const item = walk.take();
      count += 1;
      if (item !== undefined)
        take(captures.length === 1 ? item : { ...item, frame: count }, walk.capture, item.frame);
    } while (isAlone && !walk.isEmpty);
    if (walk.isEmpty && !(await walk.fill())) open.delete(walk);
  }
}

function earliest(walks: ReadonlySet<Walk>): Walk | undefined {
  let found: Walk | undefined;
  for (const walk of walks) if (found === undefined || walk.at < found.at) found = walk;
  return found;
}

/** One capture, part by part: what it gave last is valid until it gives more. */
class Walk {
  readonly capture: CaptureStream;
  readonly #bytes: AsyncIterator<Uint8Array>;
  #items: readonly Captured[] = [];
  #next = 0;
  #isOver = false;

  constructor(capture: CaptureStream) {
    this.capture = capture;
    this.#bytes = capture.bytes[Symbol.asyncIterator]();
  }

  /** When the next item was. */
  get at(): number {
    const item = this.#items[this.#next];
    return item === undefined ? 0 : item.kind === 'observation' ? item.observation.at : item.at;
  }

  get isEmpty(): boolean {
    return this.#next >= this.#items.length;
  }

  take(): Captured | undefined {
    const item = this.#items[this.#next];
    this.#next += 1;
    return item;
  }

  /** Reads on until there is something; false when there is nothing more. */
  async fill(): Promise<boolean> {
    const { reader } = this.capture;
    while (!this.#isOver) {
      const { done, value } = await this.#bytes.next();
      this.#isOver = done === true;
      this.#items = done === true ? reader.end() : reader.push(value);
      this.#next = 0;
      if (this.#items.length > 0) return true;
    }
    return false;
  }
}

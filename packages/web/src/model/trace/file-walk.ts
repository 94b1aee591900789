// Files of the page as one capture: captures are read side by side in the order of time, with the key logs among them.
import { CaptureReader, KeyLog, readInOrder } from '@offhook/sip/trace';
import type { Captured } from '@offhook/sip/trace';
import type { CaptureFile, Progress } from './ask.ts';
import { capturesIn, keyLogsIn } from './capture-set.ts';

/** A piece of a capture, unpacked. */
export interface CapturePiece {
  readonly bytes: Uint8Array;
  /** Octets of the file that were read until its end, as stored. */
  readonly read: number;
}

/** The bytes of a file, in pieces; may throw in the middle of one that is damaged. */
export type BytesOf = (file: CaptureFile) => AsyncIterable<CapturePiece>;

/** What each file was read to. */
interface Reading {
  readonly file: CaptureFile;
  readonly reader: CaptureReader;
  read: number;
}

const LF = 10;
/** Octets; no line of a key log is longer. */
const longestLine = 1_024;

/** One walk through files. */
export class FileWalk {
  /** Why a file could be read no further. */
  fault: string | undefined;
  /** What stood in the way of reading anything, as it was told last. */
  lacks: string | undefined;
  /** Why a private key could not be used. */
  #refused: string | undefined;
  readonly #keyLogs: readonly CaptureFile[];
  readonly #readings: readonly Reading[];
  readonly #keys = new KeyLog();
  readonly #bytesOf: BytesOf;

  constructor(files: readonly CaptureFile[], bytesOf: BytesOf) {
    this.#bytesOf = bytesOf;
    // Keys alone are read as a capture too, which says what they are for.
    this.#keyLogs = keyLogsIn(files);
    this.#readings = capturesIn(files).map((file) => ({
      file,
      reader: new CaptureReader({ name: file.name, keys: this.#keys }),
      read: 0,
    }));
  }

  /** How far it is. */
  get progress(): Omit<Progress, 'explained'> {
    const sum = (of: (reading: Reading) => number): number =>
      this.#readings.reduce((all, reading) => all + of(reading), 0);
    const formats = new Set(this.#readings.map(({ reader }) => reader.format));
    return {
      read: sum(({ read }) => read),
      size: sum(({ file }) => file.size),
      frames: sum(({ reader }) => reader.frames),
      format: [...formats].join(', '),
    };
  }

  /** When the last frame of all was, in milliseconds since 1970; 0 for none. */
  get until(): number {
    return Math.max(0, ...this.#readings.map(({ reader }) => reader.at));
  }

  /** Gives `take` all that is in the files; asks `goesOn` after each piece. What is damaged ends there, the others go on. */
  async walk(take: (item: Captured) => void, goesOn: () => boolean): Promise<void> {
    for (const file of this.#keyLogs) await this.#learn(file);
    await readInOrder(
      this.#readings.map((reading) => ({
        reader: reading.reader,
        bytes: this.#pieces(reading, goesOn),
      })),
      (item) => {
        if (item.kind === 'problem') this.lacks = item.text;
        take(item);
      },
    );
    // Of keys that cannot be used the rest is a consequence.
    this.lacks = this.#refused ?? this.lacks;
  }

  async *#pieces(reading: Reading, goesOn: () => boolean): AsyncGenerator<Uint8Array> {
    try {
      for await (const { bytes, read } of this.#bytesOf(reading.file)) {
        yield bytes;
        reading.read = read;
        if (!goesOn()) return;
      }
    } catch (error) {
      // What came until then is shown all the same.
      this.#failed(reading.file, error);
    }
  }

  /** Takes a key log or a private key line by line, however it is cut. */
  async #learn(file: CaptureFile): Promise<void> {
    let rest = new Uint8Array(0);
    try {
      for await (const { bytes } of this.#bytesOf(file)) {
        const all = joined(rest, bytes);
        const end = all.lastIndexOf(LF) + 1;
        this.#keys.add(all.subarray(0, end));
        rest = all.slice(end, end + longestLine);
      }
    } catch (error) {
      this.#failed(file, error);
    }
    this.#keys.add(rest);
    const { refused } = this.#keys;
    if (refused !== undefined) this.#refused ??= `${file.name}: ${refused}`;
  }

  #failed({ name }: CaptureFile, error: unknown): void {
    const said = error instanceof Error ? error.message : String(error);
    this.fault = this.#readings.length + this.#keyLogs.length > 1 ? `${name}: ${said}` : said;
  }
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(one.length + other.length);
  whole.set(one);
  whole.set(other, one.length);
  return whole;
}

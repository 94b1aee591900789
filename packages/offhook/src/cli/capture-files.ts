// Captures from disk into a book of calls: as a stream, unpacked where they are packed, with progress on a terminal.
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { CaptureReader, TraceBook } from '@offhook/sip/trace';
import type { BookOptions, Captured, CapturedProblem, KeyLog } from '@offhook/sip/trace';
import { misuse } from './failure.ts';

/** What was read of one file. */
export interface ReadFile {
  readonly name: string;
  readonly format: string;
  /** Frames, or records, that it has. */
  readonly frames: number;
  /** What could not be read, the first twenty, with the frame numbers of the file itself. */
  readonly problems: readonly CapturedProblem[];
  readonly problemCount: number;
}

/** Captures, and what helps to read them. */
export interface CaptureFiles {
  /** Where they are; `-` is standard input. */
  readonly paths: readonly string[];
  /** Secrets of the TLS connections in them. */
  readonly keys?: KeyLog | undefined;
}

/** All files read as one capture. */
export interface ReadCaptures {
  readonly book: TraceBook;
  readonly files: readonly ReadFile[];
}

const part = 1024 * 1024;
const mostProblems = 20;

/** Reads the files in the order of time; several are numbered as one. */
export async function readCaptures(
  captures: CaptureFiles,
  options: BookOptions = {},
): Promise<ReadCaptures> {
  const book = new TraceBook(options);
  const files: ReadFile[] = [];
  await eachCaptured(captures, (item) => book.add(item), files);
  return { book, files };
}

/**
 * Gives `take` everything in the files in the order of time. Frames of a single file keep their numbers, those of
 * several are counted as they come, as mergecap does. What was read of each file is added to `files`.
 */
export async function eachCaptured(
  { paths, keys }: CaptureFiles,
  take: (item: Captured) => void,
  files: ReadFile[] = [],
): Promise<void> {
  const sources = paths.map((path) => new Source(path, keys));
  const open = new Set(sources);
  let count = 0;
  const [first] = sources;
  for (const source of sources) if (!(await source.fill())) open.delete(source);
  while (open.size > 0) {
    let next = [...open][0] ?? first;
    if (next === undefined) break;
    if (open.size > 1) for (const source of open) if (source.at < next.at) next = source;
    const item = next.take();
    count += 1;
    if (item !== undefined) take(sources.length === 1 ? item : { ...item, frame: count });
    if (next.isEmpty && !(await next.fill())) open.delete(next);
  }
  files.push(...sources.map((source) => source.told));
}

/** One file, part by part: what it gave last is valid until it gives more. */
class Source {
  readonly #path: string;
  readonly #name: string;
  readonly #reader: CaptureReader;
  readonly #problems: CapturedProblem[] = [];
  #problemCount = 0;
  #bytes: AsyncIterator<Uint8Array> | undefined;
  #progress = quiet;
  #items: readonly Captured[] = [];
  #next = 0;
  #isOver = false;

  constructor(path: string, keys: KeyLog | undefined) {
    this.#path = path;
    this.#name = path === '-' ? 'standard input' : basename(path);
    this.#reader = new CaptureReader({ name: this.#name, keys });
  }

  /** When the next item was. */
  get at(): number {
    const item = this.#items[this.#next];
    return item === undefined ? 0 : item.kind === 'observation' ? item.observation.at : item.at;
  }

  get isEmpty(): boolean {
    return this.#next >= this.#items.length;
  }

  get told(): ReadFile {
    const { format, frames } = this.#reader;
    const [name, problems, problemCount] = [this.#name, this.#problems, this.#problemCount];
    return { name, format, frames, problems, problemCount };
  }

  take(): Captured | undefined {
    const item = this.#items[this.#next];
    this.#next += 1;
    if (item?.kind === 'problem') {
      this.#problemCount += 1;
      if (this.#problems.length < mostProblems) this.#problems.push(item);
    }
    return item;
  }

  /** Reads on until there is something; false when there is nothing more. */
  async fill(): Promise<boolean> {
    while (!this.#isOver) {
      this.#bytes ??= await this.#begin();
      const { done, value } = await this.#bytes.next();
      this.#isOver = done === true;
      this.#items = done === true ? this.#reader.end() : this.#reader.push(value);
      this.#next = 0;
      if (this.#isOver) this.#progress.done();
      if (this.#items.length > 0) return true;
    }
    return false;
  }

  async #begin(): Promise<AsyncIterator<Uint8Array>> {
    this.#progress = await progressOf(this.#path, this.#name);
    const bytes = await bytesOf(this.#path, this.#progress.read);
    return bytes[Symbol.asyncIterator]();
  }
}

/** The bytes of a file in parts, unpacked when it begins as gzip does. */
async function bytesOf(
  path: string,
  read: (count: number) => void,
): Promise<AsyncIterable<Uint8Array>> {
  const isPacked = path !== '-' && (await beginsAsGzip(path));
  const input = path === '-' ? process.stdin : createReadStream(path, { highWaterMark: part });
  const counted = Readable.from(counting(input, read));
  return isPacked ? counted.compose(createGunzip({ chunkSize: part })) : counted;
}

async function* counting(
  input: AsyncIterable<Uint8Array>,
  read: (count: number) => void,
): AsyncIterable<Uint8Array> {
  for await (const bytes of input) {
    read(bytes.length);
    yield bytes;
  }
}

async function beginsAsGzip(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await file.close();
  }
}

interface Progress {
  read(count: number): void;
  done(): void;
}

const quiet: Progress = { read: () => undefined, done: () => undefined };

/** A line on the terminal for what takes longer; nothing where nobody looks. */
async function progressOf(path: string, name: string): Promise<Progress> {
  const { stderr } = process;
  if (path === '-') return quiet;
  const { size } = await sizeOf(path);
  if (!stderr.isTTY || size < 8 * part) return quiet;
  let done = 0;
  let told = -1;
  return {
    read(count) {
      done += count;
      const percent = Math.floor((done / size) * 100);
      if (percent === told) return;
      told = percent;
      stderr.write(`\rReading ${name}: ${percent} %`);
    },
    done() {
      stderr.write('\r\u001B[K');
    },
  };
}

async function sizeOf(path: string): Promise<{ readonly size: number }> {
  const found = await stat(path);
  if (!found.isFile())
    throw misuse(`${path} is no file`, 'Name a capture file, or - for standard input');
  return found;
}

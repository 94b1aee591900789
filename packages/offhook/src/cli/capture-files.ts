// Captures from disk into a book of calls: as a stream, unpacked where they are packed, with progress on a terminal.
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { CaptureReader, readInOrder, TraceBook } from '@offhook/sip/trace';
import type {
  BookOptions,
  Captured,
  CapturedProblem,
  CaptureStream,
  KeyLog,
} from '@offhook/sip/trace';
import { misuse } from './failure.ts';

/** What was read of one file. */
export interface ReadFile {
  readonly name: string;
  readonly format: string;
  /** Frames, or records, that it has. */
  readonly frames: number;
  /** When its last frame was, in milliseconds since 1970. */
  readonly until: number;
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

/** From how many calls on it is told how far they are explained. */
const manyCalls = 1000;

/** Reads the files in the order of time; several are numbered as one. */
export async function readCaptures(
  captures: CaptureFiles,
  options: BookOptions = {},
): Promise<ReadCaptures> {
  const book = new TraceBook(options);
  const files: ReadFile[] = [];
  await readInto(book, captures, files);
  listCalls(book);
  return { book, files };
}

/** Puts everything in the files into a book, with how far they reach. */
export async function readInto(
  book: TraceBook,
  captures: CaptureFiles,
  files: ReadFile[] = [],
): Promise<void> {
  await eachCaptured(captures, (item) => book.add(item), files);
  for (const { until } of files) book.watched(until);
}

/** Makes the lines that the reading left to be made: of a large capture that takes a while, too. */
function listCalls(book: TraceBook): void {
  const all = book.size;
  const progress = process.stderr.isTTY && all >= manyCalls ? lineOn(process.stderr) : quiet;
  for (const left of book.list()) progress.say(`Explaining ${all} calls`, (all - left) / all);
  progress.done();
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
  const streams = paths.map((path) => fileStream(path, keys));
  const problems = new Map(streams.map((stream) => [stream.reader, new ProblemList()]));
  await readInOrder(streams, (item, { reader }, frame) => {
    if (item.kind === 'problem') problems.get(reader)?.add({ ...item, frame });
    take(item);
  });
  for (const { reader, name } of streams) {
    const { format, frames, at: until } = reader;
    const { first = [], count = 0 } = problems.get(reader) ?? {};
    files.push({ name, format, frames, until, problems: first, problemCount: count });
  }
}

/** What could not be read of a file. */
class ProblemList {
  readonly first: CapturedProblem[] = [];
  count = 0;

  add(problem: CapturedProblem): void {
    this.count += 1;
    if (this.first.length < mostProblems) this.first.push(problem);
  }
}

function fileStream(
  path: string,
  keys: KeyLog | undefined,
): CaptureStream & { readonly name: string } {
  const name = path === '-' ? 'standard input' : basename(path);
  return { name, reader: new CaptureReader({ name, keys }), bytes: fileBytes(path, name) };
}

async function* fileBytes(path: string, name: string): AsyncIterable<Uint8Array> {
  const reading = await readingOf(path, name);
  yield* await bytesOf(path, reading.read);
  reading.done();
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

/** What is told while something takes long. */
interface Progress {
  /** `share` of it is done, from 0 to 1. */
  say(what: string, share: number): void;
  done(): void;
}

const quiet: Progress = { say: () => undefined, done: () => undefined };

/** A line on the terminal that changes with each percent. */
function lineOn(terminal: NodeJS.WriteStream): Progress {
  let told = '';
  return {
    say(what, share) {
      const text = `${what}: ${Math.floor(share * 100)} %`;
      if (text === told) return;
      told = text;
      terminal.write(`\r\u001B[K${text}`);
    },
    done() {
      terminal.write('\r\u001B[K');
    },
  };
}

/** How much of a file is read. */
interface Reading {
  readonly read: (count: number) => void;
  readonly done: () => void;
}

/** Tells how much of a large file is read, by the count of its bytes; says nothing where nobody looks. */
async function readingOf(path: string, name: string): Promise<Reading> {
  const { stderr } = process;
  if (path === '-') return { read: () => undefined, done: () => undefined };
  const { size } = await sizeOf(path);
  const progress = stderr.isTTY && size >= 8 * part ? lineOn(stderr) : quiet;
  let all = 0;
  return {
    read(count) {
      all += count;
      progress.say(`Reading ${name}`, all / size);
    },
    done: () => progress.done(),
  };
}

async function sizeOf(path: string): Promise<{ readonly size: number }> {
  const found = await stat(path);
  if (!found.isFile())
    throw misuse(`${path} is no file`, 'Name a capture file, or - for standard input');
  return found;
}

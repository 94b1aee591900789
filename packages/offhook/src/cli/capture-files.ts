// Captures from disk into a book of calls: as a stream, unpacked where they are packed, with progress on a terminal.
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { CaptureReader, TraceBook } from '@offhook/sip/trace';
import type { BookOptions, CapturedProblem } from '@offhook/sip/trace';
import { misuse } from './failure.ts';

/** What was read of one file. */
export interface ReadFile {
  readonly name: string;
  readonly format: string;
  /** Frames, or records, that it has. */
  readonly frames: number;
  /** What could not be read, the first twenty. */
  readonly problems: readonly CapturedProblem[];
  readonly problemCount: number;
  /** What is added to its frame numbers, where several files are read as one. */
  readonly offset: number;
}

/** All files read as one capture. */
export interface ReadCaptures {
  readonly book: TraceBook;
  readonly files: readonly ReadFile[];
}

const part = 1024 * 1024;
const mostProblems = 20;

/** Reads the files at `paths`, `-` for standard input; frame numbers go on from file to file. */
export async function readCaptures(
  paths: readonly string[],
  options: BookOptions = {},
): Promise<ReadCaptures> {
  const book = new TraceBook(options);
  const files: ReadFile[] = [];
  let offset = 0;
  for (const path of paths) {
    const file = await readInto(book, path, offset);
    files.push(file);
    offset += file.frames;
  }
  return { book, files };
}

async function readInto(book: TraceBook, path: string, offset: number): Promise<ReadFile> {
  const name = path === '-' ? 'standard input' : basename(path);
  const reader = new CaptureReader({ name });
  const problems: CapturedProblem[] = [];
  let problemCount = 0;
  const take = (items: ReturnType<CaptureReader['push']>): void => {
    for (const item of items) {
      if (item.kind === 'problem') {
        problemCount += 1;
        if (problems.length < mostProblems) problems.push(item);
      }
      book.add(offset === 0 ? item : { ...item, frame: item.frame + offset });
    }
  };
  const progress = await progressOf(path, name);
  for await (const bytes of await bytesOf(path, progress.read)) take(reader.push(bytes));
  take(reader.end());
  progress.done();
  const { format, frames } = reader;
  return { name, format, frames, problems, problemCount, offset };
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

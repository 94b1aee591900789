// The main thread's end of a media thread: starts it when first needed, asks and waits for replies, passes events on.
import { Worker } from 'node:worker_threads';
import { UnplayableFile } from './audio/wav.ts';
import { DtmfRefused } from './key/events.ts';
import { NoMediaPort } from './port-pair.ts';
import type { BrokenEvent, ErrorRecord, FromWorker, Request } from './worker-messages.ts';

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** The media thread is gone or was closed. */
export class MediaClosed extends Error {
  override readonly name = 'MediaClosed';
}

/** A media thread: the program that it runs, and what its thread is called. */
export interface ThreadProgram {
  /** Beside this file, without its ending. */
  readonly file: './worker' | './embedded/bridge-worker';
  readonly name: string;
}

/** One media thread, shared by many streams. It keeps the process alive only while a reply is awaited. */
export class MediaThread<Command, Event> {
  readonly #program: ThreadProgram;
  readonly #waiting = new Map<number, Waiting>();
  readonly #listeners = new Map<number, (event: Event | BrokenEvent) => void>();
  #worker: Worker | undefined;
  #requests = 0;
  #streams = 0;
  #closed = false;

  constructor(program: ThreadProgram) {
    this.#program = program;
  }

  /** How many streams it has. */
  get size(): number {
    return this.#listeners.size;
  }

  /** A number for a new stream, whose events go to `listener`. */
  addStream(listener: (event: Event | BrokenEvent) => void): number {
    this.#streams += 1;
    this.#listeners.set(this.#streams, listener);
    return this.#streams;
  }

  /** No more events of this stream. */
  removeStream(stream: number): void {
    this.#listeners.delete(stream);
  }

  /** Has the stream perform `command`; what comes back belongs to the command. */
  ask(stream: number, command: Command): Promise<unknown> {
    if (this.#closed) return Promise.reject(new MediaClosed('The media engine is closed'));
    this.#worker ??= this.#start();
    const worker = this.#worker;
    this.#requests += 1;
    const request: Request<Command> = { request: this.#requests, stream, command };
    return new Promise((resolve, reject) => {
      this.#waiting.set(request.request, { resolve, reject });
      if (this.#waiting.size === 1) worker.ref();
      worker.postMessage(request);
    });
  }

  /** Ends the thread; what is awaited rejects. */
  async close(): Promise<void> {
    this.#closed = true;
    const worker = this.#worker;
    this.#lost(new MediaClosed('The media engine is closed'));
    await worker?.terminate();
  }

  #start(): Worker {
    // From the sources, Node.js reads the TypeScript itself, and packages resolve to their sources too.
    const fromSource = import.meta.url.endsWith('.ts');
    const { file, name } = this.#program;
    const worker = new Worker(new URL(`${file}${fromSource ? '.ts' : '.js'}`, import.meta.url), {
      name,
      execArgv: fromSource ? ['--conditions=offhook-source'] : [],
    });
    worker.on('message', (message: FromWorker<Event>) => this.#receive(message));
    worker.on('error', (error: unknown) => this.#fallen(worker, error));
    worker.on('exit', () => this.#fallen(worker, 'it ended'));
    worker.unref();
    return worker;
  }

  #receive(message: FromWorker<Event>): void {
    if (message.kind === 'event') {
      this.#listeners.get(message.stream)?.(message.event);
      return;
    }
    const waiting = this.#waiting.get(message.request);
    this.#waiting.delete(message.request);
    if (this.#waiting.size === 0) this.#worker?.unref();
    if (message.kind === 'done') waiting?.resolve(message.value);
    else waiting?.reject(errorOf(message.error));
  }

  #fallen(worker: Worker, reason: unknown): void {
    if (this.#worker === worker)
      this.#lost(new MediaClosed(`The media thread is lost: ${String(reason)}`));
  }

  /** The streams of a lost thread are broken; the next one that is opened starts a new thread. */
  #lost(error: MediaClosed): void {
    this.#worker = undefined;
    const waiting = [...this.#waiting.values()];
    const listeners = [...this.#listeners.values()];
    this.#waiting.clear();
    this.#listeners.clear();
    for (const each of waiting) each.reject(error);
    for (const listener of listeners) listener({ name: 'broken', reason: error.message });
  }
}

function errorOf(record: ErrorRecord): Error {
  switch (record.name) {
    case 'NoMediaPort':
      return new NoMediaPort(record.message);
    case 'UnplayableFile':
      return new UnplayableFile(record.message);
    case 'DtmfRefused':
      return new DtmfRefused(record.message);
    case 'RangeError':
      return new RangeError(record.message);
    default:
      return Object.assign(
        new Error(record.message),
        record.code === undefined ? {} : { code: record.code },
      );
  }
}

// The thread that keeps traces, as the main thread holds it: started again when it dies, asked, and closed.
import { Worker } from 'node:worker_threads';
import type { Clock, Logger, Timer } from '@offhook/sip';
import { StorageError } from '../storage/errors.ts';
import type { Answers, FromTracer, Question, ToTracer, TraceSetup } from './messages.ts';

/** What a thread is made of. */
export interface ThreadOptions {
  readonly setup: TraceSetup;
  readonly clock: Clock;
  readonly log: Logger;
  /** What it tells besides its answers. */
  readonly told: (message: FromTracer) => void;
  /** It was started again, and knows of no viewers. */
  readonly restarted: () => void;
}

interface Asked {
  readonly resolve: (answer: Answers[keyof Answers]) => void;
  readonly reject: (error: StorageError) => void;
}

// One that dies again and again is started less and less often, in milliseconds.
const firstRestart = 100;
const lastRestart = 10_000;
/** Questions that wait for their answers. */
const mostAsked = 200;

/** The thread, from its start: what it is told and asked before its file is open waits for that. */
export class TraceThread {
  readonly #options: ThreadOptions;
  readonly #asked = new Map<number, Asked>();
  #worker: Worker | undefined;
  #restarts = 0;
  #restart: Timer | undefined;
  #lastId = 0;
  #closing: Promise<void> | undefined;
  #closed: (() => void) | undefined;
  /** Why it ends, as it said itself. */
  #reason: string | undefined;
  /** True from its end until its file is open again. */
  #isTroubled = false;
  /** Resolves when its file is open for the first time, or cannot be. */
  readonly begun: Promise<void>;
  #begin: () => void = () => undefined;

  constructor(options: ThreadOptions) {
    this.#options = options;
    this.begun = new Promise((resolve) => {
      this.#begin = resolve;
    });
    this.#start();
  }

  /** False while it is dead. */
  get isAlive(): boolean {
    return this.#worker !== undefined;
  }

  /** Tells it something; nothing when it is dead. */
  say(message: ToTracer): void {
    this.#worker?.postMessage(message);
  }

  /** Its answer to a question; rejects with a StorageError when there can be none. */
  ask<Kind extends Question['kind']>(
    question: Question & { readonly kind: Kind },
  ): Promise<Answers[Kind]> {
    return new Promise((resolve, reject) => {
      if (this.#closing !== undefined) return reject(new StorageError('STORAGE_CLOSED', closed));
      if (!this.isAlive) return reject(new StorageError('STORAGE_IO', dead));
      if (this.#asked.size >= mostAsked) return reject(new StorageError('STORAGE_BUSY', busy));
      this.#lastId += 1;
      // The thread answers each question in its kind.
      const answered = resolve as Asked['resolve'];
      this.#asked.set(this.#lastId, { resolve: answered, reject });
      this.say({ kind: 'ask', id: this.#lastId, question });
    });
  }

  /** Ends it when it has written what it has. */
  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    this.#restart?.cancel();
    const worker = this.#worker;
    if (worker === undefined) return;
    const isClosed = new Promise<void>((resolve) => {
      this.#closed = resolve;
    });
    this.say({ kind: 'close' });
    await isClosed;
    await worker.terminate();
  }

  #start(): void {
    const worker = startWorker(this.#options.setup);
    this.#worker = worker;
    worker.on('message', (message: FromTracer) => this.#told(message));
    worker.on('error', (error) => this.#died(worker, String(error)));
    worker.on('exit', () => this.#died(worker, 'it ended'));
  }

  #told(message: FromTracer): void {
    switch (message.kind) {
      case 'answer':
      case 'no-answer': {
        const asked = this.#asked.get(message.id);
        this.#asked.delete(message.id);
        if (message.kind === 'answer') asked?.resolve(message.answer);
        else asked?.reject(new StorageError('STORAGE_IO', message.text));
        return;
      }
      case 'closed':
        this.#closed?.();
        return;
      case 'taken':
        this.#restarts = 0;
        break;
      case 'open':
        this.#opened(message.warnings);
        return;
      case 'failed':
        this.#reason = message.text;
        return;
      case 'seen':
      case 'trouble':
      case 'warning':
        break;
    }
    this.#options.told(message);
  }

  #opened(warnings: readonly string[]): void {
    const { log, restarted } = this.#options;
    this.#begin();
    for (const warning of warnings) log.warn(warning);
    if (!this.#isTroubled) return;
    this.#isTroubled = false;
    log.warn('Traces are kept again');
    restarted();
  }

  #died(worker: Worker, cause: string): void {
    if (worker !== this.#worker) return;
    this.#worker = undefined;
    this.#begin();
    const reason = this.#reason ?? cause;
    this.#reason = undefined;
    for (const { reject } of this.#asked.values()) reject(new StorageError('STORAGE_IO', dead));
    this.#asked.clear();
    this.#closed?.();
    if (this.#closing !== undefined) return;
    if (!this.#isTroubled)
      this.#options.log.error('Traces cannot be kept; calls go on without them', { reason });
    this.#isTroubled = true;
    const wait = Math.min(firstRestart * 2 ** this.#restarts, lastRestart);
    this.#restarts += 1;
    this.#restart = this.#options.clock.after(wait, () => this.#start());
  }
}

const dead = 'The thread that keeps traces is not there';
const busy = 'Too many wait for traces';
const closed = 'Traces are closed';

function startWorker(setup: TraceSetup): Worker {
  // The sources run as they are while developing; a package holds what the compiler made of them.
  const fromSource = import.meta.url.endsWith('.ts');
  return new Worker(new URL(fromSource ? './worker.ts' : './worker.js', import.meta.url), {
    workerData: setup,
    // What is written is garbage at once: it is to be collected in small pieces, not kept until much of it is there.
    resourceLimits: { maxYoungGenerationSizeMb: 12 },
    execArgv: fromSource ? ['--conditions=offhook-source'] : [],
    name: 'offhook-traces',
  });
}

// The embedded database as the main thread sees it: everything is asynchronous, and a write is told done only after its commit.
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import type { Closable, Clock, Logger, Timer } from '@offhook/sip';
import type { Kysely } from 'kysely';
import { StorageError } from './errors.ts';
import { Flattener } from './flat-writes.ts';
import { makeFolder } from './make-folder.ts';
import type {
  FromWorker,
  Read,
  Row,
  SqlValue,
  Statement,
  ToldError,
  ToWorker,
} from './messages.ts';
import { queriesOver } from './queries.ts';
import type { Schema } from './schema.ts';
import { openWorker } from './start-worker.ts';

/** How a database is opened. */
export interface StorageOptions {
  /** The data folder; made with mode 0700 when it is not there. */
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** The file's name in the folder; `offhook.sqlite` unless said. */
  readonly file?: string | undefined;
  /** False for a command that opens the database beside a server: it keeps no backup and sets nothing aside. */
  readonly owner?: boolean | undefined;
}

/** A compiled query of `queries`, or plain SQL with its parameters. */
export interface Compiled {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

interface Waiting<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (error: StorageError) => void;
}

interface Write extends Waiting<readonly number[]> {
  readonly statements: readonly Statement[];
}

/** Opens the database in its worker; rejects with a StorageError when that is impossible. */
export async function openStorage(options: StorageOptions): Promise<Storage> {
  const { folder, clock, log, file = 'offhook.sqlite', owner = true } = options;
  try {
    makeFolder(folder);
    if (owner) chmodSync(folder, 0o700);
  } catch (error) {
    throw new StorageError('STORAGE_IO', `The data folder ${folder} cannot be used`, {
      cause: error,
    });
  }
  const open = (): Promise<Worker> =>
    openWorker({ path: join(folder, file), stamp: dated(clock.wall()), repair: owner }, log);
  return new Storage(await open(), options, owner ? open : undefined);
}

// A worker that dies again and again is started less and less often, in milliseconds.
const firstRestart = 100;
const lastRestart = 5_000;
/** How long after a change a backup is made at the latest, in milliseconds. */
export const backupInterval = 3_600_000;

/**
 * An open database. The first write goes out at the end of the running task, those that come while its commit runs gather
 * into the next transaction; each is stored as a whole or not at all, and its promise settles only after the commit.
 */
export class Storage implements Closable {
  /** Typed queries; `execute` runs them in the worker, `compile` makes statements for `write`. */
  readonly queries: Kysely<Schema>;
  /** The data folder. */
  readonly folder: string;
  readonly #clock: Clock;
  readonly #log: Logger;
  /** Opens another worker when one has died; undefined for a visitor, who gives up. */
  readonly #open: (() => Promise<Worker>) | undefined;
  #worker: Worker;
  #flattener = new Flattener();
  #restart: Timer | undefined;
  #restarts = 0;
  #backup: Timer | undefined;
  readonly #reads = new Map<number, Waiting<readonly Row[]>>();
  /** Reads that go out together when those before are answered. */
  #nextReads: Read[] = [];
  #reading = false;
  readonly #batches = new Map<number, readonly Write[]>();
  #queue: Write[] = [];
  #scheduled = false;
  #nextId = 0;
  #troubled = false;
  #dead: StorageError | undefined;
  #closing: Promise<void> | undefined;
  #closed: (() => void) | undefined;

  /** Use `openStorage`. */
  constructor(
    worker: Worker,
    { folder, clock, log }: StorageOptions,
    open: (() => Promise<Worker>) | undefined,
  ) {
    this.#worker = worker;
    this.#open = open;
    this.#clock = clock;
    this.folder = folder;
    this.#log = log;
    this.queries = queriesOver(this);
    this.#listen(worker);
  }

  /** The rows of a query. */
  read(query: Compiled): Promise<readonly Row[]> {
    return new Promise((resolve, reject) => {
      if (this.#dead !== undefined) return reject(this.#dead);
      if (this.#closing !== undefined) return reject(closedError());
      const id = this.#id();
      this.#reads.set(id, { resolve, reject });
      this.#nextReads.push({ id, statement: statement(query) });
      if (!this.#reading) this.#sendReads();
    });
  }

  // A message to the worker costs more than its query: after a restart all phones come at once, each with its user.
  #sendReads(): void {
    const reads = this.#nextReads;
    this.#reading = reads.length > 0;
    if (!this.#reading) return;
    this.#nextReads = [];
    this.#say({ kind: 'reads', reads });
  }

  /** Stores all of `statements` or none; resolves after the commit with the number of rows that each changed. */
  write(statements: readonly Compiled[]): Promise<readonly number[]> {
    return new Promise((resolve, reject) => {
      if (this.#dead !== undefined) return reject(this.#dead);
      if (this.#closing !== undefined) return reject(closedError());
      this.#queue.push({ statements: statements.map(statement), resolve, reject });
      this.#schedule();
    });
  }

  /** A number that changes when another process has changed the database. */
  async version(): Promise<number> {
    const rows = await this.read({ sql: 'PRAGMA data_version', parameters: [] });
    return Number(rows[0]?.['data_version'] ?? 0);
  }

  /** Stores what was asked for until now, then closes the file and the worker. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#restart?.cancel();
    this.#backup?.cancel();
    if (this.#dead !== undefined) return;
    this.#sendReads();
    this.#flush();
    const closed = new Promise<void>((resolve) => {
      this.#closed = resolve;
    });
    this.#say({ kind: 'close' });
    await closed;
    await this.#worker.terminate();
  }

  #listen(worker: Worker): void {
    worker.on('message', (message: FromWorker) => this.#told(message));
    worker.on('error', (cause) =>
      this.#died(worker, new StorageError('STORAGE_IO', 'The database worker failed', { cause })),
    );
    worker.on('exit', () =>
      this.#died(
        worker,
        this.#closing === undefined
          ? new StorageError('STORAGE_IO', 'The database worker ended')
          : closedError(),
      ),
    );
  }

  #schedule(): void {
    // While a commit runs the next writes gather; otherwise those of this task do.
    if (this.#scheduled || this.#batches.size > 0) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      if (this.#batches.size === 0) this.#flush();
    });
  }

  #flush(): void {
    if (this.#queue.length === 0 || this.#dead !== undefined) return;
    const writes = this.#queue;
    this.#queue = [];
    const id = this.#id();
    this.#batches.set(id, writes);
    const statements = writes.map((write) => write.statements);
    this.#say({ kind: 'batch', id, writes: this.#flattener.flatten(statements) });
  }

  #told(message: FromWorker): void {
    switch (message.kind) {
      case 'read':
        this.#sendReads();
        for (const outcome of message.outcomes) {
          const read = this.#reads.get(outcome.id);
          this.#reads.delete(outcome.id);
          if ('rows' in outcome) read?.resolve(outcome.rows);
          else read?.reject(fromWorker(outcome.error));
        }
        break;
      case 'stored': {
        const writes = this.#over(message.id);
        let at = 0;
        for (const { statements, resolve } of writes) {
          resolve(message.changes.slice(at, at + statements.length));
          at += statements.length;
        }
        this.#watch(undefined);
        break;
      }
      case 'outcomes': {
        for (const [at, write] of this.#over(message.id).entries()) {
          const outcome = message.outcomes[at];
          if (outcome?.ok === true) write.resolve(outcome.changes);
          else
            write.reject(fromWorker(outcome?.error ?? { code: 'STORAGE_IO', text: 'No outcome' }));
        }
        const failed = message.outcomes.find(
          (outcome) => !outcome.ok && outcome.error.code !== 'STORAGE_SQL',
        );
        this.#watch(failed?.ok === false ? failed.error : undefined);
        break;
      }
      case 'warning':
        this.#log.warn(message.text);
        break;
      case 'closed':
        this.#closed?.();
        break;
      case 'open':
      case 'failed':
        break;
    }
  }

  /** The writes of a batch that is done; what gathered meanwhile goes out. */
  #over(id: number): readonly Write[] {
    this.#restarts = 0;
    this.#scheduleBackup();
    const writes = this.#batches.get(id) ?? [];
    this.#batches.delete(id);
    if (this.#closing === undefined) this.#flush();
    return writes;
  }

  /** One alarm when writing stops to work, one line when it works again. */
  #watch(error: ToldError | undefined): void {
    if (error !== undefined && !this.#troubled) {
      this.#log.error('The database cannot be written; registrations are refused until it can', {
        code: error.code,
        reason: error.text,
      });
    }
    if (error === undefined && this.#troubled) this.#log.warn('The database can be written again');
    this.#troubled = error !== undefined;
  }

  #died(worker: Worker, error: StorageError): void {
    if (this.#dead !== undefined || worker !== this.#worker) return;
    this.#dead = error;
    if (this.#closing === undefined)
      this.#log.error('The database worker ended', { reason: error.message });
    const waiting = [
      ...this.#reads.values(),
      ...[...this.#batches.values()].flat(),
      ...this.#queue,
    ];
    this.#reads.clear();
    this.#nextReads = [];
    this.#reading = false;
    this.#batches.clear();
    this.#queue = [];
    for (const one of waiting) one.reject(error);
    this.#closed?.();
    this.#startAgain();
  }

  #startAgain(): void {
    const open = this.#open;
    if (open === undefined || this.#closing !== undefined) return;
    const wait = Math.min(firstRestart * 2 ** this.#restarts, lastRestart);
    this.#restarts += 1;
    this.#restart = this.#clock.after(wait, () => {
      this.#restart = undefined;
      open().then(
        (worker) => this.#opened(worker),
        () => this.#startAgain(),
      );
    });
  }

  #opened(worker: Worker): void {
    if (this.#closing !== undefined) {
      void worker.terminate();
      return;
    }
    this.#worker = worker;
    this.#flattener = new Flattener();
    this.#dead = undefined;
    this.#listen(worker);
    this.#log.warn('The database worker was started again');
  }

  /** A backup some time after the first change since the last one, so that a damaged file costs an hour at most. */
  #scheduleBackup(): void {
    if (this.#backup !== undefined || this.#open === undefined || this.#closing !== undefined)
      return;
    this.#backup = this.#clock.after(backupInterval, () => {
      this.#backup = undefined;
      if (this.#dead === undefined) this.#say({ kind: 'backup' });
    });
  }

  #say(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  #id(): number {
    this.#nextId += 1;
    return this.#nextId;
  }
}

function dated(wall: number): string {
  const form = new Intl.DateTimeFormat('sv-SE', {
    dateStyle: 'short',
    timeStyle: 'medium',
    timeZone: 'UTC',
  });
  return form.format(wall).replaceAll(/[^0-9-]/g, '-');
}

function statement({ sql, parameters }: Compiled): Statement {
  return { sql, parameters: parameters.map(sqlValue) };
}

function sqlValue(value: unknown): SqlValue {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint')
    return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (value instanceof Uint8Array) return value;
  throw new TypeError(`A database cannot store a ${typeof value}`);
}

function fromWorker({ code, text }: ToldError): StorageError {
  return new StorageError(code, text);
}

function closedError(): StorageError {
  return new StorageError('STORAGE_CLOSED', 'The database is closed');
}

// What the main thread and the database worker say to each other.
import type { StorageErrorCode } from './errors.ts';

/** A value that a statement may be given. */
export type SqlValue = string | number | bigint | null | Uint8Array;

/** A compiled statement. */
export interface Statement {
  readonly sql: string;
  readonly parameters: readonly SqlValue[];
}

/** A row as the database gives it. */
export type Row = Readonly<Record<string, SqlValue>>;

/** What the worker is started with. */
export interface WorkerSetup {
  readonly path: string;
  /** A date for the name of a damaged file that is set aside. */
  readonly stamp: string;
  /** False for a process that only visits: it reports a damaged file and leaves it in place. */
  readonly repair: boolean;
}

/**
 * Writes on their way to the worker, as few and plain values as can be: what crosses the thread is copied value by value,
 * and that is most of what a write costs the main thread.
 */
export interface FlatWrites {
  /** SQL texts that were not sent before; the first ever is number 0. */
  readonly texts: readonly string[];
  /** Of each write how many statements it has, then of each statement the number of its text and how many values it has. */
  readonly shape: readonly number[];
  /** The values of all statements. */
  readonly values: readonly SqlValue[];
}

/** A query, by whose number its rows are told. */
export interface Read {
  readonly id: number;
  readonly statement: Statement;
}

/** From the main thread. A `batch` is one transaction; each of its writes succeeds or fails as a whole. */
export type ToWorker =
  | { readonly kind: 'reads'; readonly reads: readonly Read[] }
  | { readonly kind: 'batch'; readonly id: number; readonly writes: FlatWrites }
  | { readonly kind: 'backup' }
  | { readonly kind: 'close' };

/** An error in a form that crosses the thread. */
export interface ToldError {
  readonly code: StorageErrorCode;
  readonly text: string;
}

/** What became of one query. */
export type ReadOutcome =
  | { readonly id: number; readonly rows: readonly Row[] }
  | { readonly id: number; readonly error: ToldError };

/** What became of one write: how many rows each of its statements changed, or why nothing was stored. */
export type WriteOutcome =
  | { readonly ok: true; readonly changes: readonly number[] }
  | { readonly ok: false; readonly error: ToldError };

/** From the worker. */
export type FromWorker =
  | { readonly kind: 'open'; readonly warnings: readonly string[] }
  | { readonly kind: 'warning'; readonly text: string }
  | { readonly kind: 'failed'; readonly error: ToldError }
  | { readonly kind: 'read'; readonly outcomes: readonly ReadOutcome[] }
  | { readonly kind: 'outcomes'; readonly id: number; readonly outcomes: readonly WriteOutcome[] }
  /** All writes of a batch are stored: how many rows each statement changed, one after the other. */
  | { readonly kind: 'stored'; readonly id: number; readonly changes: readonly number[] }
  | { readonly kind: 'closed' };

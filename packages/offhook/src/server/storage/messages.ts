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

/** From the main thread. A `batch` is one transaction; each of its writes succeeds or fails as a whole. */
export type ToWorker =
  | { readonly kind: 'read'; readonly id: number; readonly statement: Statement }
  | {
      readonly kind: 'batch';
      readonly id: number;
      readonly writes: readonly (readonly Statement[])[];
    }
  | { readonly kind: 'backup' }
  | { readonly kind: 'close' };

/** An error in a form that crosses the thread. */
export interface ToldError {
  readonly code: StorageErrorCode;
  readonly text: string;
}

/** What became of one write: how many rows each of its statements changed, or why nothing was stored. */
export type WriteOutcome =
  | { readonly ok: true; readonly changes: readonly number[] }
  | { readonly ok: false; readonly error: ToldError };

/** From the worker. */
export type FromWorker =
  | { readonly kind: 'open'; readonly warnings: readonly string[] }
  | { readonly kind: 'warning'; readonly text: string }
  | { readonly kind: 'failed'; readonly error: ToldError }
  | { readonly kind: 'rows'; readonly id: number; readonly rows: readonly Row[] }
  | { readonly kind: 'refused'; readonly id: number; readonly error: ToldError }
  | { readonly kind: 'outcomes'; readonly id: number; readonly outcomes: readonly WriteOutcome[] }
  | { readonly kind: 'closed' };

// What can go wrong with the database, as stable codes.

/**
 * Why a read or a write failed. `BUSY`: another process held the database for too long; `FULL`: no space; `IO`: the disk
 * or the worker failed; `CORRUPT`: the file is damaged; `IN_USE`: another system runs on it; `SQL`: the statement itself is
 * refused; `CLOSED`: closed before.
 */
export type StorageErrorCode =
  | 'STORAGE_BUSY'
  | 'STORAGE_FULL'
  | 'STORAGE_IO'
  | 'STORAGE_CORRUPT'
  | 'STORAGE_IN_USE'
  | 'STORAGE_SQL'
  | 'STORAGE_CLOSED';

/** A failed read or write; nothing of a failed write is stored. */
export class StorageError extends Error {
  override readonly name = 'StorageError';
  readonly code: StorageErrorCode;

  constructor(code: StorageErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Our code for a primary result code of SQLite (https://www.sqlite.org/rescode.html). */
export function storageCode(sqliteCode: number): StorageErrorCode {
  switch (sqliteCode & 0xff) {
    case 5: // SQLITE_BUSY
    case 6: // SQLITE_LOCKED
      return 'STORAGE_BUSY';
    case 13: // SQLITE_FULL
      return 'STORAGE_FULL';
    case 8: // SQLITE_READONLY
    case 10: // SQLITE_IOERR
    case 14: // SQLITE_CANTOPEN
      return 'STORAGE_IO';
    case 11: // SQLITE_CORRUPT
    case 26: // SQLITE_NOTADB
      return 'STORAGE_CORRUPT';
    default:
      return 'STORAGE_SQL';
  }
}

// Times in which not all was kept, in the file beside the calls that it has of them: who misses a call learns why.
import type { Archive } from './archive.ts';
import type { CallQuery, TraceGap } from './messages.ts';

/** Gaps in one answer, and in the file. */
const shown = 20;
const kept = 1_000;

/** Writes a gap that is over. */
export function keepGap(
  archive: Archive,
  { since, until = since, calls, records }: TraceGap,
): void {
  archive.change('INSERT INTO gap (since, until, calls, records) VALUES (?, ?, ?, ?)', [
    ...[since, Math.max(since, until), calls, records],
  ]);
  archive.change(`DELETE FROM gap WHERE rowid <= (SELECT max(rowid) FROM gap) - ${kept}`, []);
}

/** The gaps in the time that a search is about, the latest first. */
export function gapsIn(
  archive: Archive,
  { since, until, before, user }: CallQuery,
): readonly TraceGap[] {
  if (user !== undefined) return [];
  const end = Math.min(until ?? Number.MAX_VALUE, before ?? Number.MAX_VALUE);
  const rows = archive.rows(
    'SELECT * FROM gap WHERE until >= ? AND since < ? ORDER BY until DESC LIMIT ?',
    [since ?? 0, end, shown],
  );
  return rows.map((row) => ({
    since: Number(row['since']),
    until: Number(row['until']),
    calls: Number(row['calls']),
    records: Number(row['records']),
  }));
}

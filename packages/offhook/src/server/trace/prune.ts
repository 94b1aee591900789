// Traces end by their age, and before that when there are too many: first those that are no calls, then the oldest.
import type { Archive } from './archive.ts';
import { exchangeShare } from './limits.ts';
import type { TraceLimits } from './messages.ts';

/** Pieces that go in one transaction, so that nobody waits long for the file. */
const step = 500;
/** Pages that go back to the disk at once. */
const pages = 2_000;
/** What is made free when the file is full, as a share of it: not a little each second. */
const made = 0.05;

/** Deletes what is too old or too much at `wall`, some of it at a time; true when there is more to do. */
export function prune(archive: Archive, limits: TraceLimits, wall: number): boolean {
  const old = archive.change(
    'DELETE FROM piece WHERE id IN (SELECT id FROM piece WHERE at < ? LIMIT ?)',
    [wall - limits.age, step],
  );
  archive.change(
    'DELETE FROM device_entry WHERE id IN (SELECT id FROM device_entry WHERE until < ? LIMIT ?)',
    [wall - limits.age, step],
  );
  archive.change('DELETE FROM gap WHERE until < ?', [wall - limits.age]);
  const many = old === 0 && isTooLarge(archive, limits) ? pruneOldest(archive, limits) : 0;
  if (old + many === 0) return false;
  archive.change('DELETE FROM leg WHERE id NOT IN (SELECT leg FROM piece)', []);
  archive.change('DELETE FROM call WHERE id NOT IN (SELECT call FROM leg)', []);
  archive.change('DELETE FROM call_user WHERE call NOT IN (SELECT id FROM call)', []);
  archive.rows(`PRAGMA incremental_vacuum(${pages})`, []);
  return old + many >= step;
}

function isTooLarge(archive: Archive, { size }: TraceLimits): boolean {
  return usedBy(archive) > size;
}

/** Octets of the file that hold something. */
export function usedBy(archive: Archive): number {
  const of = (name: string): number =>
    Number(Object.values(archive.rows(`PRAGMA ${name}`, [])[0] ?? {})[0] ?? 0);
  return (of('page_count') - of('freelist_count')) * of('page_size');
}

function pruneOldest(archive: Archive, { size }: TraceLimits): number {
  const sums = archive.rows('SELECT exchange, sum(size) AS size FROM piece GROUP BY exchange', []);
  const held = Number(sums.find(({ exchange }) => exchange === 1)?.['size'] ?? 0);
  const exchange = held > size * exchangeShare ? 1 : 0;
  const least = usedBy(archive) - size + size * made;
  return archive.change(
    `DELETE FROM piece WHERE id IN (
      SELECT id FROM (SELECT id, sum(size) OVER (ORDER BY at, id) - size AS before FROM piece WHERE exchange = ?)
      WHERE before < ?)`,
    [exchange, least],
  );
}

// A book that has calls whole, however many a capture has: those that the first reading let go are read once more.
import type { CallSummary, TraceBook } from '@offhook/sip/trace';
import { readCaptures } from './capture-files.ts';
import type { CaptureFiles } from './capture-files.ts';

/** `book` when it has all these calls whole, else one of them alone; standard input cannot be read twice, so there it stays as it is. */
export async function bookWith(
  calls: readonly CallSummary[],
  book: TraceBook,
  captures: CaptureFiles,
): Promise<TraceBook> {
  const isWhole = calls.every(({ id }) => book.observations(id).length > 0);
  if (isWhole || captures.paths.includes('-')) return book;
  const only = new Set(calls.flatMap(({ legs }) => legs));
  const again = await readCaptures(captures, { only });
  return again.book;
}

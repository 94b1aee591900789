// What a book let go is told as if it had been kept.
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { readCaptures } from './capture-files.ts';
import { bookWith } from './whole-calls.ts';

const capture = (name: string): string =>
  fileURLToPath(new URL(`../../faults/${name}.pcap.gz`, import.meta.url));

const captures = {
  paths: [
    '06-refused-baresip-486',
    '07-no-common-codec-baresip',
    '12-one-way-direction-baresip-sendonly',
  ].map(capture),
};

it('tells a call that was let go as one that was kept', async () => {
  const whole = await readCaptures(captures);
  const small = await readCaptures(captures, { calls: 1 });
  const calls = small.book.calls;
  expect(calls.map(({ id }) => id)).toEqual(whole.book.calls.map(({ id }) => id));
  const gone = calls.filter(({ id }) => small.book.document(id) === undefined);
  expect(gone.length).toBeGreaterThan(0);
  const book = await bookWith(gone, small.book, captures);
  for (const { id } of gone) {
    expect(book.document(id)).toEqual(whole.book.document(id));
    expect(book.explanation(id)).toEqual(whole.book.explanation(id));
  }
});

it('reads nothing again for calls that are there', async () => {
  const { book } = await readCaptures(captures);
  expect(await bookWith(book.calls, book, captures)).toBe(book);
});

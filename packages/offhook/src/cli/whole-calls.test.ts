// What a book let go is told as if it had been kept.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { readCaptures } from './capture-files.ts';
import { savePcap } from './save-pcap.ts';
import { WholeCalls } from './whole-calls.ts';

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
  const told: string[] = [];
  await new WholeCalls(small.book, captures).each(calls, ({ id }, book) => {
    told.push(id);
    expect(book.document(id)).toEqual(whole.book.document(id));
    expect(book.explanation(id)).toEqual(whole.book.explanation(id));
  });
  expect(told).toEqual(calls.map(({ id }) => id));
});

it('reads nothing again for calls that are there', async () => {
  const { book } = await readCaptures(captures);
  await new WholeCalls(book, captures).each(book.calls, (_, from) => expect(from).toBe(book));
});

it('writes calls that were let go into a capture as if they had been kept', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'offhook-'));
  try {
    const written: Buffer[] = [];
    for (const calls of [20, 1]) {
      const { book } = await readCaptures(captures, { calls });
      const path = join(folder, `${calls}.pcap`);
      await savePcap(path, book.calls, new WholeCalls(book, captures));
      written.push(readFileSync(path));
    }
    expect(written[0]?.length).toBeGreaterThan(1000);
    expect(written[1]).toEqual(written[0]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

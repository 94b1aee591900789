// Calls of the screen in files that other programs read.
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CaptureReader } from '@offhook/sip/trace';
import { saveCalls } from './save.ts';
import { sampleBook } from './screen.test-kit.ts';

const folder = mkdtempSync(join(tmpdir(), 'offhook-screen-'));

test.each([
  ['calls.pcap', 'pcap'],
  ['calls.ndjson', 'tap'],
])('%s is read again with its messages', (name, format) => {
  const path = join(folder, name);
  expect(saveCalls(path, ['one', 'two'], sampleBook())).toBe(`2 calls are in ${path}`);
  const reader = new CaptureReader();
  const items = [...reader.push(readFileSync(path)), ...reader.end()];
  expect(reader.format).toBe(format);
  expect(items.filter(({ kind }) => kind === 'observation')).toHaveLength(10);
});

test('a text holds the messages; a file that is there stays, and a name without a kind is refused', () => {
  const path = join(folder, 'call.txt');
  expect(saveCalls(path, ['one'], sampleBook())).toBe(`1 call is in ${path}`);
  expect(readFileSync(path, 'utf8')).toMatch(/-> .*UDP\nINVITE sip:bob@example.com SIP\/2.0\n/);
  expect(saveCalls(path, ['two'], sampleBook())).toMatch(/^Not saved: EEXIST/);
  expect(saveCalls(join(folder, 'call'), ['one'], sampleBook())).toMatch(/The name says how/);
});

// The repository stands alone: no secret lies in it, and it names no place outside of itself.
import { expect, test } from 'vitest';
import { files, read } from './sources.ts';

const text = files().filter(
  (file) => !/\.(png|webp|wav|pcap|pcapng|bin|dat|ico|woff2)$/.test(file),
);
// Written in pieces, so that this file does not find itself.
const outside = [
  new RegExp(`(^|[^\\w-])${'sha'}${'red'}/`, 'm'),
  new RegExp(`/${'wo'}${'rk'}/`),
  new RegExp(`\\.${'lib'}${'rary'}\\b`),
];
const secrets = [
  new RegExp(`-----${'BEGIN'} [A-Z ]*PRIVATE KEY-----`),
  /\b(?:ghp|gho|npm|xox[abp])_[A-Za-z0-9]{30,}/,
  /\bAKIA[0-9A-Z]{16}\b/,
];

test('no file names a place outside of the repository', () => {
  // The one exception hands captured messages to the tests when their folder is there.
  const looked = text.filter((file) => file !== '.ci/run');
  expect(looked.filter((file) => outside.some((pattern) => pattern.test(read(file))))).toEqual([]);
});

test('no file holds a secret', () => {
  expect(text.filter((file) => secrets.some((pattern) => pattern.test(read(file))))).toEqual([]);
});

// Chance: large enough for tags and branches, evenly spread, and repeatable on a given source.
import { expect, test } from 'vitest';
import { randomFrom, systemRandom } from './random.ts';

test('a token has at least 64 bits unless said otherwise, in letters that a tag or branch may hold (RFC 3261 §19.3)', () => {
  expect(systemRandom.token()).toMatch(/^[a-z0-5]{13}$/);
  expect(systemRandom.token(128)).toMatch(/^[a-z0-5]{26}$/);
});

test('tokens do not repeat', () => {
  const tokens = new Set(Array.from({ length: 10_000 }, () => systemRandom.token()));
  expect(tokens.size).toBe(10_000);
});

test('every letter of the alphabet comes from eight byte values, so that none is likelier', () => {
  let next = 0;
  const counting = randomFrom((length) => Uint8Array.from({ length }, () => next++));
  const counts = new Map<string, number>();
  for (const letter of counting.token(256 * 5)) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  expect(counts.size).toBe(32);
  expect(new Set(counts.values())).toEqual(new Set([8]));
});

test('a fraction is from 0 up to, but without, 1', () => {
  expect(randomFrom((length) => new Uint8Array(length)).fraction()).toBe(0);
  expect(randomFrom((length) => new Uint8Array(length).fill(255)).fraction()).toBeLessThan(1);
});

test('bytes are fresh each time and as many as asked for; more than a block is refused', () => {
  const first = systemRandom.bytes(16);
  const second = systemRandom.bytes(16);
  expect(first).toHaveLength(16);
  expect(first).not.toEqual(second);
  expect(systemRandom.bytes(4096)).toHaveLength(4096);
  expect(() => systemRandom.bytes(4097)).toThrow(RangeError);
});

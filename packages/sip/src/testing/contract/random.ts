// What every Random must do, ours and anyone's: a suite for any test framework with `describe` and `test` (RFC 3261 §19.3).
import type { Random } from '../../base/random.ts';
import { equal } from './framework.ts';
import type { TestFunctions } from './framework.ts';

/** Declares the suite. `open` gives a source of chance. */
export function randomContract(
  name: string,
  open: () => Random,
  { describe, test }: TestFunctions,
): void {
  describe(`${name} keeps the contract of a source of chance`, () => {
    test('bytes gives as many bytes as asked for, in memory of their own', () =>
      givesBytes(open()));
    test('Every byte value comes about equally often', () => isEven(open()));
    test('RFC 3261 §19.3: a token can stand as a tag or a branch and holds the bits asked for', () =>
      givesTokens(open()));
    test('100,000 tokens repeat none (A30)', () => repeatsNone(open()));
    test('A fraction lies from 0 up to 1, evenly', () => givesFractions(open()));
  });
}

async function givesBytes(random: Random): Promise<void> {
  for (const length of [0, 1, 16, 255, 4096]) equal(random.bytes(length).length, length, 'Length');
  const first = random.bytes(16);
  const kept = first.join();
  random.bytes(4096);
  equal(first.join(), kept, 'The first bytes after others were asked for');
}

async function isEven(random: Random): Promise<void> {
  const counts = Array.from({ length: 256 }, () => 0);
  for (let block = 0; block < 64; block += 1)
    for (const byte of random.bytes(4096)) counts[byte] = (counts[byte] ?? 0) + 1;
  // 1024 are expected of each; eight deviations of 32 do not happen by chance.
  const wrong = counts.findIndex((count) => Math.abs(count - 1024) > 256);
  if (wrong >= 0) throw new Error(`Byte ${wrong} came ${counts[wrong]} times instead of 1024`);
}

async function givesTokens(random: Random): Promise<void> {
  for (const [bits, least] of [
    [undefined, 13],
    [32, 7],
    [128, 26],
  ] as const) {
    const token = random.token(bits);
    if (!/^[a-z0-9]+$/.test(token)) throw new Error(`${token} is no token`);
    if (token.length < least) throw new Error(`${token} is too short for ${bits ?? 64} bits`);
  }
}

async function repeatsNone(random: Random): Promise<void> {
  const seen = new Set<string>();
  for (let count = 0; count < 100_000; count += 1) seen.add(random.token());
  equal(seen.size, 100_000, 'Different tokens');
}

async function givesFractions(random: Random): Promise<void> {
  let sum = 0;
  for (let count = 0; count < 10_000; count += 1) {
    const fraction = random.fraction();
    if (!(fraction >= 0 && fraction < 1)) throw new Error(`${fraction} is not between 0 and 1`);
    sum += fraction;
  }
  if (Math.abs(sum - 5_000) > 250) throw new Error(`The mean is ${sum / 10_000}`);
}

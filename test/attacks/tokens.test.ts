// Chance that an attacker cannot guess and that does not repeat: from the platform's generator, and wide enough.
import { systemRandom } from '@offhook/sip';
import { expect, test } from 'vitest';

/** All of them by `OFFHOOK_LONG=1`; the tests take a share. */
const count = process.env['OFFHOOK_LONG'] === '1' ? 10_000_000 : 300_000;
const letters = new Map(
  Array.from('abcdefghijklmnopqrstuvwxyz012345', (letter, at) => [letter, at]),
);

test(
  `${count.toLocaleString('en')} tokens repeat none, and use every letter in every place (A30)`,
  { timeout: 300_000 },
  () => {
    const values = new BigUint64Array(count);
    const words = new Uint32Array(values.buffer);
    const uses = Array.from({ length: 13 }, () => new Uint32Array(32));
    for (let at = 0; at < count; at += 1) {
      const token = systemRandom.token();
      let low = 0;
      let high = 0;
      for (let place = 0; place < 13; place += 1) {
        const five = letters.get(token.charAt(place)) ?? 0;
        const used = uses[place];
        if (used !== undefined) used[five] = (used[five] ?? 0) + 1;
        // 64 bits of the 65: six letters in one word, six and a part in the other.
        if (place < 6) low = low * 32 + five;
        else high = (high * 32 + five) % 2 ** 32;
      }
      words[2 * at] = low;
      words[2 * at + 1] = high;
    }
    values.sort();
    let repeats = 0;
    for (let at = 1; at < count; at += 1) if (values[at] === values[at - 1]) repeats += 1;
    expect(repeats).toBe(0);
    const expected = count / 32;
    for (const used of uses)
      for (const times of used)
        expect(Math.abs(times - expected)).toBeLessThan(8 * Math.sqrt(expected));
  },
);

test('Tags, Call-IDs and branches hold 64 bits at least (A30)', () => {
  expect(systemRandom.token()).toMatch(/^[a-z0-5]{13}$/);
  expect(systemRandom.token(128)).toMatch(/^[a-z0-5]{26}$/);
});

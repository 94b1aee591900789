// Chance that repeats: the same seed gives the same run.
import { randomFrom } from '../base/random.ts';
import type { Random } from '../base/random.ts';

/** A Random whose whole course follows from `seed`; never for anything but tests. */
export function seededRandom(seed: number): Random {
  const next = sfc32(seed);
  return randomFrom((length) => {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; at += 4) {
      const word = next();
      for (let part = 0; part < 4 && at + part < length; part += 1)
        bytes[at + part] = word >>> (8 * part);
    }
    return bytes;
  });
}

/** Chris Doty-Humphrey's sfc32: small, fast and good enough to pass PractRand. */
function sfc32(seed: number): () => number {
  let a = seed | 0;
  let b = Math.floor(seed / 2 ** 32) | 0;
  let c = 0x9e3779b9 | 0;
  let counter = 1;
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return sum >>> 0;
  };
  for (let warm = 0; warm < 15; warm += 1) next();
  return next;
}

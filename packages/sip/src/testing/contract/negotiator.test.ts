// Silent media against the contract that real media keeps.
import { describe, test } from 'vitest';
import { seededRandom } from '../seeded-random.ts';
import { SilentMedia } from '../silent-media.ts';
import { settle } from '../virtual-clock.ts';
import { negotiatorContract } from './negotiator.ts';

for (const [name, think] of [
  ['Silent media', undefined],
  ['Silent media that takes its time', settle],
] as const) {
  negotiatorContract(
    name,
    () => {
      const left = new SilentMedia({ random: seededRandom(1), host: '192.0.2.1', think });
      const right = new SilentMedia({ random: seededRandom(2), host: '192.0.2.2', think });
      return Promise.resolve({
        left: left.open(),
        right: right.open(),
        held: () => left.size + right.size,
        close: () => Promise.resolve(),
      });
    },
    { describe, test },
  );
}

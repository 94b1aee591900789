// Captures of other people, where there are some: our reader and tshark count the same in each, or the difference is explained.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { installed, Program } from '../peers/program.ts';
import { World } from '../peers/world.ts';

/** A folder with a folder `pcap` in it; the tests of the project do not need it. */
const corpus = path.join(process.env['OFFHOOK_CORPUS'] ?? 'none', 'pcap');
const script = fileURLToPath(new URL('../../scripts/verify-captures.ts', import.meta.url));

test.runIf(existsSync(corpus) && installed('tshark'))(
  'each capture of the corpus has the messages, repeats, RTP packets and losses that tshark counts',
  async () => {
    await using world = new World(170_000);
    const verify = new Program(world, process.execPath, [script, corpus]);
    const status = await verify.finished(160_000);
    expect(verify.output).toContain(' 0 unexplained differences');
    expect(status).toBe(0);
  },
  180_000,
);

// Janus' SIP plugin as a phone of our server: it calls echo and our page, and is called by it.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { hasChromium } from '../peers/chromium.ts';
import { hasJanus } from '../peers/janus.ts';
import { installed, Program } from '../peers/program.ts';
import { World } from '../peers/world.ts';

// A network of one's own needs the rights of root; Janus needs an address there that is not of loopback.
const mayUnshare = installed('unshare', 'ip') && spawnSync('unshare', ['-n', 'true']).status === 0;

test.runIf(hasChromium && hasJanus && mayUnshare)(
  "Janus' SIP plugin registers with our server, calls echo and a page, and is called by the page",
  async () => {
    await using world = new World(90_000);
    const script = fileURLToPath(new URL('janus.ts', import.meta.url));
    const run = new Program(world, 'unshare', ['-n', process.execPath, script]);
    expect(await run.finished(85_000), run.tail()).toBe(0);
    const told = new Map(
      [...run.output.matchAll(/^\["(.*)",(.*)\]$/gm)].map(([, what, value]) => [what, value]),
    );
    expect(told.get('registered')).toBe('true');
    for (const what of [
      ...['echo', 'called by Janus', 'calling by Janus', 'calling Janus', 'called through Janus'],
    ])
      expect(Math.abs(Number(told.get(what)) - 1_000), what).toBeLessThan(20);
  },
  100_000,
);

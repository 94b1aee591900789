// Peers that vanish without a word, with the times that users get.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { installed, Program } from '../peers/program.ts';
import { World } from '../peers/world.ts';

// A network of one's own needs the rights of root.
const mayUnshare =
  installed('unshare', 'nsenter', 'ip') && spawnSync('unshare', ['-n', 'true']).status === 0;

test.runIf(mayUnshare)(
  'A peer that is gone is noticed within 75 s, on TCP silent or spoken to, and on WebSocket (X16)',
  async () => {
    await using world = new World(110_000);
    const script = fileURLToPath(new URL('half-open.ts', import.meta.url));
    const run = new Program(world, 'unshare', ['-n', process.execPath, script]);
    expect(await run.finished(100_000), run.tail()).toBe(0);
    const noticed = new Map(
      run.output
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { kind: string; seconds: number; error: string })
        .map(({ kind, seconds, error }) => [kind, { seconds, error }]),
    );
    expect([...noticed.keys()].toSorted()).toEqual(['addressed', 'idle', 'webSocket']);
    for (const [kind, { seconds }] of noticed) expect(seconds, kind).toBeLessThan(75);
    expect(noticed.get('addressed')?.error).toBe(
      'The peer acknowledges nothing of what it is sent',
    );
    expect(noticed.get('webSocket')?.error).toBe('The peer does not answer pings');
  },
  120_000,
);

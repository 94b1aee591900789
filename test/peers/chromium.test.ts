// Chromium as a peer of the tests: its microphone plays what it is given, and its peer connections use loopback.
import path from 'node:path';
import { expect, test } from 'vitest';
import { tone, writeWav } from './audio.ts';
import { Chromium, hasChromium } from './chromium.ts';
import { servePage } from './page-server.ts';
import { World } from './world.ts';

test.runIf(hasChromium)(
  'Chromium hears a sound file as its microphone, and connects over loopback',
  async () => {
    await using world = new World();
    const file = path.join(world.folder, 'tone.wav');
    writeWav(file, tone(1_000, 2, 48_000));
    const chromium = await Chromium.start(world, { microphone: file });
    const page = await chromium.page(await servePage(world, 'tone.ts'));
    expect(Math.abs((await page.run<number>('heard')) - 1_000)).toBeLessThan(10);
    expect(await page.run('connected')).toContain('127.0.0.1');
    await expect(page.run('unknown')).rejects.toThrow('no function unknown');
  },
);

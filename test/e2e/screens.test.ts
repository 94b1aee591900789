// Every screen and state of the phone as a picture, for whoever wants to look: .cache/screens, light and dark, telephone and desktop.
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { Chromium, hasChromium } from '../peers/chromium.ts';
import { World } from '../peers/world.ts';
import { Gallery } from './gallery.ts';

const folder = fileURLToPath(new URL('../../.cache/screens/', import.meta.url));
const sizes = {
  telephone: { width: 390, height: 844 },
  desktop: { width: 1280, height: 800 },
} as const;

test.runIf(hasChromium).each([
  ['light', 'telephone'],
  ['dark', 'telephone'],
  ['light', 'desktop'],
  ['dark', 'desktop'],
] as const)(
  'Each screen has its picture, and hardly two are alike: %s, %s (P21)',
  async (theme, size) => {
    await using world = new World(100_000);
    const chromium = await Chromium.start(world);
    const gallery = await Gallery.open(world, chromium, {
      viewport: sizes[size],
      reducedMotion: 'reduce',
    });
    const place = path.join(folder, `${theme}-${size}`);
    rmSync(place, { recursive: true, force: true });
    mkdirSync(place, { recursive: true });
    const pictures = new Set<string>();
    for (const name of gallery.names) {
      await gallery.show(name, { theme });
      const picture = await gallery.page.page.screenshot({ path: path.join(place, `${name}.png`) });
      pictures.add(picture.toString('base64'));
    }
    // Some states differ only where a call is looked at, or in what is heard.
    expect(pictures.size).toBeGreaterThan(gallery.names.length * 0.9);
    expect(gallery.page.errors).toEqual([]);
  },
  110_000,
);

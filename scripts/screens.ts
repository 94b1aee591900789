// The pictures of the phone and the viewer in docs/pictures, taken of the gallery: `npm run pictures`. Inter must be installed (fonts-inter), or the letters differ.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { Chromium } from '../test/peers/chromium.ts';
import { World } from '../test/peers/world.ts';
import { Gallery } from '../test/e2e/gallery.ts';
import type { Look } from '../test/e2e/gallery.ts';

const folder = fileURLToPath(new URL('../docs/pictures/', import.meta.url));
/** Octets; a README with more takes long to load. */
const largest = 150_000;

const hand = { width: 390, height: 844 };
const desk = { width: 1280, height: 800 };

interface Picture extends Look {
  readonly name: string;
  readonly sample: string;
  readonly size: typeof hand;
  /** Dots of the picture for one of the page; 2 unless said. */
  readonly scale?: number;
}

const pictures: readonly Picture[] = [
  { name: 'phone-desktop', sample: 'in-call', theme: 'dark', size: desk },
  { name: 'phone-explain', sample: 'explain', theme: 'light', size: desk },
  { name: 'phone-ready', sample: 'ready', theme: 'light', size: hand },
  { name: 'phone-incoming', sample: 'incoming', theme: 'dark', size: hand },
  { name: 'phone-waiting', sample: 'call-waiting', theme: 'light', size: hand },
  { name: 'phone-failed', sample: 'failed-busy', theme: 'dark', size: hand },
  { name: 'phone-chat', sample: 'chat', theme: 'light', size: hand },
  { name: 'viewer-engineer', sample: 'trace-lossy-call', theme: 'dark', size: desk, scale: 1.5 },
  { name: 'viewer-hold', sample: 'trace-broken-hold', theme: 'light', size: desk, scale: 1.5 },
  { name: 'viewer-teacher', sample: 'trace-teacher', theme: 'light', size: desk, scale: 1.5 },
  { name: 'phone-arabic', sample: 'history', theme: 'dark', language: 'ar', size: hand },
];

await using world = new World(120_000);
const chromium = await Chromium.start(world);
const gallery = await Gallery.open(world, chromium, { reducedMotion: 'reduce' });
const { page } = gallery.page;
const session = await page.context().newCDPSession(page);
for (const { name, sample, size, scale = 2, ...look } of pictures) {
  await page.setViewportSize(size);
  await gallery.show(sample, look);
  await page.mouse.move(0, 0);
  const { data } = await session.send('Page.captureScreenshot', {
    format: 'webp',
    quality: 82,
    clip: { x: 0, y: 0, ...size, scale },
  });
  const picture = Buffer.from(data, 'base64');
  if (picture.length > largest) throw new Error(`${name} has ${picture.length} octets`);
  writeFileSync(path.join(folder, `${name}.webp`), picture);
  process.stdout.write(`${name}.webp ${Math.ceil(picture.length / 1000)} kB\n`);
}

// Waits for a tone at a page that has a function `heard`: the first second of a call may still be silent.
import { expect } from 'vitest';
import type { TestPage } from './chromium.ts';
import type { World } from './world.ts';

/** Waits until `page` is connected and hears a tone, which must be one of `hertz`. */
export async function hears(world: World, page: TestPage, hertz: number): Promise<void> {
  await world.until('media', async () => (await page.run('connection')) === 'connected', 20_000);
  const heard = await world.until(
    `${hertz} Hz`,
    async () => {
      const found = await page.run<number>('heard', 1);
      return found !== 0 && found;
    },
    15_000,
  );
  expect(Math.abs(heard - hertz)).toBeLessThan(20);
}

// The tests of the portable library, which Node.js runs by Vitest, run in Chromium as well: its own bytes, clock, chance and text.
import { expect, test } from 'vitest';
import { Chromium, hasChromium } from '../peers/chromium.ts';
import { servePage } from '../peers/page-server.ts';
import { World } from '../peers/world.ts';

test.runIf(hasChromium)(
  'Chromium passes the tests of the portable library and of the conformance suite',
  async () => {
    expect(await passed('.test.ts')).toBeGreaterThan(2_000);
  },
  120_000,
);

test.runIf(hasChromium)(
  'Chromium passes the tests of the media of a page',
  async () => {
    expect(await passed('.suite.ts')).toBeGreaterThan(10);
  },
  120_000,
);

/** Runs the files whose names end so in a page, and tells how many tests they hold; all must pass. */
async function passed(end: string): Promise<number> {
  await using world = new World(110_000);
  const url = await servePage(world, 'suite.ts', { tests: true });
  const chromium = await Chromium.start(world);
  const page = await chromium.page(url);
  const outcome = await page.run<{
    readonly files: number;
    readonly passed: number;
    readonly failed: readonly string[];
  }>('runSuite', end);
  process.stdout.write(`Chromium: ${outcome.passed} tests of ${outcome.files} files passed\n`);
  expect(outcome.failed).toEqual([]);
  return outcome.passed;
}

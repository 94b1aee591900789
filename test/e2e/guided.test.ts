// "Call the article" on the phone's first screen: real calls through a bad line, drawn while they happen (W1, W7).
import { AxeBuilder } from '@axe-core/playwright';
import { expect, test } from 'vitest';
import { Chromium, hasChromium } from '../peers/chromium.ts';
import { Offhook } from '../peers/offhook.ts';
import { World } from '../peers/world.ts';

const patience = { timeout: 30_000 };

test.runIf(hasChromium)(
  'From the first screen: Bob is called, 40 % of packets are lost, a call forks, a hold is broken, and the lanes show it (W1)',
  async () => {
    await using world = new World(110_000);
    const server = await Offhook.start(world);
    const chromium = await Chromium.start(world);
    const tab = await chromium.page(`http://127.0.0.1:${server.httpPort}/`, {
      locale: 'en-GB',
      viewport: { width: 1400, height: 900 },
    });
    const { page } = tab;
    page.setDefaultTimeout(30_000);
    await page
      .getByRole('button', { name: /^Call the article/ })
      .first()
      .click();
    const press = async (name: string): Promise<void> =>
      await page.getByRole('button', { name, exact: true }).click();
    // The drawings have texts for screen readers too, which are not to be seen.
    const shows = async (text: string | RegExp): Promise<void> =>
      await page
        .locator('.explained-drawing')
        .getByText(text)
        .filter({ visible: true })
        .first()
        .waitFor(patience);

    await press('Lose 40 % of packets');
    await shows(/again 3×/);
    await page.locator('.article-phase[data-phase="talking"]').waitFor(patience);
    await shows('D1');

    await press('Chaos');
    await press('Calm the line');
    await press('Fork');
    await page.locator('.article-phase[data-phase="talking"]').waitFor(patience);
    await shows('D2');

    await press('Hang up');
    await press('Call Bob');
    await page.locator('.article-phase[data-phase="talking"]').waitFor(patience);
    await press('Hold');
    await page.locator('.article-phase[data-phase="held"]').waitFor(patience);
    await press('Resume');
    await page.locator('.article-phase[data-phase="talking"]').waitFor(patience);
    await press('Break hold');
    await shows(/answered sendonly/);

    const found = await new AxeBuilder({ page }).analyze();
    const serious = found.violations.filter(
      ({ impact }) => impact === 'serious' || impact === 'critical',
    );
    expect(serious.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
    await press('Hang up');
    expect(tab.errors).toEqual([]);
  },
  120_000,
);

// The screen of devices in Chromium: empty, live, by keys and by its address, in three languages and narrow, and when the server says no.
import { AxeBuilder } from '@axe-core/playwright';
import { expect, test } from 'vitest';
import { Chromium, hasChromium } from '../peers/chromium.ts';
import { World } from '../peers/world.ts';
import { TracePage } from './trace-page.ts';
import type { Api } from './trace-page.ts';

const minute = 60_000;

/** A log as the server tells it, of a phone that registered ten minutes ago. */
function deviceOf(user: string, now: number): object {
  const place = {
    ...{ aor: `sip:${user}@example.com`, contact: `sip:${user}@192.0.2.1:5070` },
    ...{ device: `1 "<urn:uuid:${user}>"`, instance: `"<urn:uuid:${user}>"` },
    ...{ userAgent: 'Desk/1', transport: 'TCP', host: '2001:db8::7', port: 5070 },
  };
  const times = Array.from({ length: 40 }, (_, index) => [
    now - (40 - index) * 10_000,
    index === 20 ? 310 : 12 + (index % 3),
  ]);
  const roundTrips = { last: 13, least: 12, most: 310, mean: 20.4, count: 40, times };
  const log = [
    { ...place, event: 'refreshed', at: now - 9 * minute, until: now, count: 9, roundTrips },
    { ...place, event: 'registered', at: now - 10 * minute, until: now - 10 * minute, count: 1 },
    { ...place, event: 'expired', at: now - 30 * minute, until: now - 30 * minute, count: 1 },
  ].map((entry) => ({ ...entry, user, expiresSeconds: entry.event === 'expired' ? 0 : 600 }));
  return { ...place, isRegistered: true, roundTrips, log };
}

test.runIf(hasChromium)(
  'Devices show as they register, with their log and how long they take to answer; an address leads back to one; a no is told',
  async () => {
    await using world = new World(150_000);
    const chromium = await Chromium.start(world);
    let answer: readonly object[] | number = [];
    const api: Api = (_, response, { pathname }) => {
      if (pathname === '/api/trace/live') {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write('event: ready\ndata:\n\n');
        return true;
      }
      const said = { '/api/trace/calls': { calls: [], more: false }, '/api/trace/devices': {} };
      if (!Object.hasOwn(said, pathname)) return false;
      const isDevices = pathname === '/api/trace/devices';
      if (isDevices && typeof answer === 'number') response.writeHead(answer).end();
      else {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify(isDevices ? { devices: answer } : said['/api/trace/calls']));
      }
      return true;
    };
    const viewer = await TracePage.open(world, chromium, {
      api,
      viewport: { width: 1280, height: 800 },
    });
    const { page } = viewer;
    await page.getByRole('button', { name: 'Devices' }).click();
    await page.getByText('No device has registered yet.').waitFor();
    const now = await page.evaluate<number>('Date.now()');
    answer = [deviceOf('alice', now), deviceOf('bob', now)];
    const row = page.getByRole('row', { name: /bob/ });
    await row.waitFor();
    await row.getByText('[2001:db8::7]:5070').waitFor();
    await viewer.press('j', 'j');
    const told = page.getByRole('region', { name: 'bob: Desk/1' });
    await told.getByText('9 times').waitFor();
    await told.getByText('Expired: it did not refresh in time').waitFor();
    await told
      .getByRole('img', { name: 'Latency: from 12 ms to 310 ms, measured 40 times' })
      .waitFor();
    const address = page.url();
    expect(address).toMatch(/#devices&device=sip:bob@example\.com%201/);
    await page.reload();
    await told.waitFor();
    expect(page.url()).toBe(address);
    await viewer.press('/');
    await page.locator('input:focus').waitFor();
    await page.keyboard.type('nobody');
    await page.getByText('No device fits.').waitFor();
    await viewer.press('Escape', 'q', 'q');
    await viewer.list.waitFor();
    await viewer.press('D');
    answer = 404;
    await page.getByText('The server keeps no log of devices.').waitFor();
    expect(viewer.tab.errors).toEqual([]);

    answer = [deviceOf('alice', now), deviceOf('bob', now)];
    const found: Record<string, readonly string[]> = {};
    for (const [locale, width, colorScheme, title, isLog] of [
      ['en-GB', 1280, 'light', 'Devices', true],
      ['de-DE', 768, 'dark', 'Geräte', true],
      ['ar-EG', 320, 'light', 'الأجهزة', false],
    ] as const) {
      const context = await chromium.context({
        ...{ locale, colorScheme, reducedMotion: 'reduce', viewport: { width, height: 700 } },
      });
      const other = await context.newPage();
      await other.goto(`${viewer.address}#devices`);
      await other.getByRole('grid', { name: title }).getByText('alice').first().waitFor();
      // A narrow box has room for the list alone, or for the log of one.
      if (isLog) {
        await other.keyboard.press('j');
        await other.locator('.device-log').waitFor();
      }
      const { violations } = await new AxeBuilder({ page: other })
        .setLegacyMode(true)
        .options({ resultTypes: ['violations'] })
        .analyze();
      const serious = violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`));
      const wide = await other.evaluate<number>('document.documentElement.scrollWidth');
      if (serious.length > 0 || wide > width) found[`${locale} ${wide}`] = serious;
      await context.close();
    }
    expect(found).toEqual({});
  },
  160_000,
);

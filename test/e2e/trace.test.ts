// The viewer in Chromium: a capture is dropped, its calls are listed and explained, by mouse and by keys; nothing of it goes anywhere.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { AxeBuilder } from '@axe-core/playwright';
import { expect, test } from 'vitest';
import { formatTapLine } from '../../packages/sip/src/trace/index.ts';
import { basicCall, busyCall } from '../../packages/sip/src/trace/sample/calls.ts';
import { listen, readWav } from '../peers/audio.ts';
import { Chromium, hasChromium } from '../peers/chromium.ts';
import { World } from '../peers/world.ts';
import { opusCapture } from './opus-capture.ts';
import { faults, TracePage } from './trace-page.ts';

const capture = (prefix: string): string => {
  const name = readdirSync(faults).find((file) => file.startsWith(prefix));
  if (name === undefined) throw new Error(`The Fault Lab has no ${prefix}`);
  return path.join(faults, name);
};

test.runIf(hasChromium)(
  'A capture that is dropped is listed, explained and searched by keys alone, and nothing of it is sent anywhere (M11)',
  async () => {
    await using world = new World(100_000);
    const chromium = await Chromium.start(world);
    const viewer = await TracePage.open(world, chromium, {
      viewport: { width: 1280, height: 800 },
    });
    const { page } = viewer;
    await page.getByText('nothing of it leaves this computer').waitFor();
    const file = capture('08-');
    // The page has all that it needs by now: from here on it is to read alone.
    const asked = viewer.requests.length;
    const spoken: string[] = [];
    page.on('request', (request) => spoken.push(`${request.method()} ${request.url()}`));
    // Browsers look for the icon of a page anew when its address changes.
    const isTelling = (request: string): boolean => !/^GET \S*\/icon\.svg$/.test(request);
    await viewer.drop(path.basename(file), readFileSync(file));
    await viewer.rows.first().waitFor();
    await page.getByText('because no ACK came').first().waitFor();
    await viewer.press('ArrowDown', 'Enter');
    await page.getByText('Whose side').first().waitFor();
    await page.getByText('200 OK').first().waitFor();
    await viewer.press('j', 'j');
    await page.locator('.rung[aria-selected=true]').waitFor();
    await viewer.press('r');
    await page
      .getByText(/^INVITE sip:/)
      .first()
      .waitFor();
    await viewer.press('r', 'v');
    await page.getByRole('radio', { name: 'Teacher' }).and(page.locator(':checked')).waitFor();
    await viewer.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await viewer.press('Escape', 'q', 'q');
    await viewer.list.waitFor();
    await viewer.press('/');
    await page.locator('input:focus').waitFor();
    await page.keyboard.type('nobody at all');
    await page.getByText('No call fits.').waitFor();
    // One sheet after the other, as fast as keys can be pressed.
    await viewer.press('Escape', 'f', 'Escape', 'i');
    await page.getByRole('dialog', { name: 'Figures' }).getByText('8').first().waitFor();
    await viewer.press('Escape');
    expect(spoken.filter(isTelling)).toEqual([]);
    expect(viewer.requests.slice(asked).filter(isTelling)).toEqual([]);
    expect(viewer.tab.errors).toEqual([]);
    expect(viewer.tab.printed.filter((line) => /refused|violates/i.test(line))).toEqual([]);
  },
  110_000,
);

test.runIf(hasChromium)(
  'Captures that are not packed, and records of the tap, are read too; two calls stand side by side; an address leads back',
  async () => {
    await using world = new World(100_000);
    const chromium = await Chromium.start(world);
    const viewer = await TracePage.open(world, chromium, {
      viewport: { width: 1440, height: 900 },
    });
    const { page } = viewer;
    await viewer.drop('loose.pcap', gunzipSync(readFileSync(capture('06-'))));
    await viewer.rows.first().waitFor();
    await viewer.press('ArrowDown', ' ');
    const lines = busyCall().map((one) => formatTapLine(one));
    await viewer.drop('own.jsonl', new TextEncoder().encode(lines.join('\n')));
    await page.getByText(/own\.jsonl.: does it belong to .loose\.pcap.\?/).waitFor();
    await page.getByRole('button', { name: 'Open on its own' }).click();
    await page.getByText('own.jsonl').first().waitFor();
    await page.getByText('busy-0aa4').or(viewer.rows.first()).first().waitFor();
    await viewer.press('ArrowDown', ' ', 'Enter');
    await page.locator('.call-frame').nth(1).locator('.rung').first().waitFor();
    expect(await page.locator('.call-frame').count()).toBe(2);
    await viewer.press('q', 'u', 'Enter');
    await page.locator('.rung').first().waitFor();
    await viewer.press('j', 'j', 'v');
    const address = page.url();
    expect(address).toMatch(/#source=file&file=own\.jsonl&call=busy-0aa4&frame=\d+&view=teacher$/);
    await page.reload();
    await page.getByText('open that capture here').waitFor();
    await viewer.drop('own.jsonl', new TextEncoder().encode(lines.join('\n')));
    await page.getByRole('radio', { name: 'Teacher' }).and(page.locator(':checked')).waitFor();
    expect(page.url()).toBe(address);
    expect(viewer.tab.errors).toEqual([]);
  },
  110_000,
);

test.runIf(hasChromium)(
  'The sound of a capture is heard, its place moves, and a call is saved as a capture with its media',
  async () => {
    await using world = new World(100_000);
    const chromium = await Chromium.start(world);
    const viewer = await TracePage.open(world, chromium, {
      viewport: { width: 1280, height: 800 },
    });
    const { page } = viewer;
    await viewer.choose(capture('healthy-hold'));
    await viewer.rows.first().waitFor();
    await viewer.press('ArrowDown', 'Enter');
    const button = page.getByRole('button', { name: 'PCMU from alice to bob' });
    await button.click();
    await page.locator('.heard-line').waitFor({ state: 'attached' });
    const place = page.getByRole('slider', { name: 'Listen' });
    await world.until('the place to move', async () => Number(await place.inputValue()) > 300);
    await viewer.press('s');
    const coming = page.waitForEvent('download');
    await page.getByRole('button', { name: /^Capture \(pcap\)/ }).click();
    const saved = path.join(world.folder, 'saved.pcap');
    await (await coming).saveAs(saved);
    await viewer.press('Escape');
    await viewer.choose(saved);
    await page.getByRole('button', { name: 'Open on its own' }).click();
    await page.locator('.source-tab[data-shown=true]', { hasText: 'saved.pcap' }).waitFor();
    await viewer.rows.first().waitFor();
    await viewer.press('ArrowDown', 'Enter');
    await page.getByRole('button', { name: 'PCMU from alice to bob' }).waitFor();
    // One call, seen in two captures: read as one it is listed once, and what it looks at stays.
    await viewer.choose(capture('healthy-hold'));
    await page.getByRole('button', { name: 'Add to this capture' }).click();
    await page.locator('.source-tab', { hasText: /hold.* \+ saved\.pcap/ }).waitFor();
    await page.getByRole('button', { name: 'PCMU from alice to bob' }).waitFor();
    await viewer.press('q');
    await page.getByText('2 files are read as one capture, in the order of time.').waitFor();
    expect(await viewer.rows.count()).toBe(1);
    await page.getByRole('button', { name: 'Keep apart' }).click();
    await page.locator('.source-tab', { hasText: /^saved\.pcap$/ }).waitFor();
    expect(viewer.tab.errors).toEqual([]);
  },
  110_000,
);

test.runIf(hasChromium)(
  'Opus in a capture is decoded by the browser: the tone that was sent is heard, and what was lost is silence',
  async () => {
    await using world = new World(100_000);
    const chromium = await Chromium.start(world);
    const viewer = await TracePage.open(world, chromium);
    const { page } = viewer;
    // What is played is a WAV of the page: the last one is kept for us.
    await page.evaluate(`(() => {
      const before = URL.createObjectURL;
      URL.createObjectURL = (blob) => {
        globalThis.played = blob;
        return before.call(URL, blob);
      };
    })()`);
    // A fifth of a second is lost in the middle of two.
    const lost = new Set(Array.from({ length: 10 }, (_, index) => 45 + index));
    await viewer.drop('opus.pcap', await opusCapture(440, 2, lost));
    await viewer.rows.first().waitFor();
    await viewer.press('ArrowDown', 'Enter');
    await page.getByRole('button', { name: 'opus from alice to bob' }).click();
    await page.locator('.heard-line').waitFor({ state: 'attached' });
    const bytes = await page.evaluate<readonly number[]>(
      'globalThis.played.arrayBuffer().then((octets) => [...new Uint8Array(octets)])',
    );
    const file = path.join(world.folder, 'played.wav');
    writeFileSync(file, Uint8Array.from(bytes));
    const played = readWav(file);
    expect(played.rate).toBe(48_000);
    expect(played.samples.length / played.rate).toBeCloseTo(2, 0);
    for (const [from, length] of [
      [0.1, 0.7],
      [1.2, 0.7],
    ] as const) {
      const { hertz, level } = listen(played, from, length);
      expect(Math.abs(hertz - 440)).toBeLessThan(5);
      expect(level).toBeGreaterThan(0.1);
    }
    expect(listen(played, 0.92, 0.16).level).toBeLessThan(0.001);
    expect(viewer.tab.errors).toEqual([]);
  },
  110_000,
);

test.runIf(hasChromium)(
  'A call of the running system is shown while it happens',
  async () => {
    await using world = new World(100_000);
    const chromium = await Chromium.start(world);
    const sends: ((text: string) => void)[] = [];
    const viewer = await TracePage.open(world, chromium, {
      api: (_, response, url) => {
        if (url.pathname === '/api/trace/calls') {
          response.writeHead(200, { 'content-type': 'application/json' });
          response.end(JSON.stringify({ calls: [], more: false }));
          return true;
        }
        if (url.pathname !== '/api/trace/live') return false;
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write('event: ready\ndata:\n\n');
        sends.push((line) => response.write(`data: ${line}\n\n`));
        return true;
      },
    });
    const { page } = viewer;
    await page.getByText('The next one shows here at once.').waitFor();
    const records = basicCall();
    const say = (from: number, to: number): void => {
      for (const one of records.slice(from, to)) for (const send of sends) send(formatTapLine(one));
    };
    say(0, 14);
    await viewer.rows.first().waitFor();
    await viewer.press('A', 'Enter');
    await page.locator('.rung').first().waitFor();
    expect(await page.locator('.rung', { hasText: 'BYE' }).count()).toBe(0);
    say(14, records.length);
    await page.getByText('BYE 200').first().waitFor({ state: 'attached' });
    await viewer.press('End');
    await page.locator('.rung[aria-selected=true]').waitFor();
    expect(viewer.tab.errors).toEqual([]);
  },
  110_000,
);

test.runIf(hasChromium).each([
  ['light', { width: 1280, height: 800 }, 'en-GB'],
  ['dark', { width: 390, height: 844 }, 'de-DE'],
  ['light', { width: 320, height: 568 }, 'ar-EG'],
] as const)(
  'axe-core finds nothing serious in the viewer, and nothing is wider than its box: %s, %o, %s (P20, P21)',
  async (colorScheme, viewport, locale) => {
    await using world = new World(150_000);
    const chromium = await Chromium.start(world);
    const viewer = await TracePage.open(world, chromium, {
      ...{ colorScheme, viewport, locale, lab: true, reducedMotion: 'reduce' },
    });
    const { page } = viewer;
    const found: Record<string, readonly string[]> = {};
    const look = async (name: string): Promise<void> => {
      const { violations } = await new AxeBuilder({ page })
        .setLegacyMode(true)
        .options({ resultTypes: ['violations'] })
        .analyze();
      const serious = violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`));
      const width = await page.evaluate<number>('document.documentElement.scrollWidth');
      const wide = width > viewport.width ? [`${width} pixels wide`] : [];
      if (serious.length + wide.length > 0) found[name] = [...serious, ...wide];
    };
    await page.locator('.lab-fault').first().waitFor();
    await look('welcome');
    await viewer.choose(capture('08-'), capture('14-'));
    await viewer.rows.first().waitFor();
    await viewer.press('ArrowDown');
    await look('list');
    for (const [key, name] of [
      ['f', 'filter'],
      ['i', 'figures'],
      ['?', 'keys'],
    ] as const) {
      await viewer.press(key);
      await page.getByRole('dialog').waitFor();
      await look(name);
      await viewer.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    }
    await viewer.press('Enter');
    await page.locator('.drawn').waitFor();
    await viewer.press('j', 'j');
    await look('engineer');
    await viewer.press('v');
    await look('teacher');
    await viewer.press('v');
    await look('plain');
    await viewer.press('r');
    await look('raw');
    expect(found).toEqual({});
    expect(viewer.tab.errors).toEqual([]);
  },
  160_000,
);

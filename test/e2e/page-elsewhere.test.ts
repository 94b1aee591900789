// Our page as a phone of PBXes that others wrote, without a server of ours: Kamailio with rtpengine, and Asterisk.
import path from 'node:path';
import { expect, test } from 'vitest';
import { tone, writeWav } from '../peers/audio.ts';
import { Baresip } from '../peers/baresip.ts';
import { Chromium, hasChromium } from '../peers/chromium.ts';
import type { TestPage } from '../peers/chromium.ts';
import { hasKamailioWeb, KamailioWeb } from '../peers/kamailio-web.ts';
import { servePage } from '../peers/page-server.ts';
import { installed } from '../peers/program.ts';
import { World } from '../peers/world.ts';

test.runIf(hasChromium && hasKamailioWeb && installed('baresip'))(
  'A page registers with Kamailio by WebSocket, calls baresip and is called by it, rtpengine between',
  async () => {
    await using world = new World();
    const server = await KamailioWeb.start(world);
    const page = await pageOf(world);
    await page.run('register', {
      url: server.webSocket,
      ...{ aor: server.aor('alice'), password: 'pw-alice' },
    });
    const phone = await Baresip.start(world, {
      user: 'bob2',
      ...{ server: server.address, password: 'pw-bob2', hertz: 440 },
    });
    await phone.registered();
    await callBothWays(world, { page, phone, to: server.aor('bob2'), from: server.aor('alice') });
  },
  60_000,
);

interface Ends {
  readonly page: TestPage;
  readonly phone: Baresip;
  /** The phone, as the page calls it. */
  readonly to: string;
  /** The page, as the phone calls it. */
  readonly from: string;
}

async function callBothWays(world: World, { page, phone, to, from }: Ends): Promise<void> {
  await page.run('call', to);
  await world.until('media', async () => (await page.run('connection')) === 'connected', 20_000);
  expect(Math.abs((await page.run<number>('heard', 2)) - 440)).toBeLessThan(20);
  await page.run('hold');
  expect(await page.run('streams')).toMatchObject([{ direction: 'sendonly' }]);
  await page.run('resume');
  expect(Math.abs((await page.run<number>('heard', 2)) - 440)).toBeLessThan(20);
  await phone.tell('hangup');
  expect(await page.run('ended')).toBe('bye');
  await Promise.all([phone.tell('dial', from), page.run('accept')]);
  await phone.sees('CALL_ESTABLISHED', 10_000, 2);
  await world.until('media', async () => (await page.run('connection')) === 'connected', 20_000);
  expect(Math.abs((await page.run<number>('heard', 2)) - 440)).toBeLessThan(20);
  await page.run('hangUp');
  await phone.sees('CALL_CLOSED', 10_000, 2);
  expect(page.errors).toEqual([]);
}

async function pageOf(world: World): Promise<TestPage> {
  const microphone = path.join(world.folder, 'tone.wav');
  writeWav(microphone, tone(1_000, 2, 48_000));
  const [url, chromium] = await Promise.all([
    servePage(world, 'phone.ts'),
    Chromium.start(world, { microphone }),
  ]);
  return await chromium.page(url);
}

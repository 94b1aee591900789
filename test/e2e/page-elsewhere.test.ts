// Our page as a phone of PBXes that others wrote, Kamailio with rtpengine and Asterisk; and Asterisk behind our own server.
import path from 'node:path';
import { expect, test } from 'vitest';
import { Asterisk, hasAsterisk, numbers } from '../peers/asterisk.ts';
import { tone, writeWav } from '../peers/audio.ts';
import { Baresip } from '../peers/baresip.ts';
import { Chromium, hasChromium } from '../peers/chromium.ts';
import type { TestPage } from '../peers/chromium.ts';
import { hasKamailioWeb, KamailioWeb } from '../peers/kamailio-web.ts';
import { Offhook } from '../peers/offhook.ts';
import { hears } from '../peers/hears.ts';
import { servePage } from '../peers/page-server.ts';
import { installed } from '../peers/program.ts';
import { hasRtpengine, Rtpengine } from '../peers/rtpengine.ts';
import { World } from '../peers/world.ts';

const engines = hasRtpengine ? (['embedded', 'rtpengine'] as const) : (['embedded'] as const);

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
);

test.runIf(hasChromium && hasAsterisk())(
  'A page registers with Asterisk by WebSocket, hears itself from its echo, and is called by a desk phone',
  async () => {
    await using world = new World();
    const server = await Asterisk.start(world);
    const page = await pageOf(world);
    await page.run('register', {
      url: server.webSocket,
      ...{ aor: server.aor('2002'), password: 'pw-2002' },
    });
    await page.run('call', server.aor(numbers.echo));
    await hears(world, page, 1_000);
    await page.run('hold');
    await page.run('resume');
    await hears(world, page, 1_000);
    await page.run('hangUp');
    const phone = await Baresip.start(world, {
      user: '2001',
      ...{ server: `127.0.0.1:${server.port}`, password: 'pw-2001', hertz: 440 },
    });
    await phone.registered();
    await callBothWays(world, { page, phone, to: server.aor('2001'), from: server.aor('2002') });
  },
);

test.runIf(hasChromium && hasAsterisk()).each(engines)(
  'Asterisk registers with our server: a page calls its echo, and is called by it (%s)',
  async (engine) => {
    await using world = new World();
    const media = engine === 'embedded' ? engine : (await Rtpengine.start(world)).option;
    const page = await pageOf(world);
    const origin = new URL(page.page.url()).origin;
    const server = await Offhook.start(world, ['--origin', origin, '--media', media]);
    const [user, password] = ['asterisk', await server.user('asterisk')];
    const asterisk = await Asterisk.start(world, {
      account: { server: server.address, user, password },
    });
    await asterisk.says('pjsip show registrations', /Registered/);
    await page.run('register', {
      url: `ws://127.0.0.1:${server.httpPort}/`,
      ...{ aor: server.aor('alice'), password: await server.user('alice') },
    });
    await page.run('call', server.aor(user));
    await hears(world, page, 1_000);
    await page.run('hangUp');
    const called = `PJSIP/trunk/${server.aor('alice')}`;
    await Promise.all([
      asterisk.ask(`channel originate ${called} application Milliwatt`),
      page.run('accept'),
    ]);
    // Its tone has 1004 Hz.
    await hears(world, page, 1_004);
    await page.run('hangUp');
    await asterisk.says('core show channels', /0 active channels/);
    expect(page.errors).toEqual([]);
  },
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
  await hears(world, page, 440);
  await page.run('hold');
  expect(await page.run('streams')).toMatchObject([{ direction: 'sendonly' }]);
  await page.run('resume');
  await hears(world, page, 440);
  await phone.tell('hangup');
  expect(await page.run('ended')).toBe('bye');
  await Promise.all([phone.tell('dial', from), page.run('accept')]);
  await phone.sees('CALL_ESTABLISHED', 10_000, 2);
  await hears(world, page, 440);
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

// A page in a call loses its connection, or the whole network, for ten seconds: the call goes on, and so does the sound (S2).
import { createHmac } from 'node:crypto';
import path from 'node:path';
import { impairedTcp } from '@offhook/sip/testing/node';
import type { StreamLine } from '@offhook/sip/testing/node';
import { expect, test } from 'vitest';
import { tone, writeWav } from '../peers/audio.ts';
import { Chromium, hasChromium, hears } from '../peers/chromium.ts';
import type { TestPage } from '../peers/chromium.ts';
import { Coturn, hasCoturn } from '../peers/coturn.ts';
import { Offhook } from '../peers/offhook.ts';
import { servePage } from '../peers/page-server.ts';
import { pause, World } from '../peers/world.ts';

test.runIf(hasChromium)(
  'A page whose WebSocket is away for ten seconds is registered within five more; its call was never silent, and still holds and ends (X09)',
  async () => {
    await using world = new World();
    const { page, line } = await inCall(world);
    line.accepting = false;
    line.reset();
    await world.until('loss', async () => (await page.run('state')) !== 'Registered');
    await hears(world, page, 1_000);
    await pause(9_000);
    line.accepting = true;
    await world.until('return', async () => (await page.run('state')) === 'Registered', 6_000);
    await page.run('hold');
    expect(await page.run('streams')).toMatchObject([{ direction: 'sendonly' }]);
    await page.run('resume');
    await hears(world, page, 1_000);
    await page.run('hangUp');
    expect(page.errors).toEqual([]);
  },
);

test.runIf(hasChromium && hasCoturn)(
  'A page that has no network for ten seconds is heard again three seconds after it is back, in the same call (S2)',
  async () => {
    await using world = new World();
    const { media, relayed } = await relay(world);
    const { page, line } = await inCall(world, relayed);
    const context = page.page.context();
    for (const each of [line, media]) {
      each.accepting = false;
      each.reset();
    }
    await context.setOffline(true);
    await pause(10_000);
    const before = await packets(page);
    expect(await page.run('state')).not.toBe('Registered');
    for (const each of [line, media]) each.accepting = true;
    await context.setOffline(false);
    const back = performance.now();
    await world.until('sound', async () => (await packets(page)) > before);
    const seconds = (performance.now() - back) / 1_000;
    process.stdout.write(`Sound ${seconds.toFixed(2)} s after the network\n`);
    // The goal is three; others use this machine too.
    expect(seconds).toBeLessThan(5);
    await hears(world, page, 1_000);
    expect(await page.run('state')).toBe('Registered');
    await page.run('hangUp');
    expect(page.errors).toEqual([]);
  },
);

test.runIf(hasChromium && hasCoturn)(
  'A page whose media loses its way, and nothing else, finds another by itself (S2)',
  async () => {
    await using world = new World();
    const { media, relayed } = await relay(world);
    const { page } = await inCall(world, relayed);
    const name = await page.run('iceName');
    media.reset();
    await world.until('another way', async () => (await page.run('iceName')) !== name, 20_000);
    await hears(world, page, 1_000);
    await page.run('hangUp');
    expect(page.errors).toEqual([]);
  },
);

test.runIf(hasChromium)(
  'A page that is loaded anew takes its call back, and is heard again (S2)',
  async () => {
    await using world = new World();
    const { page, settings, echo } = await inCall(world);
    const dialog = await page.run('dialog');
    await page.page.reload();
    await page.run('register', settings);
    await page.run('takeBack', echo, dialog);
    await hears(world, page, 1_000);
    await page.run('hangUp');
    expect(page.errors).toEqual([]);
  },
);

async function packets(page: TestPage): Promise<number> {
  return (await page.run<{ readonly receivedPackets: number }>('statistics')).receivedPackets;
}

/** A TURN server at the end of a line, and how a page has all its media go there. */
async function relay(world: World): Promise<{ media: StreamLine; relayed: object }> {
  const secret = 'north';
  const coturn = await Coturn.start(world, { secret });
  const media = await lineTo(world, coturn.port);
  const username = `${Math.round(Date.now() / 1_000) + 600}:alice`;
  const credential = createHmac('sha1', secret).update(username).digest('base64');
  const urls = `turn:127.0.0.1:${media.local.port}?transport=tcp`;
  return { media, relayed: { relayOnly: true, iceServers: [{ urls, username, credential }] } };
}

async function lineTo(world: World, port: number): Promise<StreamLine> {
  return world.own(await impairedTcp({ target: { host: '127.0.0.1', port }, seed: 1 }));
}

async function inCall(
  world: World,
  more: object = {},
): Promise<{ page: TestPage; line: StreamLine; settings: object; echo: string }> {
  const microphone = path.join(world.folder, 'tone.wav');
  writeWav(microphone, tone(1_000, 2, 48_000));
  const url = await servePage(world, 'phone.ts');
  const [server, chromium] = await Promise.all([
    Offhook.start(world, ['--origin', new URL(url).origin]),
    Chromium.start(world, { microphone }),
  ]);
  const line = await lineTo(world, server.httpPort);
  const page = await chromium.page(url);
  const settings = {
    url: `ws://127.0.0.1:${line.local.port}/`,
    aor: server.aor('alice'),
    password: await server.user('alice'),
    ...more,
  };
  const echo = server.aor('echo');
  await page.run('register', settings);
  await page.run('call', echo);
  await hears(world, page, 1_000);
  return { page, line, settings, echo };
}

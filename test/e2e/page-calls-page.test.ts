// Two pages with our user agent call each other through our own server: WebSocket to it, media between them.
import path from 'node:path';
import { expect, test } from 'vitest';
import { tone, writeWav } from '../peers/audio.ts';
import { Chromium, hasChromium, hears } from '../peers/chromium.ts';
import type { TestPage } from '../peers/chromium.ts';
import { Offhook } from '../peers/offhook.ts';
import { servePage } from '../peers/page-server.ts';
import { World } from '../peers/world.ts';

test.runIf(hasChromium)(
  'Two pages call each other: they hear each other, hold and resume, restart ICE, and hang up',
  async () => {
    await using world = new World();
    const { alice, bertha, server } = await twoPages(world);
    await Promise.all([alice.run('call', server.aor('bertha')), bertha.run('accept')]);
    await world.until('media', async () => (await alice.run('connection')) === 'connected');
    expect(await alice.run('streams')).toMatchObject([{ media: 'audio', codec: 'opus' }]);
    await hears(world, bertha, 1_000);
    await hears(world, alice, 1_000);

    await alice.run('hold');
    expect(await alice.run('streams')).toMatchObject([{ direction: 'sendonly' }]);
    expect(await bertha.run('streams')).toMatchObject([{ direction: 'recvonly' }]);
    expect(await bertha.run('heard', 1)).toBe(0);
    await alice.run('resume');
    expect(await bertha.run('streams')).toMatchObject([{ direction: 'sendrecv' }]);

    const before = await alice.run('iceName');
    await alice.run('restartIce');
    expect(await alice.run('iceName')).not.toBe(before);
    await hears(world, bertha, 1_000);
    expect(await alice.run('statistics')).toMatchObject({ lostPackets: 0, codec: 'opus' });

    await alice.run('hangUp');
    expect(await bertha.run('ended')).toBe('bye');
    expect([...alice.errors, ...bertha.errors]).toEqual([]);
  },
);

test.runIf(hasChromium)(
  'A page adds its camera to a call, which the other sees, and takes it away; the sound goes on (P19)',
  async () => {
    await using world = new World();
    const { alice, bertha, server } = await twoPages(world);
    await Promise.all([alice.run('call', server.aor('bertha')), bertha.run('accept')]);
    await hears(world, bertha, 1_000);
    await alice.run('setCamera', '');
    await alice.run('renegotiate');
    expect(await bertha.run('streams')).toMatchObject([
      { media: 'audio', direction: 'sendrecv' },
      { media: 'video', direction: 'recvonly' },
    ]);
    await world.until('a picture', async () => (await pictures(bertha)) > 10, 20_000);
    await hears(world, bertha, 1_000);
    await alice.run('setCamera');
    await alice.run('renegotiate');
    expect(await bertha.run('streams')).toMatchObject([
      { media: 'audio', direction: 'sendrecv' },
      { media: 'video', codec: undefined },
    ]);
    await hears(world, bertha, 1_000);
    await alice.run('hangUp');
    expect([...alice.errors, ...bertha.errors]).toEqual([]);
  },
);

test.runIf(hasChromium)(
  'The INVITE of a page leaves within 300 ms though its STUN server is dead (P4)',
  async () => {
    await using world = new World();
    const silent = await world.ports.take();
    const iceServers = [{ urls: `stun:127.0.0.1:${silent}` }];
    const { alice, bertha, server } = await twoPages(world, iceServers);
    const waits = await alice.run<number[]>('invites', server.aor('nobody'), 5);
    // Others use this machine too: most of them have to be in time.
    expect(waits.toSorted((a, b) => a - b)[2]).toBeLessThan(300);
    await Promise.all([alice.run('call', server.aor('bertha')), bertha.run('accept')]);
    await world.until('media', async () => (await alice.run('connection')) === 'connected');
    await alice.run('hangUp');
  },
);

async function pictures(page: TestPage): Promise<number> {
  const { video } = await page.run<{ readonly video?: { readonly decodedFrames: number } }>(
    'statistics',
  );
  return video?.decodedFrames ?? 0;
}

async function twoPages(
  world: World,
  iceServers: readonly object[] = [],
): Promise<{ alice: TestPage; bertha: TestPage; server: Offhook }> {
  const microphone = path.join(world.folder, 'tone.wav');
  writeWav(microphone, tone(1_000, 2, 48_000));
  const url = await servePage(world, 'phone.ts');
  const [server, chromium] = await Promise.all([
    Offhook.start(world, ['--origin', new URL(url).origin]),
    Chromium.start(world, { microphone }),
  ]);
  const open = async (user: string): Promise<TestPage> => {
    const password = await server.user(user);
    const page = await chromium.page(url);
    const at = `ws://127.0.0.1:${server.httpPort}/`;
    await page.run('register', { url: at, aor: server.aor(user), password, iceServers });
    return page;
  };
  return { alice: await open('alice'), bertha: await open('bertha'), server };
}

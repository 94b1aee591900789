// A page in a call loses its connection, or the whole network, for ten seconds: the call goes on, and so does the sound (S2).
import path from 'node:path';
import { impairedTcp } from '@offhook/sip/testing/node';
import { expect, test } from 'vitest';
import { tone, writeWav } from '../peers/audio.ts';
import { Chromium, hasChromium, hears } from '../peers/chromium.ts';
import type { TestPage } from '../peers/chromium.ts';
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

async function inCall(
  world: World,
): Promise<{ page: TestPage; line: Awaited<ReturnType<typeof impairedTcp>> }> {
  const microphone = path.join(world.folder, 'tone.wav');
  writeWav(microphone, tone(1_000, 2, 48_000));
  const url = await servePage(world, 'phone.ts');
  const [server, chromium] = await Promise.all([
    Offhook.start(world, ['--origin', new URL(url).origin]),
    Chromium.start(world, { microphone }),
  ]);
  const line = world.own(
    await impairedTcp({ target: { host: '127.0.0.1', port: server.httpPort }, seed: 1 }),
  );
  const page = await chromium.page(url);
  await page.run('register', {
    url: `ws://127.0.0.1:${line.local.port}/`,
    aor: server.aor('alice'),
    password: await server.user('alice'),
  });
  await page.run('call', server.aor('echo'));
  await hears(world, page, 1_000);
  return { page, line };
}

// SIP.js and JsSIP as their users have them, in Chromium: they register with our server, call each other, echo and a desk phone.
import path from 'node:path';
import { test } from 'vitest';
import { tone, writeWav } from '../peers/audio.ts';
import { Baresip } from '../peers/baresip.ts';
import { Chromium, hasChromium, hears } from '../peers/chromium.ts';
import type { TestPage } from '../peers/chromium.ts';
import { Offhook } from '../peers/offhook.ts';
import { servePage } from '../peers/page-server.ts';
import { installed } from '../peers/program.ts';
import { World } from '../peers/world.ts';

/** What the microphones play, and the desk phone, in hertz. */
const [microphone, desk] = [1_000, 440];

test.runIf(hasChromium)(
  'Pages of SIP.js, JsSIP and ours call each other in a ring: who calls and who is called hear each other',
  async () => {
    await using world = new World();
    const names = ['sip-js.ts', 'js-sip.ts', 'phone.ts'] as const;
    const { server, open } = await start(world, names);
    const pages: TestPage[] = [];
    for (const [at, name] of names.entries()) pages.push(await open(name, `user${at}`));
    for (const [at, calling] of pages.entries()) {
      const next = (at + 1) % pages.length;
      const called = pages[next] ?? calling;
      await Promise.all([calling.run('call', server.aor(`user${next}`)), called.run('accept')]);
      for (const page of [calling, called]) await hears(world, page, microphone);
      await Promise.all([called.run('ended'), calling.run('hangUp')]);
    }
  },
);

test.runIf(hasChromium && installed('baresip')).each(['sip-js.ts', 'js-sip.ts'])(
  'A page of %s calls echo, and a desk phone, and is called by it',
  async (library) => {
    await using world = new World();
    const { server, open } = await start(world, [library]);
    const page = await open(library, 'alice');
    const phone = await Baresip.desk(world, server, {
      user: 'bob2',
      hertz: desk,
    });

    await page.run('call', server.aor('echo'));
    await hears(world, page, microphone);
    await page.run('hangUp');

    await page.run('call', server.aor('bob2'));
    await hears(world, page, desk);
    await page.run('hangUp');
    await phone.sees('CALL_CLOSED');

    await Promise.all([phone.tell('dial', server.aor('alice')), page.run('accept')]);
    await hears(world, page, desk);
    await Promise.all([page.run('ended'), phone.tell('hangup')]);
  },
);

async function start(
  world: World,
  pages: readonly string[],
): Promise<{ server: Offhook; open: (page: string, user: string) => Promise<TestPage> }> {
  const file = path.join(world.folder, 'tone.wav');
  writeWav(file, tone(microphone, 2, 48_000));
  const urls = new Map<string, string>();
  for (const page of pages) urls.set(page, await servePage(world, page));
  const origins = [...urls.values()].map((url) => new URL(url).origin).join(',');
  const [server, chromium] = await Promise.all([
    Offhook.start(world, ['--origin', origins]),
    Chromium.start(world, { microphone: file }),
  ]);
  return {
    server,
    open: async (page, user) => {
      const opened = await chromium.page(urls.get(page) ?? '');
      await opened.run('register', {
        url: `ws://127.0.0.1:${server.httpPort}/`,
        aor: server.aor(user),
        password: await server.user(user),
      });
      return opened;
    },
  };
}

// Run by janus.test.ts in a network of its own, where an address that is not of loopback can be had: Janus and Offhook between two pages.
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { tone, writeWav } from '../peers/audio.ts';
import { Chromium } from '../peers/chromium.ts';
import type { TestPage } from '../peers/chromium.ts';
import { Janus } from '../peers/janus.ts';
import { Offhook } from '../peers/offhook.ts';
import { servePage } from '../peers/page-server.ts';
import { World } from '../peers/world.ts';

const address = '10.55.0.1';
const ip = (...words: readonly string[]): Buffer => execFileSync('ip', words);
ip('link', 'set', 'lo', 'up');
ip('link', 'add', 'near0', 'type', 'veth', 'peer', 'name', 'far0');
ip('addr', 'add', `${address}/24`, 'dev', 'near0');
for (const name of ['near0', 'far0']) ip('link', 'set', name, 'up');

// A page that waits for ever must not keep the rest alive.
setTimeout(() => process.exit(1), 75_000).unref();

{
  await using world = new World(80_000);
  const microphone = path.join(world.folder, 'tone.wav');
  writeWav(microphone, tone(1_000, 2, 48_000));
  const [janusUrl, pageUrl] = [
    await servePage(world, 'janus-phone.ts'),
    await servePage(world, 'phone.ts'),
  ];
  const server = await Offhook.start(world, ['--origin', new URL(pageUrl).origin]);
  const janus = await Janus.start(world, address);
  const chromium = await Chromium.start(world, { microphone });
  const away = await chromium.page(janusUrl);
  await away.run('register', janus.webSocket, 'jane', await server.user('jane'), server.address);
  tell('registered', true);

  await away.run('call', server.aor('echo'));
  tell('echo', await heard(world, away));
  await away.run('hangUp');

  const page = await chromium.page(pageUrl);
  await page.run('register', {
    url: `ws://127.0.0.1:${server.httpPort}/`,
    ...{ aor: server.aor('alice'), password: await server.user('alice') },
  });
  await Promise.all([away.run('call', server.aor('alice')), page.run('accept')]);
  tell('called by Janus', await heard(world, page));
  tell('calling by Janus', await heard(world, away));
  await page.run('hangUp');
  await away.run('ended');

  await Promise.all([callOnceFree(world, page, server.aor('jane')), away.run('accept')]);
  tell('calling Janus', await heard(world, page));
  tell('called through Janus', await heard(world, away));
  await page.run('hangUp');
  await away.run('ended');
}
process.exit();

async function heard(world: World, page: TestPage): Promise<number> {
  await world.until('media', async () => (await page.run('connection')) === 'connected', 20_000);
  return await world.until(
    'a tone',
    async () => {
      const hertz = Math.round(await page.run<number>('heard', 1));
      return hertz !== 0 && hertz;
    },
    15_000,
  );
}

// For a moment after a call Janus is still busy.
async function callOnceFree(world: World, page: TestPage, target: string): Promise<void> {
  await world.until('Janus to be free', async () => {
    try {
      await page.run('call', target);
      return true;
    } catch (error) {
      if (String(error).includes('486')) return false;
      throw error;
    }
  });
}

function tell(what: string, value: unknown): void {
  process.stdout.write(`${JSON.stringify([what, value])}\n`);
}

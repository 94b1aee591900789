// The server is killed while a page talks to a desk phone: it comes back, and so does the sound.
import path from 'node:path';
import { expect, test } from 'vitest';
import { tone, writeWav } from '../peers/audio.ts';
import { Baresip } from '../peers/baresip.ts';
import { Chromium, hasChromium, hears } from '../peers/chromium.ts';
import { Offhook } from '../peers/offhook.ts';
import { servePage } from '../peers/page-server.ts';
import { installed } from '../peers/program.ts';
import { World } from '../peers/world.ts';

test.runIf(hasChromium && installed('baresip'))(
  'kill -9 of the server in mid-call: the page and the desk phone hear each other again, and either may hang up (X01, X02, S2)',
  async () => {
    await using world = new World(120_000);
    const microphone = path.join(world.folder, 'tone.wav');
    writeWav(microphone, tone(1_000, 2, 48_000));
    const url = await servePage(world, 'phone.ts');
    const origin = new URL(url).origin;
    const [server, chromium] = await Promise.all([
      Offhook.start(world, ['--origin', origin]),
      Chromium.start(world, { microphone }),
    ]);
    const phone = await Baresip.desk(world, server, {
      user: 'bob2',
      hertz: 440,
      answer: 'auto',
    });
    const page = await chromium.page(url);
    await page.run('register', {
      url: `ws://127.0.0.1:${server.httpPort}/`,
      aor: server.aor('alice'),
      password: await server.user('alice'),
    });
    await page.run('call', server.aor('bob2'));
    await hears(world, page, 440);

    server.program.signal('SIGKILL');
    await server.program.finished(10_000);
    await Offhook.start(world, [
      ...['--domain', server.domain, '--sip-port', String(server.port), '--origin', origin],
      ...['--http-port', String(server.httpPort)],
    ]);
    await hears(world, page, 440);
    await phone.tell('hangup');
    await phone.sees('CALL_CLOSED');
    expect(await page.run('ended')).toBe('bye');
    expect(page.errors).toEqual([]);
  },
  120_000,
);

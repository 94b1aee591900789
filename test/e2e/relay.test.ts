// A page that reaches nobody but a TURN server calls echo through it, with the credentials that serve handed out.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { tone, writeWav } from '../peers/audio.ts';
import { Chromium, hasChromium } from '../peers/chromium.ts';
import { Coturn, hasCoturn } from '../peers/coturn.ts';
import { Offhook } from '../peers/offhook.ts';
import { hears } from '../peers/hears.ts';
import { servePage } from '../peers/page-server.ts';
import { hasRtpengine, Rtpengine } from '../peers/rtpengine.ts';
import { World } from '../peers/world.ts';

const engines = hasRtpengine ? (['embedded', 'rtpengine'] as const) : (['embedded'] as const);

test.runIf(hasChromium && hasCoturn).each(engines)(
  'A page calls echo through coturn alone, with credentials for twelve hours, and hears itself (%s)',
  async (engine) => {
    await using world = new World();
    const microphone = path.join(world.folder, 'tone.wav');
    writeWav(microphone, tone(1_000, 2, 48_000));
    const secret = path.join(world.folder, 'turn-secret');
    writeFileSync(secret, 'north\n');
    const url = await servePage(world, 'phone.ts');
    const coturn = await Coturn.start(world, { secret: 'north' });
    const media = engine === 'embedded' ? engine : (await Rtpengine.start(world)).option;
    const [server, chromium] = await Promise.all([
      Offhook.start(world, [
        ...['--origin', new URL(url).origin, '--media', media],
        ...['--turn', coturn.url, '--turn-secret', secret],
      ]),
      Chromium.start(world, { microphone }),
    ]);
    const handed = await fetch(`http://127.0.0.1:${server.httpPort}/api/phone`);
    const { iceServers } = asPhone(await handed.json());
    expect(iceServers).toMatchObject([
      { urls: `stun:127.0.0.1:${server.stunPort}` },
      { urls: coturn.url, username: expect.stringMatching(/^\d+:phone$/) },
    ]);
    const page = await chromium.page(url);
    expect(await page.run('checkNetwork', iceServers)).toMatchObject({
      ...{ mapping: 'none', udp: true, relay: true, failed: [] },
    });
    await page.run('register', {
      url: `ws://127.0.0.1:${server.httpPort}/`,
      aor: server.aor('alice'),
      password: await server.user('alice'),
      iceServers,
      relayOnly: true,
    });
    await page.run('call', server.aor('echo'));
    await hears(world, page, 1_000);
    expect(await page.run('statistics')).toMatchObject({ localCandidate: 'relay' });
    await page.run('hangUp');
    await coturn.program.prints(/ALLOCATE processed, success/);
    expect(server.program.output).not.toContain('north');
    expect(page.errors).toEqual([]);
  },
);

// What is looked at is checked by the test itself.
function asPhone(value: unknown): { readonly iceServers: readonly object[] } {
  return value as { readonly iceServers: readonly object[] };
}

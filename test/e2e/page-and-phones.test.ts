// A page calls echo and a desk phone through our own server, and is called: WebRTC on one side, plain RTP on the other.
import path from 'node:path';
import { expect, test } from 'vitest';
import { tone, writeWav } from '../peers/audio.ts';
import { Baresip } from '../peers/baresip.ts';
import { Chromium, hasChromium, hears } from '../peers/chromium.ts';
import type { TestPage } from '../peers/chromium.ts';
import { Offhook } from '../peers/offhook.ts';
import { servePage } from '../peers/page-server.ts';
import { installed } from '../peers/program.ts';
import { hasRtpengine, Rtpengine } from '../peers/rtpengine.ts';
import { World } from '../peers/world.ts';

/** The page's microphone, in hertz. */
const hertz = 1_000;

/** Who joins them: the engine in the server, and rtpengine beside it. */
const engines = hasRtpengine ? (['embedded', 'rtpengine'] as const) : (['embedded'] as const);

test.runIf(hasChromium).each(engines)(
  'A page calls echo and hears itself: held, resumed, with ICE begun anew, and hung up (%s)',
  async (engine) => {
    await using world = new World();
    const { page, server } = await pageOf(world, engine);
    await page.run('call', server.aor('echo'));
    await hears(world, page, hertz);
    expect(await page.run('statistics')).toMatchObject({ lostPackets: 0 });

    await page.run('hold');
    expect(await page.run('streams')).toMatchObject([{ direction: 'sendonly' }]);
    expect(await page.run('heard', 1)).toBe(0);
    await page.run('resume');
    expect(await page.run('streams')).toMatchObject([{ direction: 'sendrecv' }]);
    await hears(world, page, hertz);

    const before = await page.run('iceName');
    await page.run('restartIce');
    expect(await page.run('iceName')).not.toBe(before);
    await hears(world, page, hertz);

    await page.run('hangUp');
    expect(page.errors).toEqual([]);
  },
);

test.runIf(hasChromium && installed('baresip')).each(engines)(
  'A desk phone calls a page and is called by it; whoever hangs up ends it for both (%s)',
  async (engine) => {
    await using world = new World();
    const { page, server } = await pageOf(world, engine);
    const phone = await Baresip.desk(world, server, {
      user: 'bob2',
      hertz: 440,
    });

    await Promise.all([phone.tell('dial', server.aor('alice')), page.run('accept')]);
    await phone.sees('CALL_ESTABLISHED');
    await hears(world, page, 440);
    await phone.tell('hangup');
    expect(await page.run('ended')).toBe('bye');

    await page.run('call', server.aor('bob2'));
    await hears(world, page, 440);
    await page.run('hangUp');
    await phone.sees('CALL_CLOSED', 10_000, 2);
    expect(page.errors).toEqual([]);
  },
);

async function pageOf(
  world: World,
  engine: (typeof engines)[number],
): Promise<{ page: TestPage; server: Offhook }> {
  const microphone = path.join(world.folder, 'tone.wav');
  writeWav(microphone, tone(hertz, 2, 48_000));
  const url = await servePage(world, 'phone.ts');
  const media = engine === 'embedded' ? engine : (await Rtpengine.start(world)).option;
  const [server, chromium] = await Promise.all([
    Offhook.start(world, ['--origin', new URL(url).origin, '--media', media]),
    Chromium.start(world, { microphone }),
  ]);
  const page = await chromium.page(url);
  await page.run('register', {
    url: `ws://127.0.0.1:${server.httpPort}/`,
    aor: server.aor('alice'),
    password: await server.user('alice'),
  });
  return { page, server };
}

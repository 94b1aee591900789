// rtpengine is away: a page's call is refused at once, and who needs no rtpengine notices nothing.
import { expect, test } from 'vitest';
import { Chromium, hasChromium } from '../peers/chromium.ts';
import { Offhook, offhook } from '../peers/offhook.ts';
import { servePage } from '../peers/page-server.ts';
import { hasRtpengine, Rtpengine } from '../peers/rtpengine.ts';
import { World } from '../peers/world.ts';

test.runIf(hasChromium && hasRtpengine)(
  'A call of a page gets 503 within a second while no rtpengine answers, others go on, and it works once one is there (X08)',
  async () => {
    await using world = new World();
    const url = await servePage(world, 'phone.ts');
    const rtpengine = await Rtpengine.start(world);
    await rtpengine.program.close();
    const [server, chromium] = await Promise.all([
      Offhook.start(world, ['--origin', new URL(url).origin, '--media', rtpengine.option]),
      Chromium.start(world),
    ]);
    const page = await chromium.page(url);
    await page.run('register', {
      url: `ws://127.0.0.1:${server.httpPort}/`,
      ...{ aor: server.aor('alice'), password: await server.user('alice') },
    });
    await expect(page.run('call', server.aor('echo'))).rejects.toThrow('503');
    const refused = messages(server).find(({ text }) => text.startsWith('SIP/2.0 503 '));
    const cseq = /^CSeq: .*$/m.exec(refused?.text ?? '')?.[0] ?? 'none';
    const invited = messages(server).find(
      ({ text }) => text.startsWith('INVITE ') && text.includes(cseq),
    );
    expect(Number(refused?.at) - Number(invited?.at)).toBeLessThan(1_000);

    const plain = offhook(world, ['call', server.aor('echo'), '--seconds', '1']);
    expect(await plain.finished(20_000), plain.tail()).toBe(0);

    await rtpengine.restart();
    await world.until(
      'rtpengine to be used again',
      async () => {
        try {
          await page.run('call', server.aor('echo'));
          return true;
        } catch (error) {
          if (String(error).includes('503')) return false;
          throw error;
        }
      },
      15_000,
    );
    await world.until('media', async () => (await page.run('connection')) === 'connected');
    await page.run('hangUp');
  },
);

interface Seen {
  readonly kind: string;
  readonly at: number;
  readonly text: string;
}

// The server's own record, whose form its tests hold.
function messages(server: Offhook): readonly Seen[] {
  return server.events
    .filter(({ event }) => event === 'observation')
    .map(({ observation }) => observation as Seen)
    .filter(({ kind }) => kind === 'message');
}

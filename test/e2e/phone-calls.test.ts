// A person phones with the page: ready at once, dialled by keys, heard both ways, muted, held, called by a desk phone.
import { expect, test } from 'vitest';
import { listen } from '../peers/audio.ts';
import { Baresip } from '../peers/baresip.ts';
import { hasChromium } from '../peers/chromium.ts';
import { installed } from '../peers/program.ts';
import { World } from '../peers/world.ts';
import { PhonePage, pageHertz } from './phone-page.ts';

const withDesk = hasChromium && installed('baresip');

test.runIf(hasChromium)(
  'P1, P6: ready within ten seconds; echo is heard; muted, held and resumed, it is silent and heard again',
  async () => {
    await using world = new World(90_000);
    const phone = await PhonePage.speaking(world);
    expect(await phone.page.evaluate<number>('performance.now()')).toBeLessThan(10_000);
    await phone.dial('echo');
    await phone.says('In a call with Echo');
    await phone.hearsTone(pageHertz);
    await phone.button('Mute').click();
    await phone.hearsTone(0);
    await phone.button('Unmute').click();
    await phone.hearsTone(pageHertz);
    await phone.button('Hold').click();
    await phone.says('On hold');
    await phone.hearsTone(0);
    await phone.button('Resume').click();
    await phone.says('In a call with Echo');
    await phone.hearsTone(pageHertz);
    await phone.button('Hang up').click();
    await phone.says('Call ended');
    expect(phone.tab.errors).toEqual([]);
  },
  90_000,
);

test.runIf(withDesk)(
  'P5, P7: a desk phone rings the page, is answered and heard; held by it and holding it, each is shown once it is so',
  async () => {
    await using world = new World(90_000);
    const phone = await PhonePage.speaking(world);
    const { server } = phone;
    const desk = await deskPhone(world, phone);
    await desk.tell('dial', server.aor('phone'));
    await phone.says('desk is calling');
    expect(await phone.page.title()).toMatch(/desk/);
    await phone.button('Answer').click();
    await phone.says('In a call with desk');
    await phone.hearsTone(440);
    await desk.tell('hold');
    await phone.says('desk has put you on hold');
    await desk.tell('resume');
    await phone.says('In a call with desk');
    await phone.hearsTone(440);
    await phone.button('Hold').click();
    await phone.says('On hold');
    await phone.hearsTone(0);
    await phone.button('Resume').click();
    await phone.says('In a call with desk');
    await phone.hearsTone(440);
    await desk.tell('hangup');
    await phone.says('Call ended');
    const heard = await desk.heard();
    expect(listen(heard).hertz).toBeCloseTo(pageHertz, -1);
    await phone.open('Calls');
    await phone.says(/desk/, phone.page.getByRole('main'));
    expect(phone.tab.errors).toEqual([]);
  },
  90_000,
);

async function deskPhone(world: World, { server }: PhonePage): Promise<Baresip> {
  const desk = await Baresip.start(world, {
    user: 'desk',
    server: server.address,
    password: await server.user('desk'),
    hertz: 440,
  });
  await desk.registered();
  return desk;
}

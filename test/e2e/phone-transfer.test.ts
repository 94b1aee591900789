// Calls handed over in the page: at once, after asking, back again when it fails; and three who hear each other.
import { expect, test } from 'vitest';
import { listen } from '../peers/audio.ts';
import type { Sound } from '../peers/audio.ts';
import { Baresip } from '../peers/baresip.ts';
import { hasChromium } from '../peers/chromium.ts';
import { Linphone } from '../peers/linphone.ts';
import { installed } from '../peers/program.ts';
import { pause, World } from '../peers/world.ts';
import { PagePhone } from '../peers/page-phone.ts';

const hasDesks = hasChromium && installed('baresip');

test.runIf(hasDesks && installed('linphonec'))(
  'P9: handed over at once, a desk phone talks to another one; told step by step, and the page is free',
  async () => {
    await using world = new World(150_000);
    const phone = await PagePhone.speaking(world);
    const desk = await deskPhone(world, phone, 'desk', 440);
    const { server } = phone;
    const soft = await Linphone.start(world, {
      user: 'soft',
      server: server.address,
      password: await server.user('soft'),
      hertz: 700,
    });
    await soft.registered();
    await phone.dial('desk');
    await phone.says('In a call with desk');
    await phone.hearsTone(440);
    await transfer(phone, 'soft', 'Transfer now');
    await desk.sees('CALL_ESTABLISHED', 30_000, 2);
    await phone.says('Last number', phone.page.getByRole('main'));
    await desk.tell('hangup');
    await desk.sees('CALL_CLOSED', 10_000, 2);
    expect(Math.abs(listen(await desk.heard(), 0.2, 0.6).hertz - 700)).toBeLessThan(5);
    await phone.open('Calls');
    await phone.says('desk', phone.page.getByRole('main'));
    expect(phone.tab.errors).toEqual([]);
  },
  150_000,
);

test.runIf(hasDesks)(
  'P9: a transfer to somebody who is busy fails in words, and the call is back and heard',
  async () => {
    await using world = new World(150_000);
    const phone = await PagePhone.speaking(world);
    await deskPhone(world, phone, 'desk', 440);
    await phone.dial('desk');
    await phone.says('In a call with desk');
    await transfer(phone, 'nobody', 'Transfer now');
    await phone.says('The call is back with you.', phone.trouble);
    await phone.says('In a call with desk');
    await phone.hearsTone(440);
    expect(phone.tab.errors).toEqual([]);
  },
  150_000,
);

test.runIf(hasDesks && installed('linphonec'))(
  'P10: the third is asked while the first waits, given up, asked again, and the two are handed to each other',
  async () => {
    await using world = new World(150_000);
    const phone = await PagePhone.speaking(world);
    const { server } = phone;
    const second = await deskPhone(world, phone, 'second', 700);
    const soft = await Linphone.start(world, {
      user: 'soft',
      server: server.address,
      password: await server.user('soft'),
      hertz: 440,
    });
    await soft.registered();
    await phone.dial('soft');
    await phone.says('In a call with soft');
    await transfer(phone, 'second', 'Ask first');
    await phone.says('In a call with second');
    await phone.hearsTone(700);
    await phone.button('Back to the call').click();
    await phone.says('In a call with soft');
    await phone.hearsTone(440);
    await second.sees('CALL_CLOSED');
    await transfer(phone, 'second', 'Ask first');
    await phone.says('In a call with second');
    await phone.button('Complete transfer').click();
    await phone.says('Last number', phone.page.getByRole('main'));
    // Enough of the other one to be heard.
    await pause(1_500);
    await second.tell('hangup');
    await second.sees('CALL_CLOSED', 10_000, 2);
    const heard = await second.heard();
    const end = heard.samples.length / heard.rate;
    expect(Math.abs(listen(heard, end - 0.8, 0.6).hertz - 440)).toBeLessThan(5);
    expect(phone.tab.errors).toEqual([]);
  },
  150_000,
);

test.runIf(hasDesks && installed('linphonec'))(
  'P11: three hear each other; the host mutes itself for both, leaves, and the two others go on',
  async () => {
    await using world = new World(150_000);
    const phone = await PagePhone.speaking(world);
    const { server } = phone;
    const second = await deskPhone(world, phone, 'second', 700);
    const soft = await Linphone.start(world, {
      user: 'soft',
      server: server.address,
      password: await server.user('soft'),
      hertz: 440,
    });
    await soft.registered();
    await phone.dial('soft');
    await phone.says('In a call with soft');
    await phone.button('Add call').click();
    await phone.dial('second');
    await phone.says('In a call with second');
    await phone.button('Join calls').click();
    await phone.says('Three-way call');
    await phone.button('Mute').click();
    // Enough of the other one alone to be heard by both.
    await pause(2_500);
    await phone.button('Leave them together').click();
    await phone.says('Last number', phone.page.getByRole('main'));
    await pause(1_500);
    await second.tell('hangup');
    await second.sees('CALL_CLOSED');
    soft.tell('quit');
    await soft.program.finished(10_000);
    const atSoft = soft.heard();
    const atSecond = await second.heard();
    expect(seconds(atSoft, 700)).toBeGreaterThan(2);
    expect(seconds(atSecond, 440)).toBeGreaterThan(2);
    expect(phone.tab.errors).toEqual([]);
  },
  150_000,
);

/** For how long a tone was the loudest. */
function seconds(sound: Sound, hertz: number): number {
  const step = 0.25;
  const steps = Math.floor(sound.samples.length / (sound.rate * step));
  return (
    Array.from({ length: steps }, (_none, at) => listen(sound, at * step, step)).filter(
      (heard) => Math.abs(heard.hertz - hertz) < 10 && heard.level > 0.003,
    ).length * step
  );
}

async function transfer(phone: PagePhone, target: string, how: string): Promise<void> {
  await phone.button('Transfer').click();
  const sheet = phone.page.getByRole('dialog', { name: 'Transfer' });
  await sheet.getByRole('textbox').fill(target);
  await sheet.getByRole('button', { name: how }).click();
}

// It asks the server for whomever it is sent to: the domain's own port is not the usual one.
function deskPhone(
  world: World,
  { server }: PagePhone,
  user: string,
  hertz: number,
): Promise<Baresip> {
  return Baresip.desk(world, server, { user, hertz, outbound: true });
}

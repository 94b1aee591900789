// What the page says when something goes wrong, and what it tells of a call: in words, with one thing to do.
import { expect, test } from 'vitest';
import { Baresip } from '../peers/baresip.ts';
import { hasChromium } from '../peers/chromium.ts';
import { installed } from '../peers/program.ts';
import { World } from '../peers/world.ts';
import { PagePhone } from '../peers/page-phone.ts';

test.runIf(hasChromium)(
  'P2, P18: a microphone that the browser denies is told in words, with the way to allow it; allowed, its meter moves',
  async () => {
    await using world = new World(150_000);
    // The fake devices of the tests are never asked for: a browser's no is put in their place.
    const phone = await PagePhone.speaking(world, {
      before: (context) => context.addInitScript(refusingMicrophone).then(() => undefined),
    });
    const { page } = phone;
    await page.evaluate('globalThis.denies(true)');
    await phone.dial('echo');
    const main = page.getByRole('main');
    await phone.says('The browser does not allow this page to use the microphone.', main);
    await phone.button('Allow it').first().click();
    await phone.says(/Click the icon left of the address|not allow/, main);
    await page.evaluate('globalThis.denies(false)');
    const check = page.getByRole('region', { name: 'Audio check' });
    await check.getByRole('button', { name: /^(Try again|Allow the microphone)$/ }).click();
    await check.getByRole('button', { name: 'Audio check' }).click();
    const meter = check.getByRole('meter');
    await world.until(
      'the meter to move',
      async () => Number(await meter.getAttribute('aria-valuenow')) > 0,
      15_000,
    );
    await phone.button('Test the speaker').click();
    await phone.open('Phone');
    await phone.dial('echo');
    await phone.says('In a call with Echo');
    expect(phone.tab.errors).toEqual([]);
  },
  150_000,
);

test.runIf(hasChromium && installed('baresip'))(
  'P17, P18, P24: busy and away in words; four bars that say why; the story of a call during and after it',
  async () => {
    await using world = new World(150_000);
    const phone = await PagePhone.speaking(world);
    const { page, server } = phone;
    const main = page.getByRole('main');
    const desk = await Baresip.desk(world, server, {
      user: 'desk',
      answer: 'manual',
    });
    await phone.dial('desk');
    await phone.says('It rings at');
    await desk.tell('hangup');
    await phone.says(/declined the call|is on the phone/, main);
    await phone.button(/^(Call again|Send a message)$/).waitFor();
    await phone.button('Close').click();
    await server.user('away');
    await phone.dial('away');
    await phone.says('cannot be reached right now', main);
    await phone.button('Close').click();
    await phone.dial('echo');
    await phone.says('In a call with Echo');
    await phone.button('Call quality: 4 of 4').click();
    const facts = page.getByRole('dialog', { name: 'Call quality' });
    await phone.says(/The connection is good\..*Round trip.*ms/, facts);
    await page.keyboard.press('Escape');
    await phone.button('Explain this call').first().click();
    const story = page.getByRole('region', { name: 'Explain this call' });
    await page.getByText('Engineer', { exact: true }).click();
    await phone.says(/INVITE/, story);
    await phone.says(/ACK/, story);
    await phone.open('Phone');
    await phone.button('Hang up').click();
    await phone.says('Call ended');
    await phone.open('Calls');
    await phone
      .button(/^Explain this call: Echo/)
      .first()
      .click();
    await page.getByText('Engineer', { exact: true }).click();
    await phone.says(/BYE/, story);
    expect(phone.tab.errors).toEqual([]);
  },
  150_000,
);

/** A browser that says no to the microphone as long as it is told to. */
const refusingMicrophone = `(() => {
  let denied = false;
  globalThis.denies = (on) => { denied = on; };
  const { mediaDevices, permissions } = navigator;
  const open = mediaDevices.getUserMedia.bind(mediaDevices);
  mediaDevices.getUserMedia = (wanted) =>
    denied ? Promise.reject(new DOMException('Permission denied', 'NotAllowedError')) : open(wanted);
  const query = permissions.query.bind(permissions);
  permissions.query = async (wanted) => {
    const real = await query(wanted);
    return denied && wanted.name === 'microphone' ? new Proxy(real, {
      get: (target, name) => {
        if (name === 'state') return 'denied';
        const value = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    }) : real;
  };
})()`;

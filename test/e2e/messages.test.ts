// The phone of the page writes to other people's phones and reads what they write; who is away gets it later.
import { expect, test } from 'vitest';
import { Baresip } from '../peers/baresip.ts';
import { hasChromium } from '../peers/chromium.ts';
import { Linphone } from '../peers/linphone.ts';
import { Offhook } from '../peers/offhook.ts';
import { PagePhone } from '../peers/page-phone.ts';
import { installed } from '../peers/program.ts';
import { Sipp } from '../peers/sipp.ts';
import { World } from '../peers/world.ts';

test.runIf(hasChromium && installed('baresip', 'linphonec', 'sipp'))(
  'Messages go both ways between the page, baresip and linphonec, and come from SIPp; who is away reads it when back, and the writer sees that (M14, P13)',
  async () => {
    await using world = new World(110_000);
    const server = await Offhook.start(world);
    const shared = { server: server.address };
    const [alice, bertha, lina] = ['alice', 'bertha', 'lina'];
    const passwords = {
      bertha: await server.user(bertha),
      lina: await server.user(lina),
      mallory: await server.user('mallory'),
    };
    await server.user(alice);
    const page = await PagePhone.start(world, server, { user: alice, hertz: 440 });
    const baresip = await Baresip.start(world, {
      ...{ ...shared, user: bertha, password: passwords.bertha, contact: server.aor(alice) },
    });
    const linphone = await Linphone.start(world, {
      ...{ ...shared, user: lina, password: passwords.lina },
    });
    await Promise.all([baresip.registered(), linphone.registered()]);

    await page.writeTo(bertha, 'Grüße, 世界');
    await baresip.program.prints(/Grüße, 世界/);
    await page.shows('Delivered');
    await baresip.tell('message', 'good morning');
    await page.shows('good morning');

    await page.writeTo(lina, 'x'.repeat(2_000));
    await linphone.prints(/x{2000}/);
    linphone.tell(`chat ${server.aor(alice)} good evening`);
    await page.shows('good evening');

    const script = await Sipp.start(world, {
      ...{ scenario: 'user-messages', target: server.address, service: alice, calls: 1 },
      ...{
        user: 'mallory',
        password: passwords.mallory,
        values: { TEXT: 'from a script', STATUS: '200' },
      },
    });
    expect(await script.finished()).toMatchObject({ status: 0 });
    await page.shows('from a script');

    await baresip.close();
    await page.writeTo(bertha, 'are you there');
    await page.shows('Kept until they are back');
    const back = await Baresip.start(
      world,
      { ...shared, user: bertha, password: passwords.bertha },
      'back',
    );
    await back.program.prints(/are you there/);
  },
  120_000,
);

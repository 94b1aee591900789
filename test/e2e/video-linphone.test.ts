// Pictures between a page and a desk phone: VP8 passed through the gateway in both directions.
import { expect, test } from 'vitest';
import { hasChromium } from '../peers/chromium.ts';
import { Linphone } from '../peers/linphone.ts';
import { installed } from '../peers/program.ts';
import { World } from '../peers/world.ts';
import { PagePhone } from '../peers/page-phone.ts';
import { seen } from './pictures.ts';

test.runIf(hasChromium && installed('linphonec'))(
  'A page and linphonec see each other once the page shows its camera, and talk on when it is taken away (P19)',
  async () => {
    await using world = new World(80_000);
    const phone = await PagePhone.open(world);
    const { server } = phone;
    const password = await server.user('lina');
    const lina = await Linphone.start(world, {
      ...{ user: 'lina', server: server.address, password, picture: true },
    });
    await lina.registered();
    const field = phone.tab.page.getByRole('textbox', { name: 'Number, name or address' });
    await field.fill('lina');
    await field.press('Enter');
    await phone.isUp();
    await phone.button('Camera').click();
    await seen(phone.tab.page.locator('video:not(.own)'));
    await lina.prints(/Media streams established .*video/i, 20_000);
    await phone.button('Camera').click();
    await phone.tab.page.locator('video.own').waitFor({ state: 'detached', timeout: 15_000 });
    await phone.isUp();
    await phone.button('Hang up').click();
    await lina.prints(/Call \d+ .* ended/, 20_000);
    expect(phone.tab.errors).toEqual([]);
  },
  90_000,
);

// What the page knows of others: calls that are over, and contacts from files.
import { expect, test } from 'vitest';
import { Baresip } from '../peers/baresip.ts';
import { hasChromium } from '../peers/chromium.ts';
import { installed } from '../peers/program.ts';
import { World } from '../peers/world.ts';
import { PagePhone } from '../peers/page-phone.ts';

test.runIf(hasChromium && installed('baresip'))(
  'P12: a missed call and one that failed are kept over a reload with their reasons; a file of contacts names the caller',
  async () => {
    await using world = new World(150_000);
    const phone = await PagePhone.open(world);
    const { page, server } = phone;
    await phone.open('Contacts');
    const file = page.locator('input[type=file]');
    const text = 'Name;Telefon\r\n"Miller, Dave";desk\r\nAda King;+44 20 1\r\n';
    await file.setInputFiles({
      name: 'people.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(text),
    });
    await phone.says('2 added, 0 changed, 0 left out', page.getByRole('status'));
    const desk = await Baresip.desk(world, server, {
      user: 'desk',
    });
    await desk.tell('dial', server.aor('phone'));
    await phone.says('Miller, Dave is calling');
    await desk.tell('hangup');
    await phone.open('Phone');
    await phone.dial('nobody-there');
    await phone.says('does not exist', page.getByRole('main'));
    await page.reload();
    await phone.isReady();
    expect(await page.getByRole('button', { name: 'Calls, One missed call' }).isVisible()).toBe(
      true,
    );
    await phone.open('Calls');
    const list = page.getByRole('region', { name: 'Calls' });
    await phone.says(/nobody-there.*does not exist.*Miller, Dave.*Missed call/, list);
    await list.getByRole('searchbox').fill('mill');
    await phone.says(/^(?!.*nobody-there)/, list);
    await page.getByRole('button', { name: 'Call: Miller, Dave' }).first().click();
    await phone.says('In a call with Miller, Dave');
    expect(phone.tab.errors).toEqual([]);
  },
  150_000,
);

// What others write is text and nothing else: names, reasons, messages and programs that would be markup or code if a page were careless.
import { expect, test } from 'vitest';
import { hasChromium } from '../peers/chromium.ts';
import { plainPhone } from '../peers/plain-phone.ts';
import { World } from '../peers/world.ts';
import { Gallery } from './gallery.ts';
import { Chromium } from '../peers/chromium.ts';
import { PagePhone } from '../peers/page-phone.ts';

const markup = '<img src=x onerror=alert(1)>';

test.runIf(hasChromium)(
  'Markup in a display name, a reason, a message and a User-Agent is shown as text everywhere, and runs nowhere (A15)',
  async () => {
    await using world = new World();
    const phone = await PagePhone.open(world);
    const { page, printed, errors } = phone.tab;
    const alerts: string[] = [];
    page.on('dialog', (dialog) => {
      alerts.push(dialog.message());
      void dialog.dismiss();
    });
    const aor = phone.server.aor('mallory');
    const mallory = await plainPhone(world, 'mallory', {
      account: { aor, displayName: markup, password: await phone.server.user('mallory') },
      product: markup,
    });
    await mallory.ua.register();

    // It calls us: the name on the stage, in the title, and in the history.
    const ringing = mallory.ua.call(phone.server.aor('phone'));
    ringing.answered.catch(() => undefined);
    await page.getByRole('heading', { name: markup }).waitFor({ timeout: 15_000 });
    expect(await page.title()).toContain(markup);
    expect(await elements(phone)).toEqual([]);
    await phone.button('Decline').click();

    // It writes to us.
    await mallory.ua.message(phone.server.aor('phone'), markup);
    await page.getByRole('button', { name: /^Messages, / }).click();
    await page.getByText(markup).first().waitFor();
    expect(await elements(phone)).toEqual([]);

    // We call it, and its reason is more than text.
    await page.getByRole('button', { name: 'Phone', exact: true }).click();
    const field = page.getByRole('textbox', { name: 'Number, name or address' });
    await field.fill(aor);
    await field.press('Enter');
    (await mallory.nextCall()).reject(480, { reason: markup });
    await page.getByRole('alert').filter({ hasText: markup }).waitFor({ timeout: 15_000 });
    expect(await elements(phone)).toEqual([]);
    await phone.button('Explain').first().click();
    await page.getByText('Engineer', { exact: true }).click();
    const story = page.getByRole('region', { name: 'Explain this call' });
    await story.getByText(`480 ${markup}`).first().waitFor();
    expect(await elements(phone)).toEqual([]);

    expect(alerts).toEqual([]);
    expect(errors).toEqual([]);
    expect(printed.filter((line) => /refused|violates/i.test(line))).toEqual([]);
  },
);

test.runIf(hasChromium)(
  'No screen of the gallery makes an element of what others wrote, and none breaks the content policy (A15)',
  async () => {
    await using world = new World(60_000);
    const gallery = await Gallery.open(world, await Chromium.start(world));
    for (const name of gallery.names) {
      await gallery.show(name);
      expect(await gallery.page.page.locator('.phone :is(img, script)').count()).toBe(0);
    }
    expect(gallery.page.printed.filter((line) => /refused|violates/i.test(line))).toEqual([]);
    expect(gallery.page.errors).toEqual([]);
  },
  70_000,
);

/** Elements that only foreign text could have made. */
async function elements({ tab }: PagePhone): Promise<readonly string[]> {
  return await tab.page.locator('img, .phone script').evaluateAll((found) => found.map(String));
}

// Pictures in a call between two pages: a camera and a screen come and go by offers of their own, and the sound goes on.
import { expect, test } from 'vitest';
import { hasChromium } from '../peers/chromium.ts';
import { World } from '../peers/world.ts';
import { PagePhone } from '../peers/page-phone.ts';
import { seen } from './pictures.ts';

test.runIf(hasChromium)(
  'A camera and a screen are shown to the other page and taken away again, and the call goes on (P19)',
  async () => {
    await using world = new World(80_000);
    const phone = await PagePhone.open(world, {
      chromium: { more: ['--auto-select-desktop-capture-source=Entire screen'] },
    });
    const alice = await phone.invited('alice');
    const field = alice.tab.page.getByRole('textbox', { name: 'Number, name or address' });
    await field.fill('phone');
    await field.press('Enter');
    await phone.button('Answer').click({ timeout: 20_000 });
    await Promise.all([phone.isUp(), alice.isUp()]);

    await alice.button('Camera').click();
    await seen(phone.tab.page.locator('video[aria-label="Alice"]'));
    await seen(alice.tab.page.locator('video.own'));
    await phone.button('Camera').click();
    await seen(alice.tab.page.locator('video:not(.own)'));

    await alice.button('Camera').click();
    await alice.tab.page.locator('video.own').waitFor({ state: 'detached', timeout: 15_000 });
    await phone.button('Camera').click();
    await alice.tab.page.locator('video').waitFor({ state: 'detached', timeout: 15_000 });

    await alice.button('Share screen').click();
    await seen(phone.tab.page.locator('video:not(.own)'));
    await alice.button('Stop sharing').click();
    await phone.tab.page.locator('video').waitFor({ state: 'detached', timeout: 15_000 });

    await phone.isUp();
    await phone.button('Hang up').click();
    await alice.button('Hang up').waitFor({ state: 'detached', timeout: 15_000 });
    expect([...phone.tab.errors, ...alice.tab.errors]).toEqual([]);
  },
  90_000,
);

test.runIf(hasChromium)(
  'Who takes no video is told so in words, and the sound is not touched (P19)',
  async () => {
    await using world = new World();
    const phone = await PagePhone.open(world);
    await phone.call('Echo');
    await phone.button('Camera').click();
    await phone.tab.page
      .getByRole('alert')
      .filter({ hasText: 'Echo does not take video' })
      .waitFor({ timeout: 15_000 });
    expect(await phone.tab.page.locator('video').count()).toBe(0);
    await phone.isUp();
    expect(phone.tab.errors).toEqual([]);
  },
);

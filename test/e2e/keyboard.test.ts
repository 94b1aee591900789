// A whole call by keyboard alone, as a screen reader would tell it.
import { expect, test } from 'vitest';
import { hasChromium } from '../peers/chromium.ts';
import { World } from '../peers/world.ts';
import { PagePhone } from '../peers/page-phone.ts';

test.runIf(hasChromium)(
  'A call is made, muted, held, given keys and ended by keyboard alone, and each state is told (P3, P20)',
  async () => {
    await using world = new World();
    const phone = await PagePhone.open(world);
    const { page } = phone.tab;
    const says = (text: string): Promise<void> =>
      page.getByRole('status').filter({ hasText: text }).waitFor({ timeout: 15_000 });

    // What is typed goes into the field wherever the focus is; Escape empties it.
    await page.keyboard.type('bob@');
    expect(await page.getByRole('textbox', { name: 'Number, name or address' }).inputValue()).toBe(
      'bob@',
    );
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Audio check' }).focus();
    await page.keyboard.type('12#');
    const field = page.getByRole('textbox', { name: 'Number, name or address' });
    expect(await field.inputValue()).toBe('12#');
    await page.keyboard.press('Escape');
    expect(await field.inputValue()).toBe('');

    await tabTo(phone, 'Number, name or address');
    await page.keyboard.type('echo');
    await page.keyboard.press('Enter');
    await says('In a call with Echo');
    expect(await page.locator('.stage').ariaSnapshot()).toMatch(
      /heading "Echo"[\s\S]*status: In a call with Echo[\s\S]*timer[\s\S]*button "Mute"[\s\S]*button "Hold"[\s\S]*button "Hang up"/,
    );

    await page.keyboard.press('m');
    await page.getByRole('button', { name: 'Unmute', pressed: true }).waitFor();
    await page.keyboard.press('m');
    await page.getByRole('button', { name: 'Mute', pressed: false }).waitFor();

    await page.keyboard.press('h');
    await says('On hold');
    await page.getByRole('button', { name: 'Resume', pressed: true }).waitFor();
    await page.keyboard.press('h');
    await says('In a call with Echo');

    await tabTo(phone, 'Keypad');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Keypad' }).waitFor();
    await tabTo(phone, '5');
    await page.keyboard.press('Space');
    await page.getByRole('status', { name: 'Keypad' }).filter({ hasText: /^5$/ }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });

    await tabTo(phone, 'Hang up');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Hang up' }).waitFor({ state: 'detached' });

    // Nothing typed: Enter brings the last number back, and the next one calls it.
    await page
      .getByRole('button', { name: /^(Close|Last number)$/ })
      .first()
      .waitFor();
    if (await phone.button('Close').isVisible()) await page.keyboard.press('Escape');
    await tabTo(phone, 'Number, name or address');
    await page.keyboard.press('Enter');
    expect(await field.inputValue()).toBe('Echo');
    expect(phone.tab.errors).toEqual([]);
  },
);

/** Presses Tab until the element of this name has the focus, and sees that the focus can be seen. */
async function tabTo({ tab: { page } }: PagePhone, name: string): Promise<void> {
  for (let pressed = 0; pressed < 80; pressed += 1) {
    await page.keyboard.press('Tab');
    const focused = page.locator(':focus');
    if ((await focused.count()) === 0) continue;
    const [label, outline] = await focused.evaluate((element) => {
      const { getComputedStyle } = globalThis as unknown as {
        getComputedStyle(of: unknown): { readonly outlineStyle: string };
      };
      const named = element.getAttribute('aria-label') ?? element.textContent;
      return [named?.trim(), getComputedStyle(element).outlineStyle];
    });
    if (label !== name) continue;
    expect(outline).not.toBe('none');
    return;
  }
  throw new Error(`Nothing called ${name} is reached by Tab`);
}

// What the page is beside its calls: its language and direction, its title and icon, its notes of the system, what its address asks for.
import { expect, test } from 'vitest';
import { hasChromium } from '../peers/chromium.ts';
import { World } from '../peers/world.ts';
import { PagePhone } from '../peers/page-phone.ts';

test.runIf(hasChromium)(
  'The page speaks the language of its browser, from the right where that is written so, and changes it at once (P21)',
  async () => {
    await using world = new World();
    const phone = await PagePhone.open(world);
    const { page } = phone;
    const root = page.locator('html');
    expect(await root.getAttribute('dir')).toBe('ltr');
    await phone.button('Settings').click();
    await page.getByRole('combobox', { name: 'Language' }).selectOption('ar');
    await page.getByRole('heading', { name: 'الإعدادات' }).waitFor();
    expect([await root.getAttribute('dir'), await root.getAttribute('lang')]).toEqual([
      'rtl',
      'ar',
    ]);
    // Kept on this machine: it is there again after the page is loaded anew.
    await page.reload();
    await page.getByRole('status').filter({ hasText: 'جاهز' }).waitFor();
    const tabs = await page.locator('.tabs').boundingBox();
    expect(tabs?.x).toBeGreaterThan(640);
    expect(phone.tab.errors).toEqual([]);
  },
);

test.runIf(hasChromium)(
  'A call shows in title, icon and a note of the system, whose button answers it (P5)',
  async () => {
    await using world = new World(80_000);
    const phone = await PagePhone.open(world);
    const { page } = phone;
    const icon = page.locator('link[rel="icon"]');
    const alice = await phone.invited('alice');
    await alice.dial('phone');
    await phone.button('Answer').waitFor({ timeout: 20_000 });
    expect(await page.title()).toBe('Alice is calling');
    expect(await icon.getAttribute('href')).toBe('./ringing.svg');

    const [worker] = page.context().serviceWorkers();
    if (worker === undefined) throw new Error('The page has no service worker');
    const shown = await world.until('a note', async () => {
      const notes = await worker.evaluate(notesOf);
      return notes.length > 0 ? notes : undefined;
    });
    expect(shown).toEqual([{ title: 'Alice is calling', actions: ['answer', 'decline'] }]);
    await worker.evaluate(pressAnswer);
    await Promise.all([phone.isUp(), alice.isUp()]);
    expect(await icon.getAttribute('href')).toBe('./busy.svg');
    await world.until('no note', async () => (await worker.evaluate(notesOf)).length === 0);

    await phone.button('Hang up').click();
    await world.until('the plain title', async () => (await page.title()) === 'Offhook');
    expect(phone.tab.errors).toEqual([]);
  },
  90_000,
);

test.runIf(hasChromium)(
  'A tel: or sip: link fills the field and never calls by itself, and does not stay in the address (P3)',
  async () => {
    await using world = new World();
    const phone = await PagePhone.open(world);
    const linked = await phone.another('its own', {
      fragment: `#call=${encodeURIComponent('tel:+1 (415) 555-0100')}`,
    });
    await linked.isReady();
    expect(await linked.field.inputValue()).toBe('+14155550100');
    expect(new URL(linked.page.url()).hash).toBe('');
    expect(await linked.button('Cancel').count()).toBe(0);
  },
);

interface Notes {
  readonly registration: {
    getNotifications(): Promise<
      readonly {
        readonly title: string;
        readonly actions: readonly { readonly action: string }[];
      }[]
    >;
  };
}

/** The notes that are shown; runs in the service worker. */
async function notesOf(): Promise<
  readonly { readonly title: string; readonly actions: readonly string[] }[]
> {
  const { registration } = globalThis as unknown as Notes;
  const all = await registration.getNotifications();
  return all.map(({ title, actions }) => ({ title, actions: actions.map(({ action }) => action) }));
}

/** Presses "Answer" on the note, as its user would; runs in the service worker. */
async function pressAnswer(): Promise<void> {
  const worker = globalThis as unknown as Notes & {
    readonly NotificationEvent: new (type: string, init: object) => Event;
    dispatchEvent(event: Event): void;
  };
  const [notification] = await worker.registration.getNotifications();
  worker.dispatchEvent(
    new worker.NotificationEvent('notificationclick', { notification, action: 'answer' }),
  );
}

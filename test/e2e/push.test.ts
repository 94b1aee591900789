// A push message wakes the phone: the service worker of the real page, woken by the browser's debugging protocol.
import { expect, test } from 'vitest';
import { hasChromium, TestPage } from '../peers/chromium.ts';
import { World } from '../peers/world.ts';
import { PagePhone } from '../peers/page-phone.ts';
import { notesIn, pushTo } from './service-worker.ts';

const news = JSON.stringify({ type: 'call', from: 'sip:bob@example.com', name: 'Bob <b>' });

test.runIf(hasChromium)(
  'RFC 8599 §4: a push message shows who calls while no page is seen, and has an open page register again (P26)',
  async () => {
    await using world = new World();
    const phone = await PagePhone.open(world);
    const { page } = phone.tab;
    const context = page.context();
    const push = await pushTo(world, context, page.url());

    // A page that is seen rings itself: no note is shown, but it is told.
    await page.evaluate(hearWorker);
    await push(news);
    await world.until('the page to be told', () => page.evaluate(heard));
    expect(await notesIn(phone.tab)).toEqual([]);

    // Another page of the browser lies above: now there is a note.
    await page.goto('about:blank');
    const other = await TestPage.open(
      context,
      `http://127.0.0.1:${phone.server.httpPort}/icon.svg`,
    );
    await other.page.goto('about:blank');
    await push(news);
    await other.page.goto(`http://127.0.0.1:${phone.server.httpPort}/icon.svg`);
    const shown = await world.until('a note', async () => {
      const found = await notesIn(other);
      return found.length > 0 ? found : undefined;
    });
    expect(shown).toEqual([
      { title: 'Bob <b> is calling', body: 'Incoming call', tag: 'offhook-push' },
    ]);
    expect(phone.tab.errors).toEqual([]);
  },
);

function hearWorker(): void {
  const { navigator } = globalThis as unknown as {
    readonly navigator: {
      readonly serviceWorker: {
        addEventListener(
          type: 'message',
          listener: (event: { readonly data: unknown }) => void,
        ): void;
      };
    };
  };
  navigator.serviceWorker.addEventListener('message', ({ data }) =>
    Reflect.set(globalThis, 'heardFromWorker', JSON.stringify(data)),
  );
}

function heard(): boolean {
  return Reflect.get(globalThis, 'heardFromWorker') === '{"wake":true}';
}

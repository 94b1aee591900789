// A push message wakes the phone: the service worker of the real page, woken by the browser's debugging protocol.
import { expect, test } from 'vitest';
import type { BrowserContext, CDPSession } from 'playwright-core';
import { hasChromium, TestPage } from '../peers/chromium.ts';
import { World } from '../peers/world.ts';
import { PhonePage } from './phone-page.ts';

const news = JSON.stringify({ type: 'call', from: 'sip:bob@example.com', name: 'Bob <b>' });

test.runIf(hasChromium)(
  'RFC 8599 §4: a push message shows who calls while no page is seen, and has an open page register again (P26)',
  async () => {
    await using world = new World();
    const phone = await PhonePage.open(world);
    const { page } = phone.tab;
    const context = page.context();
    const push = await pushTo(world, context, page.url());

    // A page that is seen rings itself: no note is shown, but it is told.
    await page.evaluate(hearWorker);
    await push(news);
    await world.until('the page to be told', () => page.evaluate(heard));
    expect(await notes(phone.tab)).toEqual([]);

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
      const found = await notes(other);
      return found.length > 0 ? found : undefined;
    });
    expect(shown).toEqual([
      { title: 'Bob <b> is calling', body: 'Incoming call', tag: 'offhook-push' },
    ]);
    expect(phone.tab.errors).toEqual([]);
  },
);

/** What delivers a push message to the service worker of `url`. */
async function pushTo(
  world: World,
  context: BrowserContext,
  url: string,
): Promise<(data: string) => Promise<void>> {
  const [open] = context.pages();
  if (open === undefined) throw new Error('No page is open');
  const session: CDPSession = await context.newCDPSession(open);
  const { origin } = new URL(url);
  let registrationId: string | undefined;
  session.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
    for (const registration of registrations)
      if (registration.scopeURL === `${origin}/` && !registration.isDeleted)
        ({ registrationId } = registration);
  });
  await session.send('ServiceWorker.enable');
  const id = await world.until('the service worker', () => registrationId);
  return async (data) => {
    await session.send('ServiceWorker.deliverPushMessage', { origin, registrationId: id, data });
  };
}

interface ShownNote {
  readonly title: string;
  readonly body: string;
  readonly tag: string;
}

/** The notes of the system that our service worker shows now. */
function notes({ page }: TestPage): Promise<readonly ShownNote[]> {
  return page.evaluate(async () => {
    const { navigator } = globalThis as unknown as {
      readonly navigator: {
        readonly serviceWorker: {
          getRegistration(): Promise<
            { getNotifications(): Promise<readonly ShownNote[]> } | undefined
          >;
        };
      };
    };
    const registration = await navigator.serviceWorker.getRegistration();
    const all = (await registration?.getNotifications()) ?? [];
    return all.map(({ title, body, tag }) => ({ title, body, tag }));
  });
}

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

// The service worker of a page, as the browser's debugging protocol reaches it.
import type { BrowserContext, CDPSession } from 'playwright-core';
import type { TestPage } from '../peers/chromium.ts';
import type { World } from '../peers/world.ts';

/** What delivers a push message to the service worker of `url`. */
export async function pushTo(
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

/** A note of the system. */
export interface ShownNote {
  readonly title: string;
  readonly body: string;
  readonly tag: string;
}

/** The notes of the system that our service worker shows now. */
export function notesIn({ page }: TestPage): Promise<readonly ShownNote[]> {
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

// A closed browser page is rung: the server holds the call, a sealed push message wakes the service worker, and the page that is
// opened for it gets the call. Only the push service between, which is the browser maker's, is one of the test's own.
import { expect, test } from 'vitest';
import type { BrowserContext } from 'playwright-core';
import {
  TestBrowser,
  testPushService,
} from '../../packages/offhook/src/server/push/push.test-kit.ts';
import { hasChromium, TestPage } from '../peers/chromium.ts';
import { offhook } from '../peers/offhook.ts';
import { World } from '../peers/world.ts';
import { PagePhone } from '../peers/page-phone.ts';
import { notesIn, pushTo } from './service-worker.ts';

test.runIf(hasChromium)(
  'RFC 8599 §5.2: a call rings a page that was closed: held, woken by a sealed message, delivered, answered (P26, W8)',
  async () => {
    await using world = new World(90_000);
    const service = await testPushService();
    world.own(service);
    const browser = new TestBrowser();
    const endpoint = `${service.origin}/push/1`;
    const closed = await PagePhone.open(world, {
      serve: ['--push-service', service.origin],
      before: (context) => subscribing(context, { endpoint, keys: browser.keys }),
    });
    const { server } = closed;
    const password = await server.user('alice');
    const context = closed.page.context();
    await closed.open('Settings');
    await closed.page.getByRole('switch', { name: 'Ring while this page is closed' }).check();
    const bystander = await TestPage.open(context, `http://127.0.0.1:${server.httpPort}/icon.svg`);
    await closed.page.close();
    const site = bystander.page.url();
    const deliver = await pushTo(world, context, site);
    await bystander.page.goto('about:blank');

    const words = ['sip:phone@127.0.0.1', '--server', server.address, '--user', 'alice'];
    const call = offhook(world, ['call', ...words, '--json'], { OFFHOOK_PASSWORD: password });
    const posted = await world.until('a push message', () => service.posted[0], 20_000);
    await deliver(browser.open(posted.body));
    await bystander.page.goto(site);
    await world.until('a note that says who calls', async () =>
      (await notesIn(bystander)).some(({ title }) => title.startsWith('alice ')),
    );
    const woken = await TestPage.open(context, `http://127.0.0.1:${server.httpPort}/`);
    await woken.page
      .getByRole('button', { name: 'Answer', exact: true })
      .click({ timeout: 20_000 });
    await call.prints(/"event":"answered"/, 30_000);
    call.signal('SIGINT');
    expect(await call.finished(15_000), call.tail()).toBe(0);
    expect(woken.errors).toEqual([]);
  },
  90_000,
);

/** Has every page of `context` subscribe at the test's push service instead of the browser maker's, which is not reached here. */
async function subscribing(context: BrowserContext, made: object): Promise<void> {
  await context.addInitScript((subscription) => {
    const { PushManager, localStorage } = globalThis as unknown as {
      readonly PushManager: { readonly prototype: object };
      readonly localStorage: {
        getItem(name: string): string | null;
        setItem(name: string, value: string): void;
      };
    };
    const fake = { ...subscription, toJSON: () => subscription, unsubscribe: async () => true };
    Object.assign(PushManager.prototype, {
      getSubscription: async () => (localStorage.getItem('subscribed') === null ? null : fake),
      subscribe: async () => {
        localStorage.setItem('subscribed', 'yes');
        return fake;
      },
    });
  }, made);
}

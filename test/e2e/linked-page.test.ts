// A provisioning link opened in a browser: by HTTPS the page is that user's phone from then on, until the link is taken back.
import path from 'node:path';
import { expect, test } from 'vitest';
import { hasOpenssl } from '../../packages/sip/src/node/certificates.test-kit.ts';
import { Chromium, hasChromium, TestPage } from '../peers/chromium.ts';
import { Offhook, offhook } from '../peers/offhook.ts';
import { World } from '../peers/world.ts';

test.runIf(hasChromium && hasOpenssl)(
  'P1: with a link the page is ready by HTTPS as the phone of its user, also when it is loaded anew; taken back it is not (S11)',
  async () => {
    await using world = new World(90_000);
    // With a proxy before it nobody has the phone without a link, not even on this machine.
    const server = await Offhook.start(world, ['--page-url', 'https://127.0.0.1/']);
    await server.user('alice');
    const user = async (word: string): Promise<Record<string, unknown>> => {
      const data = ['--data', path.join(world.folder, 'offhook')];
      const program = offhook(world, ['user', word, 'alice', '--json', ...data]);
      expect(await program.finished(15_000), program.tail()).toBe(0);
      return JSON.parse(program.output) as Record<string, unknown>;
    };
    const [, token = ''] = String((await user('link'))['link']).split('#join=');
    const chromium = await Chromium.start(world);
    const context = await chromium.browser.newContext({
      permissions: ['microphone'],
      locale: 'en-GB',
      // Self-signed: a person would have to say that it is trusted.
      ignoreHTTPSErrors: true,
    });
    const home = `https://127.0.0.1:${server.httpsPort}/`;
    const { page, printed } = await TestPage.open(context, `${home}#join=${token}`);
    const isReady = (): Promise<void> =>
      page.getByRole('status').filter({ hasText: 'Ready' }).waitFor({ timeout: 20_000 });
    await isReady();
    expect(page.url()).not.toContain(token);
    const cookies = await context.cookies();
    expect(cookies).toMatchObject([
      { name: '__Host-offhook', httpOnly: true, secure: true, sameSite: 'Strict' },
    ]);
    await page.goto('about:blank');
    await page.goto(home);
    await isReady();
    const asked = await page.evaluate(async () => await (await fetch('/api/phone')).text());
    expect(asked).toContain('"aor":"sip:alice@127.0.0.1"');
    await page.getByRole('button', { name: 'Call: Echo' }).first().click();
    await page.getByRole('timer').first().waitFor({ timeout: 20_000 });
    expect(printed.filter((line) => line.includes('Content Security Policy'))).toEqual([]);

    expect((await user('unlink'))['browsers']).toBe(1);
    await page.goto('about:blank');
    await page.goto(home);
    const refused = page.getByRole('alert').filter({ hasText: 'does not give its phone' });
    await refused.waitFor({ timeout: 20_000 });
  },
  90_000,
);

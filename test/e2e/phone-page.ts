// The real page: our own server, and the phone that it gives out, open in Chromium and ready to call.
import type { Locator } from 'playwright-core';
import { Chromium } from '../peers/chromium.ts';
import type { ChromiumOptions, PageOptions } from '../peers/chromium.ts';
import type { TestPage } from '../peers/chromium.ts';
import { Offhook } from '../peers/offhook.ts';
import type { World } from '../peers/world.ts';

/** How the page is opened. */
export interface PhonePageOptions extends PageOptions {
  readonly chromium?: ChromiumOptions;
  readonly serve?: readonly string[];
}

/** A phone in a page. */
export class PhonePage {
  readonly server: Offhook;
  readonly chromium: Chromium;
  readonly tab: TestPage;

  /** Starts server and browser, opens the page, and waits until it is registered. */
  static async open(world: World, options: PhonePageOptions = {}): Promise<PhonePage> {
    const { chromium: browser, serve, ...page } = options;
    const [server, chromium] = await Promise.all([
      Offhook.start(world, serve),
      Chromium.start(world, browser),
    ]);
    const tab = await chromium.page(`http://127.0.0.1:${server.httpPort}/`, {
      locale: 'en-GB',
      permissions: ['microphone', 'camera', 'notifications'],
      ...page,
    });
    const opened = new PhonePage(server, chromium, tab);
    await opened.isReady();
    return opened;
  }

  private constructor(server: Offhook, chromium: Chromium, tab: TestPage) {
    this.server = server;
    this.chromium = chromium;
    this.tab = tab;
  }

  /** Waits until the phone says that it is ready. */
  async isReady(): Promise<void> {
    await this.tab.page
      .getByRole('status')
      .filter({ hasText: 'Ready' })
      .waitFor({ timeout: 20_000 });
  }

  /** The button of this name. */
  button(name: string | RegExp): Locator {
    const exact = typeof name === 'string';
    return this.tab.page.getByRole('button', { name, exact });
  }

  /** Calls whom the directory names, and waits until the call is up. */
  async call(name: string): Promise<void> {
    await this.button(`Call: ${name}`).first().click();
    await this.isUp();
  }

  /** Waits until a call is up: its time runs. */
  async isUp(): Promise<void> {
    await this.tab.page.getByRole('timer').first().waitFor({ timeout: 20_000 });
  }
}

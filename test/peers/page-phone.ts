// The phone of the system itself, in Chromium: the page that `offhook serve` gives out, used by its buttons as its user meets it.
import path from 'node:path';
import type { BrowserContext, Locator, Page } from 'playwright-core';
import { tone, writeWav } from './audio.ts';
import type { Sound } from './audio.ts';
import { Chromium, TestPage } from './chromium.ts';
import type { ChromiumOptions, PageOptions } from './chromium.ts';
import { Offhook } from './offhook.ts';
import { bundle } from './page-server.ts';
import type { World } from './world.ts';

/** How the phone of a running server is opened. */
export interface PagePhoneOptions {
  /** Whose phone it becomes, by a link; the phone of the first run unless said. The user must exist. */
  readonly user?: string;
  /** The tone that its microphone hears. */
  readonly hertz: number;
}

/** How a server is started, and its page opened. */
export interface ServedPhoneOptions extends PageOptions {
  readonly chromium?: ChromiumOptions;
  readonly serve?: readonly string[];
  /** Run in the profile before its page is opened. */
  readonly before?: (context: BrowserContext, server: Offhook) => Promise<void>;
}

// What tells what a page plays, bundled once.
let playing: Promise<string> | undefined;

/** What the page's microphone hears in `speaking` pages, in hertz. */
export const pageHertz = 1_000;

/** An open phone. */
export class PagePhone {
  readonly server: Offhook;
  readonly chromium: Chromium;
  readonly tab: TestPage;
  /** Each message to the server and from it. */
  readonly signalling: readonly string[];
  readonly #world: World;

  /** Starts server and browser, opens the page, and waits until it is registered. */
  static async open(world: World, options: ServedPhoneOptions = {}): Promise<PagePhone> {
    const { chromium: browser, serve, before, ...page } = options;
    const [server, chromium] = await Promise.all([
      Offhook.start(world, serve),
      Chromium.start(world, browser),
    ]);
    const context = await chromium.context({ ...usual, ...page });
    await before?.(context, server);
    const signalling = listenTo(context);
    const tab = await TestPage.open(context, `http://127.0.0.1:${server.httpPort}/`);
    const opened = new PagePhone(world, { server, chromium, tab, signalling });
    await opened.isReady();
    return opened;
  }

  /** The same with a tone of `pageHertz` at the microphone. */
  static speaking(world: World, options: ServedPhoneOptions = {}): Promise<PagePhone> {
    const microphone = path.join(world.folder, 'microphone.wav');
    writeWav(microphone, tone(pageHertz, 20, 48_000));
    return PagePhone.open(world, { ...options, chromium: { microphone } });
  }

  /** Opens the phone of a running server in a browser of its own, whose page keeps what it hears, and waits until it is ready. */
  static async start(
    world: World,
    server: Offhook,
    { user, hertz }: PagePhoneOptions,
  ): Promise<PagePhone> {
    const microphone = path.join(world.folder, `microphone-${hertz}.wav`);
    writeWav(microphone, tone(hertz, 4, 48_000));
    const chromium = await Chromium.start(world, { microphone });
    const context = await chromium.context(usual);
    await context.addInitScript({ content: await bundle('ears.ts') });
    const signalling = listenTo(context);
    const url =
      user === undefined ? `http://127.0.0.1:${server.httpPort}/` : await server.link(user);
    const tab = await TestPage.open(context, url);
    const phone = new PagePhone(world, { server, chromium, tab, signalling });
    await phone.isReady();
    return phone;
  }

  private constructor(
    world: World,
    {
      server,
      chromium,
      tab,
      signalling,
    }: Pick<PagePhone, 'server' | 'chromium' | 'tab' | 'signalling'>,
  ) {
    this.#world = world;
    this.server = server;
    this.chromium = chromium;
    this.tab = tab;
    this.signalling = signalling;
    tab.page.setDefaultTimeout(30_000);
  }

  /** Another page of the same browser: in this profile, or in one of its own. Not waited for. */
  async another(
    profile: 'this profile' | 'its own',
    { fragment = '', ...options }: PageOptions & { readonly fragment?: string } = {},
  ): Promise<PagePhone> {
    const { server, chromium } = this;
    const context =
      profile === 'this profile'
        ? this.page.context()
        : await chromium.context({ ...usual, ...options });
    const signalling = profile === 'this profile' ? this.signalling : listenTo(context);
    const tab = await TestPage.open(context, `http://127.0.0.1:${server.httpPort}/${fragment}`);
    return new PagePhone(this.#world, { server, chromium, tab, signalling });
  }

  /** A page in a profile of its own that a provisioning link makes the phone of `user`, who is added for it. */
  async invited(user: string): Promise<PagePhone> {
    await this.server.user(user);
    const fragment = new URL(await this.server.link(user)).hash;
    const page = await this.another('its own', { fragment });
    await page.isReady();
    return page;
  }

  get page(): Page {
    return this.tab.page;
  }

  /** The call that is shown. */
  get stage(): Locator {
    return this.page.getByRole('region', { name: 'Call', exact: true });
  }

  /** The field in which one dials. */
  get field(): Locator {
    return this.page.getByRole('textbox', { name: 'Number, name or address' });
  }

  /** What went wrong, with its button. */
  get trouble(): Locator {
    return this.page.getByRole('alert');
  }

  /** Waits until the phone says that it is ready. */
  async isReady(): Promise<void> {
    await this.tab.page
      .getByRole('status')
      .filter({ hasText: 'Ready' })
      .waitFor({ timeout: 30_000 });
  }

  /** The button of this name. */
  button(name: string | RegExp): Locator {
    const exact = typeof name === 'string';
    return this.tab.page.getByRole('button', { name, exact });
  }

  /** Presses the button of this name once it is there. */
  async press(name: string): Promise<void> {
    await this.button(name).first().click({ timeout: 20_000 });
  }

  /** Calls whom the directory names, and waits until the call is up. */
  async call(name: string): Promise<void> {
    await this.button(`Call: ${name}`).first().click();
    await this.isUp();
  }

  /** Types `target` and calls it. */
  async dial(target: string): Promise<void> {
    await this.field.fill(target);
    await this.field.press('Enter');
  }

  /** Waits until a call is up: its time runs. */
  async isUp(): Promise<void> {
    await this.tab.page.getByRole('timer').first().waitFor({ timeout: 20_000 });
  }

  /** Waits until no time runs any more. */
  async isOver(): Promise<void> {
    await this.page.getByRole('timer').first().waitFor({ state: 'detached', timeout: 20_000 });
  }

  /** Opens one of the screens. */
  async open(screen: 'Phone' | 'Calls' | 'Contacts' | 'Messages' | 'Settings'): Promise<void> {
    const bar = this.page.getByRole('navigation');
    await bar.getByRole('button', { name: new RegExp(`^${screen}`) }).click();
  }

  /** Opens the chat with somebody of the directory, and sends a text. */
  async writeTo(name: string, text: string): Promise<void> {
    await this.open('Contacts');
    await this.page
      .getByRole('button', { name: new RegExp(`^New message: ${name}$`, 'i') })
      .first()
      .click({ timeout: 20_000 });
    const field = this.page.getByRole('textbox', { name: 'Write a message' });
    await field.fill(text);
    await field.press('Enter');
  }

  /** Waits until a text stands on the page. */
  async shows(text: string): Promise<void> {
    await this.page.getByText(text).last().waitFor({ timeout: 20_000 });
  }

  /** Waits until an element, the call that is shown unless said, says `text`. */
  async says(
    text: string | RegExp,
    element: Locator = this.stage,
    milliseconds = 30_000,
  ): Promise<void> {
    let last = '';
    const fits = async (): Promise<boolean> => {
      last = (await element.allTextContents()).join(' | ');
      return typeof text === 'string' ? last.includes(text) : text.test(last);
    };
    await this.#waitFor(`the page to say ${String(text)}`, fits, milliseconds, () => last);
  }

  /** The loudest tone, in hertz, of what the page plays just now; 0 for silence. */
  async hears(): Promise<number> {
    playing ??= bundle('playing.ts');
    const script = `(() => { ${await playing}; return playsNow(); })()`;
    return await this.page.evaluate<number>(script);
  }

  /** Waits until the page plays this tone; 0 for silence. */
  async hearsTone(hertz: number, milliseconds = 30_000): Promise<void> {
    let last = -1;
    const fits = async (): Promise<boolean> => {
      last = await this.hears();
      return Math.abs(last - hertz) < (hertz === 0 ? 1 : 25);
    };
    await this.#waitFor(`the page to play ${hertz} Hz`, fits, milliseconds, () => `${last} Hz`);
  }

  /** What the page of `start` heard, from the first packet on. */
  async heard(): Promise<Sound> {
    const [rate, text] = await this.tab.run<readonly [number, string]>('heardUntilNow');
    const bytes = Buffer.from(text, 'base64');
    return {
      rate,
      samples: new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2).slice(),
    };
  }

  /** Packets that came and packets that were lost, of the latest count of each call. */
  async packets(): Promise<{ readonly received: number; readonly lost: number }> {
    return await this.tab.run('packetsUntilNow');
  }

  async #waitFor(
    what: string,
    look: () => Promise<boolean>,
    milliseconds: number,
    last: () => string,
  ): Promise<void> {
    try {
      await this.#world.until(what, look, milliseconds);
    } catch (error) {
      const lines = this.signalling.slice(-40).map((message) => message.split('\r\n', 1)[0]);
      const more = [...this.tab.errors.map(String), ...this.tab.printed.slice(-20), ...lines].join(
        '\n',
      );
      throw new Error(`${String(error)}; at last: ${last()}\n${more}`, { cause: error });
    }
  }
}

// All pages of a profile, from their first connection on.
function listenTo(context: BrowserContext): readonly string[] {
  const heard: string[] = [];
  context.on('page', (page) => {
    page.on('websocket', (socket) => {
      socket.on('framesent', ({ payload }) => heard.push(`> ${String(payload)}`));
      socket.on('framereceived', ({ payload }) => heard.push(`< ${String(payload)}`));
    });
  });
  return heard;
}

const usual: PageOptions = {
  locale: 'en-GB',
  permissions: ['microphone', 'camera', 'notifications'],
};

// The real page: our own server, and the phone that it gives out, open in Chromium as its user meets it.
import path from 'node:path';
import type { BrowserContext, Locator, Page } from 'playwright-core';
import { tone, writeWav } from '../peers/audio.ts';
import { Chromium, TestPage } from '../peers/chromium.ts';
import type { ChromiumOptions, PageOptions } from '../peers/chromium.ts';
import { Offhook } from '../peers/offhook.ts';
import type { World } from '../peers/world.ts';

/** How the page is opened. */
export interface PhonePageOptions extends PageOptions {
  readonly chromium?: ChromiumOptions;
  readonly serve?: readonly string[];
  /** Run in the profile before its page is opened. */
  readonly before?: (context: BrowserContext, server: Offhook) => Promise<void>;
}

/** What the page's microphone hears in `speaking` pages, in hertz. */
export const pageHertz = 1_000;

/** A phone in a page. */
export class PhonePage {
  readonly server: Offhook;
  readonly chromium: Chromium;
  readonly tab: TestPage;
  /** Each message to the server and from it. */
  readonly signalling: readonly string[];
  readonly #world: World;

  /** Starts server and browser, opens the page, and waits until it is registered. */
  static async open(world: World, options: PhonePageOptions = {}): Promise<PhonePage> {
    const { chromium: browser, serve, before, ...page } = options;
    const [server, chromium] = await Promise.all([
      Offhook.start(world, serve),
      Chromium.start(world, browser),
    ]);
    const context = await chromium.context({ ...usual, ...page });
    await before?.(context, server);
    const signalling = listenTo(context);
    const tab = await TestPage.open(context, `http://127.0.0.1:${server.httpPort}/`);
    const opened = new PhonePage(world, { server, chromium, tab, signalling });
    await opened.isReady();
    return opened;
  }

  /** The same with a tone of `pageHertz` at the microphone. */
  static speaking(world: World, options: PhonePageOptions = {}): Promise<PhonePage> {
    const microphone = path.join(world.folder, 'microphone.wav');
    writeWav(microphone, tone(pageHertz, 20, 48_000));
    return PhonePage.open(world, { ...options, chromium: { microphone } });
  }

  private constructor(
    world: World,
    {
      server,
      chromium,
      tab,
      signalling,
    }: Pick<PhonePage, 'server' | 'chromium' | 'tab' | 'signalling'>,
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
  ): Promise<PhonePage> {
    const { server, chromium } = this;
    const context =
      profile === 'this profile'
        ? this.page.context()
        : await chromium.context({ ...usual, ...options });
    const signalling = profile === 'this profile' ? this.signalling : listenTo(context);
    const tab = await TestPage.open(context, `http://127.0.0.1:${server.httpPort}/${fragment}`);
    return new PhonePage(this.#world, { server, chromium, tab, signalling });
  }

  /** A page in a profile of its own that a provisioning link makes the phone of `user`, who is added for it. */
  async invited(user: string): Promise<PhonePage> {
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

  /** Types `target` and calls it. */
  async dial(target: string): Promise<void> {
    await this.field.fill(target);
    await this.field.press('Enter');
  }

  /** Waits until a call is up: its time runs. */
  async isUp(): Promise<void> {
    await this.tab.page.getByRole('timer').first().waitFor({ timeout: 20_000 });
  }

  /** Opens one of the screens. */
  async open(screen: 'Phone' | 'Calls' | 'Contacts' | 'Messages' | 'Settings'): Promise<void> {
    const bar = this.page.getByRole('navigation');
    await bar.getByRole('button', { name: new RegExp(`^${screen}`) }).click();
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
    return await this.page.evaluate<number>(`(${hearing})()`);
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

// Runs in the page: what its audio elements play, for most of a second, as a spectrum.
const hearing = `async () => {
  const streams = [...document.querySelectorAll('audio')]
    .map(({ srcObject }) => srcObject)
    .filter((stream) => stream !== null && stream.getAudioTracks().length > 0);
  if (streams.length === 0) return 0;
  const context = new AudioContext({ sampleRate: 48000 });
  await context.resume();
  const analyser = new AnalyserNode(context, { fftSize: 32768, smoothingTimeConstant: 0 });
  for (const stream of streams) context.createMediaStreamSource(stream).connect(analyser);
  await new Promise((resolve) => setTimeout(resolve, 900));
  const bins = new Float32Array(analyser.frequencyBinCount);
  analyser.getFloatFrequencyData(bins);
  await context.close();
  const loudest = bins.reduce((best, level, bin) => (level > bins[best] ? bin : best), 1);
  return bins[loudest] < -70 ? 0 : (loudest * 48000) / 32768;
}`;

// Chromium without a window: fake microphone and camera, addresses of loopback as ICE candidates, nothing fetched from elsewhere.
import { chromium as launcher } from 'playwright-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { installed } from './program.ts';
import type { World } from './world.ts';

/** True when Chromium is here; a test that needs it runs `test.runIf(hasChromium)`. */
export const hasChromium: boolean = installed('chromium');

/** How Chromium is started. */
export interface ChromiumOptions {
  /** A WAV file of 16-bit samples that the microphone plays over and over; beeps unless given. */
  readonly microphone?: string;
  /** Further command-line arguments. */
  readonly more?: readonly string[];
}

/** How one page is opened, each in a profile of its own. */
export interface PageOptions {
  /** What the page may use without asking; microphone and camera unless said. */
  readonly permissions?: readonly string[];
  readonly colorScheme?: 'light' | 'dark';
  readonly locale?: string;
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly reducedMotion?: 'reduce';
}

/** A running Chromium; it ends with its world. */
export class Chromium {
  readonly browser: Browser;

  static async start(world: World, options: ChromiumOptions = {}): Promise<Chromium> {
    const browser = await launcher.launch({
      executablePath: '/usr/bin/chromium',
      headless: true,
      timeout: 60_000,
      args: [...fixed, ...microphone(options.microphone), ...(options.more ?? [])],
    });
    world.own({ close: () => browser.close() });
    return new Chromium(browser);
  }

  private constructor(browser: Browser) {
    this.browser = browser;
  }

  /** A profile of its own: pages of one context share cookies and storage, and know each other. */
  async context(options: PageOptions = {}): Promise<BrowserContext> {
    const { permissions = ['microphone', 'camera'], ...others } = options;
    return await this.browser.newContext({ permissions: [...permissions], ...others });
  }

  /** Opens `url` in a profile of its own. */
  async page(url: string, options: PageOptions = {}): Promise<TestPage> {
    const context = await this.context(options);
    return await TestPage.open(context, url);
  }
}

/** An open page, with what it printed and which of its scripts failed. */
export class TestPage {
  readonly page: Page;
  /** What it wrote to its console, one line each. */
  readonly printed: string[] = [];
  /** Errors that nothing in it caught. */
  readonly errors: Error[] = [];

  static async open(context: BrowserContext, url: string): Promise<TestPage> {
    const opened = new TestPage(await context.newPage());
    await opened.page.goto(url, { timeout: 30_000 });
    return opened;
  }

  private constructor(page: Page) {
    this.page = page;
    page.on('console', (message) => this.printed.push(message.text()));
    page.on('pageerror', (error) => this.errors.push(error));
  }

  /** Calls the function `name` that the page's script made global, waits for what it returns, and gives that. */
  async run<Returned = unknown>(name: string, ...values: readonly unknown[]): Promise<Returned> {
    try {
      return await this.page.evaluate(
        ([called, given]) => {
          const found: unknown = Reflect.get(globalThis, called);
          if (typeof found !== 'function') throw new Error(`The page has no function ${called}`);
          return found(...given) as Returned;
        },
        [name, values] as const,
      );
    } catch (error) {
      const said = [...this.errors.map(String), ...this.printed.slice(-30)].join('\n');
      throw new Error(`${name}: ${String(error)}\n${said}`, { cause: error });
    }
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }
}

/**
 * Waits until the media of a page with a phone on it is connected and brings a tone of `hertz`; of what a page's functions
 * `connection` and `heard` tell, the last half second counts.
 */
export async function hears(world: World, page: TestPage, hertz: number): Promise<void> {
  await world.until('media', async () => (await page.run('connection')) === 'connected');
  await world.until(
    `a tone of ${hertz} Hz`,
    async () => Math.abs((await page.run<number>('heard', 0.5)) - hertz) < 20,
  );
}

const fixed: readonly string[] = [
  // Root in a container may not make the sandbox; the pages are our own.
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  '--autoplay-policy=no-user-gesture-required',
  '--allow-loopback-in-peer-connection',
  '--disable-features=WebRtcHideLocalIpsWithMdns,OptimizationHints,MediaRouter,Translate',
  '--disable-background-networking',
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
  '--disable-component-update',
  '--disable-sync',
  '--disable-default-apps',
  '--no-first-run',
  '--no-default-browser-check',
  '--no-pings',
];

function microphone(file: string | undefined): readonly string[] {
  return file === undefined ? [] : [`--use-file-for-fake-audio-capture=${file}`];
}

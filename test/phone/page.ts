// A page without a browser: every port of the phone held in the hands of a test.
import type { Clock, MediaEngine, Random, Transport } from '../../packages/sip/src/index.ts';
import type { SilentMediaOptions } from '../../packages/sip/src/testing/silent-media.ts';
import { explainer } from '../../packages/web/src/model/trace/explainer.ts';
import type {
  Page,
  PhoneConfiguration,
  PhoneMedia,
  ServerPort,
  TablesPort,
} from '../../packages/web/src/model/ports.ts';
import { FakeBrowser, FakeStore } from './fake-browser.ts';
import type { FakeTab } from './fake-browser.ts';
import { FakeDevices, FakeNetwork, FakeNotifications, FakeRinger } from './fake-devices.ts';
import { FakeMedia } from './fake-media.ts';

/** What a page is made of. */
export interface FakePageOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly host: string;
  readonly configuration: PhoneConfiguration;
  readonly transport: () => Transport;
  readonly store?: FakeStore | undefined;
  readonly tabs?: FakeTab | undefined;
}

/** A page. */
export class FakePage implements Page {
  readonly clock: Clock;
  readonly random: Random;
  readonly store: FakeStore;
  readonly tables: TablesPort;
  readonly tabs: FakeTab;
  readonly sessions: FakeMedia[] = [];
  readonly languages = ['en'];
  readonly transport: () => Transport;
  readonly server: ServerPort & {
    fault: Error | undefined;
    readonly joined: string[];
    readonly pushed: object[];
    /** What the phone told of its calls. */
    readonly reports: string[];
    asked: number;
  };
  readonly network = new FakeNetwork();
  readonly ringer = new FakeRinger();
  readonly notifications = new FakeNotifications();
  readonly devices = new FakeDevices();
  readonly tabMemory: Page['tabMemory'];
  /** Sets of calls that were mixed; `ended` counts those that are not any more. */
  readonly mixed: PhoneMedia[][] = [];
  unmixed = 0;
  readonly recorded: string[] = [];
  reloads = 0;
  awake = 0;
  push: Page['push'];
  /** What opening the microphone for a call comes to. */
  microphoneFault: Error | undefined;
  #options: FakePageOptions;

  constructor(options: FakePageOptions) {
    this.#options = options;
    this.clock = options.clock;
    this.random = options.random;
    this.transport = options.transport;
    const store = options.store ?? new FakeStore();
    this.store = store;
    this.tables = store;
    this.tabs = options.tabs ?? new FakeBrowser().tab();
    this.tabMemory = {
      get: (name) => store.tab.get(name),
      set: (name, text) => void store.tab.set(name, text),
      remove: (name) => void store.tab.delete(name),
    };
    const joined: string[] = [];
    const pushed: object[] = [];
    const reports: string[] = [];
    this.server = {
      fault: undefined,
      asked: 0,
      joined,
      pushed,
      reports,
      configuration() {
        this.asked += 1;
        if (this.fault !== undefined) return Promise.reject(this.fault);
        const { configuration, clock } = options;
        return Promise.resolve({
          ...configuration,
          token: `token-${this.asked}`,
          tokenExpiresAt: clock.wall() + 300_000,
        });
      },
      join(token) {
        joined.push(token);
        return this.fault === undefined ? Promise.resolve() : Promise.reject(this.fault);
      },
      subscribe(subscription) {
        pushed.push(subscription);
        return Promise.resolve();
      },
      unsubscribe() {
        pushed.length = 0;
        return Promise.resolve();
      },
      trace() {
        return Promise.reject(new Error('This server keeps nothing'));
      },
      report(lines) {
        reports.push(lines);
        return this.fault === undefined ? Promise.resolve() : Promise.reject(this.fault);
      },
    };
  }

  readonly reload = (): void => {
    this.reloads += 1;
  };

  readonly explainer = (): Promise<typeof explainer> => Promise.resolve(explainer);

  readonly wakeLock = {
    hold: (): (() => void) => {
      this.awake += 1;
      return () => {
        this.awake -= 1;
      };
    },
  };

  readonly mixer = {
    mix: (calls: readonly PhoneMedia[]): Promise<() => void> => {
      this.mixed.push([...calls]);
      return Promise.resolve(() => {
        this.unmixed += 1;
      });
    },
  };

  /** Those who hear music just now. */
  readonly soothed = new Set<PhoneMedia>();
  readonly holdMusic = {
    play: (media: PhoneMedia): (() => void) => {
      this.soothed.add(media);
      return () => this.soothed.delete(media);
    },
  };

  readonly recorder = {
    record: (_media: PhoneMedia, name: string): Promise<() => Promise<void>> =>
      Promise.resolve(() => {
        this.recorded.push(name);
        return Promise.resolve();
      }),
  };

  media(): MediaEngine<FakeMedia> {
    const { random, host } = this.#options;
    const options: SilentMediaOptions = {
      random,
      host,
      think: () =>
        this.microphoneFault === undefined
          ? Promise.resolve()
          : Promise.reject(this.microphoneFault),
    };
    return {
      open: () => {
        const session = new FakeMedia(options, 40_000 + 2 * this.sessions.length);
        this.sessions.push(session);
        return session;
      },
    };
  }
}

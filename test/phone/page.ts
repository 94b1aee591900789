// A page without a browser: every port of the phone held in the hands of a test.
import type { Clock, MediaEngine, Random, Transport } from '../../packages/sip/src/index.ts';
import { SilentSession } from '../../packages/sip/src/testing/silent-media.ts';
import type { SilentMediaOptions } from '../../packages/sip/src/testing/silent-media.ts';
import { explainer } from '../../packages/web/src/model/trace/explainer.ts';
import type {
  Device,
  MediaConnection,
  MediaLevel,
  MediaStatistics,
  Note,
  Page,
  PhoneConfiguration,
  PhoneMedia,
  RingerSound,
  ServerPort,
  StreamHandle,
  TableName,
  TablesPort,
  TabsPort,
  NetworkLook,
} from '../../packages/web/src/model/ports.ts';

/** Media of one call that goes nowhere, and does what a test says. */
export class FakeMedia extends SilentSession implements PhoneMedia {
  connection: { iceConnectionState: string } | undefined;
  readonly remoteStream: StreamHandle = { id: 'theirs' };
  localStream: StreamHandle | undefined = { id: 'ours' };
  muted = false;
  microphone = '';
  camera: string | undefined;
  sharing = false;
  restarts = 0;
  keys = '';
  /** What `dtmf` rejects with. */
  keyFault: Error | undefined;
  figures: MediaStatistics = noFigures;
  readonly #listeners: { readonly event: string; readonly listener: (value: never) => void }[] = [];

  setMicrophone(deviceId: string): Promise<void> {
    this.microphone = deviceId;
    return Promise.resolve();
  }

  setCamera(deviceId: string | undefined): Promise<void> {
    this.camera = deviceId;
    return Promise.resolve();
  }

  shareScreen(on: boolean): Promise<void> {
    this.sharing = on;
    return Promise.resolve();
  }

  restartIce(): void {
    this.restarts += 1;
  }

  #offerWanted: () => void = () => undefined;

  onOfferWanted(listener: () => void): void {
    this.#offerWanted = listener;
  }

  /** The way of the media failed, and the engine wants to look for another one, as a browser's does. */
  fail(): void {
    this.tell('connection', 'failed');
    this.restarts += 1;
    this.#offerWanted();
  }

  dtmf(digits: string): Promise<void> {
    if (this.keyFault !== undefined) return Promise.reject(this.keyFault);
    this.keys += digits;
    return Promise.resolve();
  }

  statistics(): Promise<MediaStatistics> {
    return Promise.resolve(this.figures);
  }

  on(event: string, listener: (value: never) => void): () => void {
    const entry = { event, listener };
    this.#listeners.push(entry);
    return () => {
      this.#listeners.splice(this.#listeners.indexOf(entry), 1);
    };
  }

  /** The media says that something happened. */
  tell(event: 'connection', value: MediaConnection): void;
  tell(event: 'level', value: MediaLevel): void;
  tell(event: 'refused', value: Error): void;
  tell(event: 'screenEnded' | 'remoteTrack' | 'localStream'): void;
  tell(event: string, value?: unknown): void {
    for (const { event: heard, listener } of [...this.#listeners])
      if (heard === event) (listener as (value: unknown) => void)(value);
  }
}

/** Figures of a call in which nothing was counted yet. */
export const noFigures: MediaStatistics = {
  roundTripMilliseconds: undefined,
  jitterMilliseconds: undefined,
  receivedPackets: 0,
  lostPackets: 0,
  sentPackets: 0,
  concealment: undefined,
  codec: 'PCMU',
  localCandidate: undefined,
  remoteCandidate: undefined,
};

/** What survives the page: the tables of a browser, and the memory of a tab. */
export class FakeStore implements TablesPort {
  readonly tables = new Map<TableName, Map<string, unknown>>();
  readonly tab = new Map<string, string>();
  /** The store refuses to keep anything more. */
  full = false;

  all(table: TableName): Promise<readonly unknown[]> {
    return Promise.resolve([...(this.tables.get(table)?.values() ?? [])]);
  }

  put(table: TableName, key: string, row: unknown): Promise<void> {
    if (this.full) return Promise.reject(new Error('QuotaExceededError'));
    const rows = this.tables.get(table) ?? new Map<string, unknown>();
    this.tables.set(table, rows);
    // As a browser does it: what is kept is a copy.
    rows.set(key, structuredClone(row));
    return Promise.resolve();
  }

  remove(table: TableName, key: string): Promise<void> {
    this.tables.get(table)?.delete(key);
    return Promise.resolve();
  }
}

/** The tabs of one browser. */
export class FakeBrowser {
  readonly #tabs: FakeTab[] = [];

  tab(): FakeTab {
    const tab = new FakeTab(this);
    this.#tabs.push(tab);
    return tab;
  }

  get owner(): FakeTab | undefined {
    return this.#tabs.find(({ owns }) => owns);
  }

  others(tab: FakeTab): readonly FakeTab[] {
    return this.#tabs.filter((one) => one !== tab);
  }

  /** Somebody gave up: whoever waits longest has it now. */
  next(): void {
    if (this.owner === undefined) this.#tabs.find(({ waits }) => waits)?.become();
  }
}

/** One tab of it. */
export class FakeTab implements TabsPort {
  owns = false;
  waits = false;
  readonly #browser: FakeBrowser;
  #tab: Parameters<TabsPort['own']>[0] | undefined;
  #listener: ((message: unknown) => void) | undefined;

  constructor(browser: FakeBrowser) {
    this.#browser = browser;
  }

  own(tab: Parameters<TabsPort['own']>[0]): () => void {
    this.#tab = tab;
    this.waits = true;
    if (this.#browser.owner === undefined) this.become();
    else tab.lost();
    return () => {
      this.owns = this.waits = false;
      this.#browser.next();
    };
  }

  takeOver(): void {
    const { owner } = this.#browser;
    if (owner !== undefined) {
      owner.owns = false;
      this.become();
      owner.#tab?.lost();
    } else this.become();
  }

  become(): void {
    this.owns = true;
    this.#tab?.owning();
  }

  tell(message: unknown): void {
    for (const other of this.#browser.others(this)) other.#listener?.(structuredClone(message));
  }

  onMessage(listener: (message: unknown) => void): () => void {
    this.#listener = listener;
    return () => {
      this.#listener = undefined;
    };
  }
}

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

class FakeNetwork {
  online = true;
  seen: NetworkLook = { mapped: undefined, mapping: 'unknown', udp: undefined, relay: undefined };
  readonly #listeners = new Set<() => void>();

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  look(): Promise<NetworkLook> {
    return Promise.resolve(this.seen);
  }

  /** It comes, goes, or is another one. */
  change(online: boolean): void {
    this.online = online;
    for (const listener of this.#listeners) listener();
  }
}

class FakeRinger {
  playing: RingerSound | undefined;
  readonly played: RingerSound[] = [];
  device: string | undefined;
  /** The browser plays nothing before a click. */
  blocked = false;

  play(sound: RingerSound, deviceId: string | undefined): Promise<boolean> {
    this.played.push(sound);
    this.device = deviceId;
    if (sound !== 'message') this.playing = sound;
    return Promise.resolve(!this.blocked);
  }

  stop(): void {
    this.playing = undefined;
  }
}

class FakeNotifications {
  permission: 'granted' | 'denied' | 'prompt' | 'absent' = 'granted';
  readonly shown: Note[] = [];
  readonly closed: string[] = [];
  #listener: ((id: string, action: 'answer' | 'decline' | 'open') => void) | undefined;

  ask(): Promise<'granted'> {
    this.permission = 'granted';
    return Promise.resolve('granted');
  }

  show(note: Note): void {
    this.shown.push(note);
  }

  close(id: string): void {
    this.closed.push(id);
  }

  onAction(listener: (id: string, action: 'answer' | 'decline' | 'open') => void): () => void {
    this.#listener = listener;
    return () => {
      this.#listener = undefined;
    };
  }

  press(id: string, action: 'answer' | 'decline'): void {
    this.#listener?.(id, action);
  }
}

class FakeDevices {
  readonly browser = 'chrome';
  devices: readonly Device[] = [{ id: 'mic-1', kind: 'microphone', name: 'Desk microphone' }];
  granted: 'granted' | 'denied' | 'prompt' = 'prompt';
  fault: Error | undefined;
  tested: (string | undefined)[] = [];
  open = 0;
  level: (level: number) => void = () => undefined;
  readonly #listeners = new Set<() => void>();

  list(): Promise<readonly Device[]> {
    return Promise.resolve(this.devices);
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** A device was plugged in. */
  change(devices: readonly Device[]): void {
    this.devices = devices;
    for (const listener of this.#listeners) listener();
  }

  permission(): Promise<'granted' | 'denied' | 'prompt'> {
    return Promise.resolve(this.granted);
  }

  meter(_deviceId: string | undefined, listener: (level: number) => void): Promise<() => void> {
    if (this.fault !== undefined) return Promise.reject(this.fault);
    this.granted = 'granted';
    this.open += 1;
    this.level = listener;
    return Promise.resolve(() => {
      this.open -= 1;
    });
  }

  playTest(deviceId: string | undefined): Promise<void> {
    this.tested.push(deviceId);
    return this.fault === undefined ? Promise.resolve() : Promise.reject(this.fault);
  }
}

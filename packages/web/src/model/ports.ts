// What the phone needs of the page: media, devices, storage, sounds, other tabs, the server's HTTP side. No names of the page.
import type { Clock, Logger, MediaEngine, Random, Tap, Transport } from '@offhook/sip';
import type { Negotiator } from '@offhook/sip/sdp';
import type { Explainer } from './trace/explainer.ts';

/** All ports of the phone. */
export interface Page {
  readonly clock: Clock;
  readonly random: Random;
  readonly log?: Logger | undefined;
  readonly tap?: Tap | undefined;
  readonly server: ServerPort;
  readonly network: NetworkPort;
  readonly media: (configuration: PhoneConfiguration) => MediaEngine<PhoneMedia>;
  readonly transport: (configuration: PhoneConfiguration) => Transport;
  readonly devices: DevicesPort;
  readonly ringer: RingerPort;
  readonly notifications: NotificationsPort;
  readonly wakeLock: WakeLockPort;
  readonly tables: TablesPort;
  /** Survives a reload of this tab, and nothing else. */
  readonly tabMemory: MemoryPort;
  readonly tabs: TabsPort;
  readonly push?: PushPort | undefined;
  /** Absent where the page cannot record, mix, or play music. */
  readonly recorder?: RecorderPort | undefined;
  readonly mixer?: MixerPort | undefined;
  readonly holdMusic?: HoldMusicPort | undefined;
  /** Explains calls; loaded when that is wanted. */
  readonly explainer: () => Promise<Explainer>;
  /** Loads the page anew. */
  readonly reload: () => void;
  /** BCP 47 tags, best first. */
  readonly languages: readonly string[];
}

/** What `GET /api/phone` tells. */
export interface PhoneConfiguration {
  readonly aor: string;
  readonly displayName: string;
  readonly domain: string;
  readonly token: string;
  readonly tokenExpiresAt: number;
  readonly webSocket: string;
  readonly iceServers: readonly IceServer[];
  readonly directory: readonly DirectoryEntry[];
  readonly pushKey?: string | undefined;
  /** The address of our voicemail; absent where the server keeps none. */
  readonly voicemail?: string | undefined;
  /** True where the guided call of the article can be had. */
  readonly guided?: boolean | undefined;
  readonly product: string;
}

/** A STUN or TURN server. */
export interface IceServer {
  readonly urls: string | readonly string[];
  readonly username?: string | undefined;
  readonly credential?: string | undefined;
}

/** Somebody whom the server names. */
export interface DirectoryEntry {
  readonly uri: string;
  readonly name: string;
  /** What one can expect there: `sends your voice back`. */
  readonly says?: string | undefined;
}

/** The server's HTTP side. */
export interface ServerPort {
  /** Rejects with a `ServerRefusal` when it says no, with anything else when it is not reached. */
  configuration(): Promise<PhoneConfiguration>;
  /** Redeems the token of a provisioning link. */
  join(token: string): Promise<void>;
  /** Keeps a push subscription, as the page's push service made it. */
  subscribe(subscription: object): Promise<void>;
  unsubscribe(): Promise<void>;
  /** Takes what this phone saw of its own calls, one record a line. */
  report(lines: string): Promise<void>;
  /** All that it knows of a call of ours, one record a line; rejects when that is nothing. */
  trace(callId: string): Promise<string>;
}

/** The server's no. */
export class ServerRefusal extends Error {
  override readonly name = 'ServerRefusal';
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** Whether the machine is on a network. */
export interface NetworkPort {
  readonly online: boolean;
  /** Told when it comes, goes, or is another one. */
  onChange(listener: () => void): () => void;
  /** Asks these servers under which address the page is seen; never rejects. */
  look(servers: readonly IceServer[]): Promise<NetworkLook>;
}

/** What STUN and TURN servers tell of the network around the page. */
export interface NetworkLook {
  /** The address that servers see; undefined when none told, or when it is the page's own. */
  readonly mapped: { readonly host: string; readonly port: number } | undefined;
  /** What the NAT between does (RFC 4787 §4.1). */
  readonly mapping: 'none' | 'endpoint-independent' | 'address-and-port-dependent' | 'unknown';
  /** True when a server answered by UDP; undefined when none was asked. */
  readonly udp: boolean | undefined;
  /** True when a TURN server relays for us; undefined when none was asked. */
  readonly relay: boolean | undefined;
}

/** The media of one call, as `@offhook/sip/browser` makes it. */
export interface PhoneMedia extends Negotiator {
  /** How far the way itself is: what fails on a way that is there is the encryption. */
  readonly connection: { readonly iceConnectionState: string } | undefined;
  readonly remoteStream: StreamHandle;
  readonly localStream: StreamHandle | undefined;
  /** The microphone is off; nothing is negotiated. */
  muted: boolean;
  setMicrophone(deviceId: string): Promise<void>;
  /** Takes or drops the camera; a new offer makes it known. */
  setCamera(deviceId: string | undefined): Promise<void>;
  shareScreen(on: boolean): Promise<void>;
  /** Sends keys as RFC 4733 events; resolves when the last is out. */
  dtmf(digits: string): Promise<void>;
  statistics(): Promise<MediaStatistics>;
  on(event: 'connection', listener: (state: MediaConnection) => void): () => void;
  on(event: 'remoteTrack', listener: () => void): () => void;
  on(event: 'localStream', listener: () => void): () => void;
  on(event: 'level', listener: (level: MediaLevel) => void): () => void;
  /** The microphone was not given after all. */
  on(event: 'refused', listener: (error: Error) => void): () => void;
  /** The user stopped sharing the screen by the browser's own button. */
  on(event: 'screenEnded', listener: () => void): () => void;
}

/** A stream of the page; the view knows what it is. */
export interface StreamHandle {
  readonly id: string;
}

/** How the way of the media stands. */
export type MediaConnection =
  | 'new'
  | 'connecting'
  | 'connected'
  | 'disconnected'
  | 'failed'
  | 'closed';

/** How loud it is, from 0 to 1; the microphone's as it is picked up, muted or not. */
export interface MediaLevel {
  readonly local: number;
  readonly remote: number;
}

/** What the page counted of one call; a figure that nobody measured is undefined. */
export interface MediaStatistics {
  readonly roundTripMilliseconds: number | undefined;
  readonly jitterMilliseconds: number | undefined;
  readonly receivedPackets: number;
  readonly lostPackets: number;
  readonly sentPackets: number;
  /** Share of the sound that was made up for lack of packets, from 0 to 1, since the call began. */
  readonly concealment: number | undefined;
  readonly codec: string | undefined;
  /** `host`, `srflx`, `prflx` or `relay`. */
  readonly localCandidate: string | undefined;
  readonly remoteCandidate: string | undefined;
}

/** A microphone, a loudspeaker or a camera. */
export interface Device {
  readonly id: string;
  readonly kind: 'microphone' | 'speaker' | 'camera';
  /** Empty until the microphone was allowed. */
  readonly name: string;
}

/** Why a microphone could not be had. */
export type DeviceRefusal = 'denied' | 'missing' | 'busy' | 'insecure';

/** The machine's devices. */
export interface DevicesPort {
  list(): Promise<readonly Device[]>;
  onChange(listener: () => void): () => void;
  permission(): Promise<'granted' | 'denied' | 'prompt'>;
  /** Opens a microphone to hear how loud it is; rejects with a `DeviceError`. */
  meter(deviceId: string | undefined, listener: (level: number) => void): Promise<() => void>;
  /** Plays a short sound on a loudspeaker; resolves when it is over. */
  playTest(deviceId: string | undefined): Promise<void>;
  /** `chrome`, `firefox`, `safari`, `edge` or `other`: the way to the permission differs. */
  readonly browser: Browser;
}

/** Which browser it is, as far as the sentences differ. */
export type Browser = 'chrome' | 'firefox' | 'safari' | 'edge' | 'other';

/** A device that could not be had. */
export class DeviceError extends Error {
  override readonly name = 'DeviceError';
  readonly refusal: DeviceRefusal;

  constructor(refusal: DeviceRefusal) {
    super(`The device is ${refusal}`);
    this.refusal = refusal;
  }
}

/** What is heard beside calls; `busy` and `message` end by themselves. */
export type RingerSound = 'ringing' | 'call waiting' | 'ringback' | 'busy' | 'message';

/** The sounds of the phone. */
export interface RingerPort {
  /** Plays until stopped; resolves with false when the browser keeps silent until somebody clicks. */
  play(sound: RingerSound, deviceId: string | undefined, volume: number): Promise<boolean>;
  stop(): void;
}

/** Records a call on this machine. */
export interface RecorderPort {
  /** Begins; what it resolves with ends the recording and saves it as a file named after `name`. */
  record(media: PhoneMedia, name: string): Promise<() => Promise<void>>;
}

/** Has several calls hear each other, and us. */
export interface MixerPort {
  /** Begins; what it resolves with gives each call its own microphone back. */
  mix(calls: readonly PhoneMedia[]): Promise<() => void>;
}

/** Music for those who wait. */
export interface HoldMusicPort {
  /** Plays it in place of the microphone; what comes back gives that its place again. */
  play(media: PhoneMedia): () => void;
}

/** A note of the system. */
export interface Note {
  /** The same id replaces the note. */
  readonly id: string;
  readonly title: string;
  readonly text: string;
  readonly actions: readonly {
    readonly id: 'answer' | 'decline' | 'open';
    readonly label: string;
  }[];
}

/** The system's notes. */
export interface NotificationsPort {
  readonly permission: 'granted' | 'denied' | 'prompt' | 'absent';
  ask(): Promise<'granted' | 'denied' | 'prompt' | 'absent'>;
  show(note: Note): void;
  close(id: string): void;
  onAction(listener: (id: string, action: 'answer' | 'decline' | 'open') => void): () => void;
}

/** Keeps the screen, and with it the page, awake. */
export interface WakeLockPort {
  hold(): () => void;
}

/** Tables that survive the page: IndexedDB. Nothing secret goes there. */
export interface TablesPort {
  all(table: TableName): Promise<readonly unknown[]>;
  put(table: TableName, key: string, row: unknown): Promise<void>;
  remove(table: TableName, key: string): Promise<void>;
}

/** What is kept. */
export type TableName = 'history' | 'contacts' | 'chats' | 'settings';

/** Words kept by name, at once: sessionStorage. */
export interface MemoryPort {
  get(name: string): string | undefined;
  set(name: string, text: string): void;
  remove(name: string): void;
}

/** The tabs of one browser: Web Locks and a BroadcastChannel. */
export interface TabsPort {
  /**
   * Has `owning` run as soon as no other tab owns the phone; `lost` when another tab has it, at once or by taking it over.
   * Returns what gives up.
   */
  own(tab: { readonly owning: () => void; readonly lost: () => void }): () => void;
  /** Takes the phone over from whichever tab has it. */
  takeOver(): void;
  /** Tells all other tabs. */
  tell(message: unknown): void;
  onMessage(listener: (message: unknown) => void): () => void;
}

/** The browser's push service. */
export interface PushPort {
  readonly state: 'on' | 'off' | 'denied';
  /** Subscribes with the server's key and gives what the server keeps. */
  subscribe(key: string): Promise<object>;
  unsubscribe(): Promise<void>;
  /** A push woke the page: a call waits at the server. */
  onWake(listener: () => void): () => void;
  /** How this subscription is told in a REGISTER (RFC 8599 §4.1): `pn-provider=webpush;…`; undefined when there is none. */
  readonly contactParameters: string | undefined;
}

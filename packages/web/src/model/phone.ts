// The phone as the view sees it: signals to read, verbs to call. `Phone` is what `openPhone` opens, and what samples imitate.
import type { ReadonlySignal, Signal } from '@preact/signals-core';
import type { Trouble } from '../words/trouble.ts';
import type { NetworkFinding, Words } from '../words/words.ts';
import type { PhoneCall, Party, CallOutcome } from './call.ts';
import type { Browser, Device } from './ports.ts';
import type { ToldCall } from './trace/ask.ts';

/** The whole phone. */
export interface Phone {
  readonly me: ReadonlySignal<Me | undefined>;
  readonly line: ReadonlySignal<LineState>;
  /** What must be said at once: no network, no server, another tab. */
  readonly banner: ReadonlySignal<Banner | undefined>;
  readonly dial: DialField;
  /** All that are not over, and those that are over with something left to say; the oldest first. */
  readonly calls: ReadonlySignal<readonly PhoneCall[]>;
  /** The one that is talked in, or looked at. */
  readonly current: ReadonlySignal<PhoneCall | undefined>;
  /** A call that rings here while another one is there. */
  readonly waiting: ReadonlySignal<PhoneCall | undefined>;
  /** Nobody hears it ring until somebody clicks. */
  readonly silenced: ReadonlySignal<boolean>;
  readonly history: History;
  readonly contacts: Contacts;
  readonly chats: Chats;
  readonly lamps: ReadonlySignal<readonly Lamp[]>;
  readonly voicemail: Voicemail;
  readonly devices: Devices;
  readonly network: NetworkCheck;
  readonly settings: Settings;
  readonly tabs: Tabs;
  readonly push: Push;
  readonly words: ReadonlySignal<Words>;
  /** Which screen is open; the view sets it too. */
  readonly place: Signal<Place>;

  /** Calls `target`: a number, an address, or the name of somebody in the contacts or the directory. */
  call(target: string): PhoneCall | undefined;
  /** Talks in `call`: what is up is put on hold, what is held comes back. */
  switchTo(call: PhoneCall): void;
  /** Does what a trouble proposes; `about` is the call or the party of which it is told. */
  mend(trouble: Trouble, about?: PhoneCall | Party): void;
  /** Somebody clicked: sounds may play now. */
  unsilence(): void;
  /** What happened in a call until now, and why; undefined when nothing of it is known any more. */
  explain(callId: string): Promise<ToldCall | undefined>;
  close(): Promise<void>;
}

/** Who we are. */
export interface Me {
  readonly address: string;
  readonly name: string;
  readonly product: string;
  /** The server has a guided call for this page. */
  readonly isGuided: boolean;
}

/** How we stand with the server. */
export type LineState =
  | 'starting'
  | 'registering'
  | 'ready'
  | 'away'
  | 'refused'
  | 'other tab'
  | 'closed';

/** What is said at the top of the page. */
export interface Banner {
  readonly trouble: Trouble;
  /** When it is tried again, in milliseconds since 1970. */
  readonly retryAt: number | undefined;
}

/** The screens. */
export type Place =
  | {
      readonly is:
        | 'dial'
        | 'history'
        | 'contacts'
        | 'chats'
        | 'settings'
        | 'audio check'
        /** The guided call of the article. */
        | 'guided';
    }
  | { readonly is: 'chat'; readonly address: string }
  | { readonly is: 'explain'; readonly callId: string };

/** The field in which one dials. */
export interface DialField {
  readonly text: Signal<string>;
  /** Who is meant, as far as one can tell. */
  readonly suggestions: ReadonlySignal<readonly Party[]>;
  readonly trouble: ReadonlySignal<Trouble | undefined>;
  press(key: string): void;
  /** Takes pasted text, tidied. */
  paste(text: string): void;
  erase(): void;
  /** Calls what stands there; nothing there brings the last number back. */
  call(): PhoneCall | undefined;
}

/** A call that is over. */
export interface HistoryEntry {
  readonly id: string;
  readonly with: Party;
  readonly direction: 'outgoing' | 'incoming';
  readonly how: CallOutcome;
  readonly at: number;
  readonly seconds: number;
  readonly trouble: Trouble | undefined;
  /** For `explain`; empty when it was never sent. */
  readonly callId: string;
  /** What went wrong in it by the catalogue of faults, even where it was answered; undefined when nothing did. */
  readonly fault?: number | undefined;
  /** Nobody has looked at it yet. */
  readonly fresh: boolean;
}

/** The calls that are over, newest first. */
export interface History {
  readonly entries: ReadonlySignal<readonly HistoryEntry[]>;
  readonly search: Signal<string>;
  readonly filter: Signal<'all' | 'missed'>;
  readonly found: ReadonlySignal<readonly HistoryEntry[]>;
  /** Missed calls that nobody has looked at. */
  readonly freshCount: ReadonlySignal<number>;
  seen(): void;
  remove(id: string): void;
  clear(): void;
}

/** Somebody one knows. */
export interface Contact {
  readonly id: string;
  readonly name: string;
  readonly addresses: readonly string[];
  readonly note?: string | undefined;
  /** Comes from the server, and cannot be changed here. */
  readonly given: boolean;
  /** Shows a lamp. */
  readonly watched: boolean;
}

/** What came of a file with contacts. */
export interface Imported {
  readonly added: number;
  readonly changed: number;
  readonly skipped: number;
}

/** Those one knows, by name. */
export interface Contacts {
  readonly entries: ReadonlySignal<readonly Contact[]>;
  readonly search: Signal<string>;
  readonly found: ReadonlySignal<readonly Contact[]>;
  readonly trouble: ReadonlySignal<Trouble | undefined>;
  readonly imported: ReadonlySignal<Imported | undefined>;
  save(contact: Omit<Contact, 'id' | 'given'> & { readonly id?: string | undefined }): void;
  remove(id: string): void;
  /** Reads a vCard or CSV file. */
  importText(text: string): void;
  /** All contacts as one vCard file. */
  exportText(): string;
  watch(id: string, on: boolean): void;
}

/** How far a message of ours is. `kept`: the server has it, the other side not yet (202). */
export type MessageState = 'waiting' | 'sending' | 'delivered' | 'kept' | 'failed';

/** One message. */
export interface ChatMessage {
  readonly id: string;
  readonly from: 'me' | 'them';
  readonly text: string;
  readonly at: number;
  readonly state: MessageState;
  readonly trouble: Trouble | undefined;
}

/** All messages with one party. */
export interface Chat {
  readonly with: Party;
  readonly messages: readonly ChatMessage[];
  readonly unread: number;
}

/** The chats, the one with the newest message first. */
export interface Chats {
  readonly entries: ReadonlySignal<readonly Chat[]>;
  readonly unread: ReadonlySignal<number>;
  send(address: string, text: string): void;
  retry(address: string, id: string): void;
  read(address: string): void;
  remove(address: string): void;
}

/** What one sees of somebody. */
export type LampState = 'unknown' | 'away' | 'available' | 'ringing' | 'busy';

/** A lamp. */
export interface Lamp {
  readonly with: Party;
  readonly state: LampState;
  /** In the other's own words. */
  readonly note: string | undefined;
}

/** The voicemail light. */
export interface Voicemail {
  readonly waiting: ReadonlySignal<boolean>;
  readonly fresh: ReadonlySignal<number>;
  readonly old: ReadonlySignal<number>;
  call(): PhoneCall | undefined;
}

/** Microphones, loudspeakers, cameras. */
export interface Devices {
  readonly list: ReadonlySignal<readonly Device[]>;
  readonly permission: ReadonlySignal<'unknown' | 'granted' | 'denied' | 'prompt'>;
  readonly browser: Browser;
  readonly trouble: ReadonlySignal<Trouble | undefined>;
  /** The audio check is on: the meter moves. */
  readonly metering: ReadonlySignal<boolean>;
  /** How loud the microphone is, from 0 to 1. */
  readonly level: ReadonlySignal<number>;
  readonly testing: ReadonlySignal<'off' | 'speaker' | 'ringer'>;
  startMeter(): void;
  stopMeter(): void;
  testSpeaker(): void;
  testRinger(): void;
  /** Asks for the microphone. */
  allow(): void;
  choose(kind: 'microphone' | 'speaker' | 'ringer' | 'camera', deviceId: string | undefined): void;
}

/** The network's part of the audio check. */
export interface NetworkCheck {
  readonly looking: ReadonlySignal<boolean>;
  /** The address and port under which others see the page, when it is not its own. */
  readonly seenAs: ReadonlySignal<string | undefined>;
  /** Empty until somebody looked. */
  readonly findings: ReadonlySignal<readonly NetworkFinding[]>;
  look(): void;
}

/** What people set, kept on this machine. */
export interface SettingsValues {
  readonly theme: 'system' | 'light' | 'dark';
  /** Undefined follows the browser. */
  readonly language: string | undefined;
  readonly microphone: string | undefined;
  readonly speaker: string | undefined;
  readonly ringer: string | undefined;
  readonly camera: string | undefined;
  /** From 0 to 1. */
  readonly volume: number;
  readonly ringerVolume: number;
  readonly doNotDisturb: boolean;
  readonly notifications: boolean;
}

/** The settings. */
export interface Settings {
  readonly values: ReadonlySignal<SettingsValues>;
  change(some: Partial<SettingsValues>): void;
}

/** Several tabs with one phone. */
export interface Tabs {
  /** `here`: this tab rings and calls. */
  readonly owner: ReadonlySignal<'nobody' | 'here' | 'there'>;
  takeOver(): void;
}

/** Being rung while the page is closed. */
export interface Push {
  readonly state: ReadonlySignal<'absent' | 'off' | 'on' | 'denied' | 'failed'>;
  turn(on: boolean): void;
}

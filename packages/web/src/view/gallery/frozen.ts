// Phones and calls that stand still: the shapes of the model with the values that a picture wants, and verbs that do nothing.
import { computed, signal } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';
import type { CallPhase, Party, PhoneCall } from '../../model/call.ts';
import type {
  Banner,
  Chat,
  Contact,
  HistoryEntry,
  Imported,
  Lamp,
  LineState,
  Phone,
  Place,
  SettingsValues,
} from '../../model/phone.ts';
import type { Browser, Device } from '../../model/ports.ts';
import { wordsFor } from '../../words/languages.ts';
import type { Trouble } from '../../words/trouble.ts';
import type { NetworkFinding } from '../../words/words.ts';
import { contacts, devices, history, moment } from './cast.ts';
import { plainCall } from './trace/plays.ts';

type Values<Of> = {
  readonly [Name in keyof Of]?: Of[Name] extends ReadonlySignal<infer Value> ? Value : Of[Name];
};

/** A call with `party` in `phase`; everything else is at rest unless said. */
export function frozenCall(
  party: Party,
  phase: CallPhase,
  more: Values<PhoneCall> = {},
): PhoneCall {
  const still = (): void => {};
  const at = <Value>(value: Value | undefined, rest: Value): ReadonlySignal<Value> =>
    signal(value ?? rest);
  return {
    id: more.id ?? party.address,
    callId: signal('6b17@phone'),
    direction: more.direction ?? 'outgoing',
    with: signal(party),
    phase: signal(phase),
    startedAt: moment - 200_000,
    trouble: signal(more.trouble),
    muted: at(more.muted, false),
    talkingWhileMuted: at(more.talkingWhileMuted, false),
    hold: at(more.hold, 'off'),
    heldByThem: at(more.heldByThem, false),
    transfer: at(more.transfer, { is: 'none' }),
    consultation: signal(more.consultation),
    consults: more.consults,
    joined: at(more.joined, false),
    quality: signal(more.quality),
    recording: at(more.recording, 'off'),
    keys: at(more.keys, ''),
    sound: signal(undefined),
    audible: signal(true),
    picture: signal(more.picture),
    ownPicture: signal(more.ownPicture),
    camera: at(more.camera, false),
    screen: at(more.screen, false),
    answer: still,
    decline: still,
    hangUp: still,
    mute: still,
    holdIt: still,
    resume: still,
    press: still,
    transferTo: still,
    consult: still,
    completeTransfer: still,
    cancelTransfer: still,
    join: still,
    split: still,
    leaveTogether: still,
    setCamera: still,
    shareScreen: still,
    record: still,
    dismiss: still,
  };
}

/** What a frozen phone shows. */
export interface FrozenPhone {
  readonly line?: LineState;
  readonly banner?: Banner;
  readonly dialled?: string;
  readonly suggestions?: readonly Party[];
  readonly dialTrouble?: Trouble;
  readonly calls?: readonly PhoneCall[];
  readonly waiting?: PhoneCall;
  readonly silenced?: boolean;
  readonly history?: readonly HistoryEntry[];
  readonly contacts?: readonly Contact[];
  readonly search?: string;
  readonly imported?: Imported;
  readonly contactTrouble?: Trouble;
  readonly chats?: readonly Chat[];
  readonly lamps?: readonly Lamp[];
  readonly voicemail?: readonly [fresh: number, old: number];
  readonly devices?: readonly Device[];
  readonly seenAs?: string;
  readonly findings?: readonly NetworkFinding[];
  readonly permission?: 'unknown' | 'granted' | 'denied' | 'prompt';
  readonly browser?: Browser;
  readonly level?: number;
  readonly settings?: Partial<SettingsValues>;
  readonly place?: Place;
  readonly language?: string;
}

/** A phone that stands still. Its place, its fields and its settings can be changed, so that one can look around. */
export function frozenPhone(shows: FrozenPhone): Phone {
  const settings = signal<SettingsValues>({
    theme: 'system',
    language: shows.language,
    microphone: undefined,
    speaker: undefined,
    ringer: undefined,
    camera: undefined,
    volume: 0.8,
    ringerVolume: 0.6,
    doNotDisturb: false,
    notifications: true,
    ...shows.settings,
  });
  const calls = shows.calls ?? [];
  const still = (): void => {};
  const text = signal(shows.dialled ?? '');
  return {
    me: signal({
      address: 'sip:phone@127.0.0.1',
      name: 'Phone',
      isGuided: false,
      product: 'Offhook 0.4.0',
    }),
    line: signal(shows.line ?? 'ready'),
    banner: signal(shows.banner),
    dial: {
      text,
      suggestions: signal(shows.suggestions ?? []),
      trouble: signal(shows.dialTrouble),
      press: (key) => {
        text.value += key;
      },
      paste: (pasted) => {
        text.value += pasted;
      },
      erase: () => {
        text.value = text.value.slice(0, -1);
      },
      call: () => undefined,
    },
    calls: signal(calls),
    current: signal(calls[0]),
    waiting: signal(shows.waiting),
    silenced: signal(shows.silenced ?? false),
    history: frozenHistory(shows.history ?? history),
    contacts: frozenContacts(shows),
    chats: {
      entries: signal(shows.chats ?? []),
      unread: signal((shows.chats ?? []).reduce((sum, { unread }) => sum + unread, 0)),
      send: still,
      retry: still,
      read: still,
      remove: still,
    },
    lamps: signal(shows.lamps ?? []),
    voicemail: {
      waiting: signal(shows.voicemail !== undefined),
      fresh: signal(shows.voicemail?.[0] ?? 0),
      old: signal(shows.voicemail?.[1] ?? 0),
      call: () => undefined,
    },
    devices: {
      list: signal(shows.devices ?? devices),
      permission: signal(shows.permission ?? 'granted'),
      browser: shows.browser ?? 'chrome',
      trouble: signal(undefined),
      metering: signal(shows.level !== undefined),
      level: signal(shows.level ?? 0),
      testing: signal('off'),
      startMeter: still,
      stopMeter: still,
      testSpeaker: still,
      testRinger: still,
      allow: still,
      choose: (kind, id) => {
        settings.value = { ...settings.value, [kind]: id };
      },
    },
    network: {
      looking: signal(false),
      seenAs: signal(shows.seenAs),
      findings: signal(shows.findings ?? []),
      look: still,
    },
    settings: {
      values: settings,
      change: (some) => {
        settings.value = { ...settings.value, ...some };
      },
    },
    tabs: { owner: signal('here'), takeOver: still },
    push: { state: signal('off'), turn: still },
    words: computed(() => wordsFor([settings.value.language ?? 'en'])),
    place: signal(shows.place ?? { is: 'dial' }),
    call: () => undefined,
    switchTo: still,
    mend: still,
    unsilence: still,
    explain: async (callId) => (callId === '' ? undefined : await plainCall()),
    close: async () => {},
  };
}

function frozenHistory(entries: readonly HistoryEntry[]): Phone['history'] {
  const [search, filter] = [signal(''), signal<'all' | 'missed'>('all')];
  return {
    entries: signal(entries),
    search,
    filter,
    found: computed(() =>
      entries.filter(
        (entry) =>
          (filter.value === 'all' || entry.how === 'missed') &&
          entry.with.name.toLowerCase().includes(search.value.toLowerCase()),
      ),
    ),
    freshCount: signal(entries.filter(({ fresh }) => fresh).length),
    seen: () => {},
    remove: () => {},
    clear: () => {},
  };
}

function frozenContacts(shows: FrozenPhone): Phone['contacts'] {
  const entries = shows.contacts ?? contacts;
  const search = signal(shows.search ?? '');
  return {
    entries: signal(entries),
    search,
    found: computed(() =>
      entries.filter(({ name }) => name.toLowerCase().includes(search.value.toLowerCase())),
    ),
    trouble: signal(shows.contactTrouble),
    imported: signal(shows.imported),
    save: () => {},
    remove: () => {},
    importText: () => {},
    exportText: () => '',
    watch: () => {},
  };
}

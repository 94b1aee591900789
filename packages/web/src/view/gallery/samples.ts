// Every screen and every state of the phone, frozen: what the gallery shows, the pictures are taken of, and axe-core looks at.
import type { CallPhase } from '../../model/call.ts';
import type { Phone } from '../../model/phone.ts';
import type { SheetName } from '../world.ts';
import { trouble } from '../../words/trouble.ts';
import {
  aisha,
  bob,
  chats,
  contacts,
  directory,
  echo,
  evil,
  good,
  lamps,
  maya,
  moment,
  outside,
  poor,
  reception,
  tomas,
  yonas,
} from './cast.ts';
import { frozenCall, frozenPhone } from './frozen.ts';
import type { FrozenPhone } from './frozen.ts';

/** One picture: a phone, and what is open on its screen. */
export interface Sample {
  readonly phone: Phone;
  readonly sheet?: SheetName;
  readonly adding?: boolean;
}

const up = (seconds: number): CallPhase => ({ is: 'up', since: moment - seconds * 1000 });
const over = (how: 'failed' | 'answered' | 'declined', seconds = 0): CallPhase => ({
  is: 'over',
  how,
  seconds,
});

const talking = frozenCall(maya, up(187), { quality: good });
const held = frozenCall(tomas, up(412), { hold: 'held' });

function sample(
  shows: FrozenPhone,
  more: Omit<Sample, 'phone'> = {},
): (language?: string) => Sample {
  return (language) => ({
    phone: frozenPhone({ lamps, ...shows, ...(language === undefined ? {} : { language }) }),
    ...more,
  });
}

const consulted = frozenCall(reception, up(14), { quality: good, consults: held });

/** All of them by name. */
export const samples: Readonly<Record<string, (language?: string) => Sample>> = {
  starting: sample({ line: 'starting', contacts: [] }),
  ready: sample({}),
  'ready-dialling': sample({ dialled: '200', suggestions: [reception, outside] }),
  'ready-number': sample({ dialled: '+14155550100', suggestions: [outside] }),
  'ready-address': sample({ dialled: 'reception@pbx.example.com' }),
  'ready-not-an-address': sample({ dialled: '@@', dialTrouble: trouble('not an address') }),
  'ready-voicemail': sample({ voicemail: [2, 5] }),
  calling: sample({ calls: [frozenCall(outside, { is: 'calling' })] }),
  'ringing-there': sample({
    calls: [frozenCall(aisha, { is: 'ringing there', media: false })],
  }),
  incoming: sample({
    calls: [frozenCall(maya, { is: 'ringing here' }, { direction: 'incoming' })],
  }),
  'incoming-unknown': sample({
    silenced: true,
    calls: [frozenCall(outside, { is: 'ringing here' }, { direction: 'incoming' })],
  }),
  'incoming-evil': sample({
    calls: [frozenCall(evil, { is: 'ringing here' }, { direction: 'incoming' })],
  }),
  answering: sample({ calls: [frozenCall(maya, { is: 'answering' }, { direction: 'incoming' })] }),
  'in-call': sample({ calls: [talking] }),
  'in-call-poor': sample({ calls: [frozenCall(maya, up(3_731), { quality: poor })] }),
  'in-call-muted': sample({
    calls: [frozenCall(maya, up(64), { quality: good, muted: true, talkingWhileMuted: true })],
  }),
  'in-call-keypad': sample(
    { calls: [frozenCall(reception, up(9), { quality: good, keys: '1#42' })] },
    { sheet: 'keypad' },
  ),
  'in-call-sound': sample({ calls: [talking] }, { sheet: 'sound' }),
  'in-call-recording': sample({
    calls: [frozenCall(maya, up(95), { quality: good, recording: 'on' })],
  }),
  'do-not-disturb': sample({ settings: { doNotDisturb: true } }),
  'in-call-strip': sample({ calls: [talking], place: { is: 'settings' } }),
  'in-call-adding': sample({ calls: [talking] }, { adding: true }),
  holding: sample({ calls: [frozenCall(maya, up(80), { quality: good, hold: 'holding' })] }),
  held: sample({ calls: [frozenCall(maya, up(80), { quality: good, hold: 'held' })] }),
  'hold-failed': sample({
    calls: [
      frozenCall(maya, up(80), {
        quality: good,
        trouble: trouble('hold failed', { who: maya.name }),
      }),
    ],
  }),
  'held-by-them': sample({
    calls: [frozenCall(maya, up(80), { quality: good, heldByThem: true })],
  }),
  mending: sample({
    banner: { trouble: trouble('offline'), retryAt: moment + 4_000 },
    line: 'away',
    calls: [frozenCall(maya, { is: 'mending', since: moment - 240_000 })],
  }),
  'call-waiting': sample({
    calls: [talking, frozenCall(yonas, { is: 'ringing here' }, { direction: 'incoming' })],
    waiting: frozenCall(yonas, { is: 'ringing here' }, { direction: 'incoming' }),
  }),
  'two-calls': sample({ calls: [talking, held] }),
  'transfer-sheet': sample({ calls: [talking] }, { sheet: 'transfer' }),
  transferring: sample({
    calls: [frozenCall(maya, up(80), { quality: good, transfer: { is: 'ringing', to: tomas } })],
  }),
  'transfer-failed': sample({
    calls: [
      frozenCall(maya, up(80), {
        quality: good,
        transfer: {
          is: 'failed',
          to: tomas,
          trouble: trouble('transfer failed', { who: tomas.name, status: 486 }),
        },
      }),
    ],
  }),
  consulting: sample({ calls: [consulted, held] }),
  'three-way': sample({
    calls: [
      frozenCall(maya, up(187), { quality: good, joined: true }),
      frozenCall(tomas, up(96), { quality: good, joined: true }),
    ],
  }),
  video: sample({
    calls: [
      frozenCall(maya, up(65), {
        quality: good,
        camera: true,
        picture: { id: 'theirs' },
        ownPicture: { id: 'mine' },
      }),
    ],
  }),
  'screen-share': sample({
    calls: [
      frozenCall(maya, up(65), { quality: good, screen: true, ownPicture: { id: 'screen' } }),
    ],
  }),
  'failed-busy': sample({
    calls: [
      frozenCall(maya, over('failed'), {
        trouble: trouble('busy', { who: maya.name, status: 486 }),
      }),
    ],
  }),
  'failed-not-found': sample({
    calls: [
      frozenCall(outside, over('failed'), {
        trouble: trouble('not found', { who: outside.name, status: 404, said: 'No such number' }),
      }),
    ],
  }),
  'failed-microphone': sample({
    calls: [frozenCall(echo, over('failed'), { trouble: trouble('microphone denied') })],
  }),
  'failed-evil': sample({
    calls: [
      frozenCall(evil, over('failed'), {
        trouble: trouble('declined', {
          who: evil.name,
          status: 603,
          said: '<img src=x onerror=alert(3)>',
        }),
      }),
    ],
  }),
  'call-over': sample({ calls: [frozenCall(bob, over('answered', 187))] }),
  history: sample({ place: { is: 'history' }, voicemail: [1, 3] }),
  'history-empty': sample({ place: { is: 'history' }, history: [] }),
  contacts: sample({ place: { is: 'contacts' }, contacts }),
  'contacts-imported': sample({
    place: { is: 'contacts' },
    imported: { added: 48, changed: 3, skipped: 1 },
  }),
  'contacts-unreadable': sample({
    place: { is: 'contacts' },
    contactTrouble: trouble('file unreadable'),
    contacts: directory,
  }),
  'contacts-empty': sample({ place: { is: 'contacts' }, contacts: [] }),
  chats: sample({ place: { is: 'chats' }, chats }),
  'chats-empty': sample({ place: { is: 'chats' } }),
  chat: sample({ place: { is: 'chat', address: maya.address }, chats }),
  'chat-failed': sample({ place: { is: 'chat', address: tomas.address }, chats }),
  'audio-check': sample({ place: { is: 'audio check' }, level: 0.62 }),
  'audio-check-network': sample({
    place: { is: 'audio check' },
    seenAs: '203.0.113.7:51820',
    findings: ['symmetric nat', 'relay'],
  }),
  'audio-check-prompt': sample({ place: { is: 'audio check' }, permission: 'prompt', devices: [] }),
  'audio-check-denied': sample({
    place: { is: 'audio check' },
    permission: 'denied',
    browser: 'firefox',
  }),
  settings: sample({ place: { is: 'settings' } }),
  'no-network': sample({
    line: 'away',
    banner: { trouble: trouble('offline'), retryAt: moment + 4_000 },
  }),
  'no-server': sample({
    line: 'away',
    banner: { trouble: trouble('server unreachable'), retryAt: moment + 9_000 },
  }),
  'other-tab': sample({
    line: 'other tab',
    banner: { trouble: trouble('other tab'), retryAt: undefined },
  }),
  refused: sample({
    line: 'refused',
    banner: { trouble: trouble('login refused'), retryAt: undefined },
  }),
  explain: sample({ place: { is: 'explain', callId: '6b17@phone' } }),
  'explain-in-call': sample({ place: { is: 'explain', callId: '6b17@phone' }, calls: [talking] }),
  'explain-nothing': sample({ place: { is: 'explain', callId: 'none' } }),
};

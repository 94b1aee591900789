// Those who appear in the gallery: people, devices, calls that are over, and chats.
import type { Party, Quality } from '../../model/call.ts';
import type { Chat, Contact, HistoryEntry, Lamp } from '../../model/phone.ts';
import type { Device } from '../../model/ports.ts';
import { trouble } from '../../words/trouble.ts';

/** When all pictures are taken: 22 November 2026, 14:32:40 UTC. */
export const moment = 1_795_357_960_000;
const minute = 60_000;
const hour = 60 * minute;

/** A person with an address. */
export function person(name: string, user: string): Party {
  return { name, address: `sip:${user}@127.0.0.1` };
}

export const maya: Party = person('Maya Lindqvist', 'maya');
export const tomas: Party = person('Tomás Ferreira', 'tomas');
export const reception: Party = person('Reception', '200');
export const aisha: Party = person('Aisha Rahman', 'aisha');
export const bob: Party = person('Bob', 'bob');
export const echo: Party = person('Echo', 'echo');
export const yonas: Party = person('Yonas Bekele', 'yonas');
export const outside: Party = { name: '+1 415 555 0100', address: 'tel:+14155550100' };
/** Somebody whose name tries to be more than text. */
export const evil: Party = {
  name: '<img src=x onerror=alert(1)>',
  address: 'sip:mallory@127.0.0.1',
  claims: '<script>alert(2)</script>',
};

function contact(party: Party, note: string | undefined, given: boolean): Contact {
  return {
    id: party.address,
    name: party.name,
    addresses: [party.address],
    note,
    given,
    watched: !given,
  };
}

export const directory: readonly Contact[] = [
  contact(echo, 'sends your voice back', true),
  contact(bob, 'rings, answers and talks', true),
];

export const contacts: readonly Contact[] = [
  ...directory,
  contact(aisha, undefined, false),
  contact(maya, 'Support, second level', false),
  contact(reception, undefined, false),
  contact(tomas, undefined, false),
  contact(yonas, 'Warehouse', false),
];

export const lamps: readonly Lamp[] = [
  { with: aisha, state: 'available', note: undefined },
  { with: maya, state: 'busy', note: undefined },
  { with: reception, state: 'ringing', note: undefined },
  { with: tomas, state: 'away', note: 'Back on Tuesday' },
];

export const devices: readonly Device[] = [
  { id: 'm1', kind: 'microphone', name: 'Jabra Evolve2 65' },
  { id: 'm2', kind: 'microphone', name: 'Built-in microphone' },
  { id: 's1', kind: 'speaker', name: 'Jabra Evolve2 65' },
  { id: 's2', kind: 'speaker', name: 'Built-in speakers' },
  { id: 'c1', kind: 'camera', name: 'FaceTime HD Camera' },
];

export const good: Quality = {
  bars: 4,
  cause: 'good',
  roundTripMilliseconds: 24,
  jitterMilliseconds: 3,
  lossPercent: 0,
  concealmentPercent: 0.1,
  codec: 'Opus 48 kHz',
  relayed: false,
};

export const poor: Quality = {
  ...good,
  bars: 2,
  cause: 'loss',
  roundTripMilliseconds: 180,
  jitterMilliseconds: 41,
  lossPercent: 4.2,
  concealmentPercent: 3.8,
  relayed: true,
};

function over(
  party: Party,
  how: HistoryEntry['how'],
  ago: number,
  more: Partial<HistoryEntry> = {},
): HistoryEntry {
  return {
    id: `${party.address}-${ago}`,
    callId: '6b17@phone',
    with: party,
    direction: 'incoming',
    how,
    at: moment - ago,
    seconds: 0,
    trouble: undefined,
    fresh: false,
    ...more,
  };
}

export const history: readonly HistoryEntry[] = [
  over(aisha, 'missed', 12 * minute, { fresh: true }),
  over(echo, 'answered', 40 * minute, { direction: 'outgoing', seconds: 64 }),
  over(maya, 'answered', 2 * hour, { seconds: 754 }),
  over(tomas, 'failed', 3 * hour, {
    direction: 'outgoing',
    trouble: trouble('not reachable', { who: 'Tomás Ferreira', status: 480 }),
  }),
  over(outside, 'missed', 5 * hour, { fresh: true }),
  over(reception, 'elsewhere', 21 * hour),
  over(bob, 'answered', 22 * hour, { direction: 'outgoing', seconds: 3_731 }),
  over(yonas, 'declined', 25 * hour),
  over(maya, 'transferred', 26 * hour, { direction: 'outgoing', seconds: 95 }),
  over(outside, 'cancelled', 27 * hour, { direction: 'outgoing' }),
];

export const chats: readonly Chat[] = [
  {
    with: maya,
    unread: 2,
    messages: [
      message('them', 'Did the desk phone in the lab come back?', 3 * hour),
      message('me', 'It registers again. The certificate was too old.', 3 * hour - 4 * minute),
      message('them', 'Great, thank you!', 2 * hour),
      message('me', 'I will call the supplier at three and ask for new ones.', 90 * minute),
      message('me', 'Shall I add you to the call?', 88 * minute, 'kept'),
      message('them', 'Yes please, just transfer me when they pick up.', 9 * minute),
      message('them', '<b>And bring the serial number</b>', 8 * minute),
      message('me', 'On it', 2 * minute, 'sending'),
    ],
  },
  {
    with: tomas,
    unread: 0,
    messages: [message('me', 'Can you hear me now?', 26 * hour, 'failed')],
  },
  { with: reception, unread: 0, messages: [message('them', 'A parcel for you', 30 * hour)] },
];

function message(
  from: 'me' | 'them',
  text: string,
  ago: number,
  state: Chat['messages'][number]['state'] = 'delivered',
): Chat['messages'][number] {
  return {
    id: `${ago}`,
    from,
    text,
    at: moment - ago,
    state,
    trouble:
      state === 'failed' ? trouble('message not sent', { who: 'Tomás Ferreira' }) : undefined,
  };
}

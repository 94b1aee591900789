// The story of one call, written by hand: 401 and again, it rings, it is answered, it is held, it ends.
import type { Call, Change, Label, Labelled, MessageRow, Party } from '@offhook/sip/trace';
import type { CallStory } from '../../model/phone.ts';
import { moment } from './cast.ts';

const startedAt = moment - 60_000;
const ours = party(1, 'phone', '127.0.0.1:8080', true);
const theirs = party(2, 'maya', '127.0.0.1:5060', false);

function party(id: number, name: string, address: string, observed: boolean): Party {
  return {
    id,
    name,
    address,
    observed,
    get current() {
      return this;
    },
  };
}

const label = (lane: Label['lane'], number: number): Label => ({
  lane,
  number,
  source: 'recorded',
});
const [d1, s1] = [label('D', 1), label('S', 1)];

function change(of: Label, subject: string, before: string | undefined, after: string): Change {
  return {
    at: startedAt,
    label: of,
    subject,
    endpoints: ['phone'],
    event: '',
    before,
    after,
    detail: undefined,
    timers: [],
    started: [],
    actions: [],
    machine: undefined,
    stray: false,
    source: 'recorded',
  };
}

const call: Call = {
  number: 1,
  callId: '6b17@phone',
  method: 'INVITE',
  from: 'sip:phone@127.0.0.1',
  to: 'sip:maya@127.0.0.1',
  caller: ours,
  callee: theirs,
  startedAt,
  lastAt: moment,
  messages: 11,
  resent: 0,
  transactions: 5,
  dialogs: 1,
  sessions: 1,
  legs: [],
  reports: [],
  outcome: {
    over: true,
    status: 200,
    reason: 'OK',
    answeredAt: startedAt + 3_120,
    cancelledBy: undefined,
    endedBy: theirs,
    endedAt: moment,
    timedOut: false,
    undelivered: false,
    begunAt: startedAt,
    tries: 2,
    credentials: 'token',
    asked: false,
    binding: undefined,
  },
};

let rowId = 0;

function message(
  after: number,
  title: string,
  labels: readonly Label[],
  changes: readonly Change[] = [],
): MessageRow {
  rowId += 1;
  const status = /^\d{3}/.test(title) ? Number(title.slice(0, 3)) : undefined;
  const fromThem = status !== undefined || title === 'BYE';
  const lastIsOurs = title === '200 OK ';
  const [from, to] = fromThem && !lastIsOurs ? [theirs, ours] : [ours, theirs];
  return {
    kind: 'message',
    id: rowId,
    revision: 1,
    call,
    at: startedAt + after,
    number: rowId,
    delta: 0,
    from,
    to,
    protocol: 'WS',
    method: 'INVITE',
    status,
    title: title.trim(),
    firstLine: title,
    cseq: 1,
    labels,
    resend: 0,
    sentAt: undefined,
    receivedAt: undefined,
    sdp: undefined,
    changes,
  };
}

const [t1, t2, t3, t4, t5] = [
  label('T', 1),
  label('T', 2),
  label('T', 3),
  label('T', 4),
  label('T', 5),
];

const rows: readonly Labelled[] = [
  message(
    0,
    'INVITE',
    [t1, s1],
    [
      change(t1, 'INVITE client', undefined, 'Calling'),
      change(s1, 'session', undefined, 'offered'),
    ],
  ),
  message(
    4,
    '407 Proxy Authentication Required',
    [t1],
    [change(t1, 'INVITE client', 'Calling', 'Completed')],
  ),
  message(6, 'INVITE', [t2, s1], [change(t2, 'INVITE client', undefined, 'Calling')]),
  message(9, '100 Trying', [t2], [change(t2, 'INVITE client', 'Calling', 'Proceeding')]),
  message(82, '180 Ringing', [t2, d1], [change(d1, 'dialog', undefined, 'early')]),
  message(
    3_120,
    '200 OK',
    [t2, d1, s1],
    [
      change(t2, 'INVITE client', 'Proceeding', 'Accepted'),
      change(d1, 'dialog', 'early', 'confirmed'),
      change(s1, 'session', 'offered', 'active'),
    ],
  ),
  message(3_122, 'ACK', [t3, d1, s1]),
  {
    kind: 'media',
    id: 90,
    revision: 1,
    call,
    at: startedAt + 3_130,
    label: s1,
    state: 'active',
    from: ours,
    to: theirs,
    streams: [
      { media: 'audio', codec: 'opus', ptime: 20, forth: true, back: true, encrypted: true },
    ],
    lasted: undefined,
  },
  message(24_000, 'INVITE', [t4, d1, s1], [change(t4, 'INVITE client', undefined, 'Calling')]),
  message(
    24_090,
    '488 Not Acceptable Here',
    [t4, d1],
    [change(t4, 'INVITE client', 'Calling', 'Completed')],
  ),
  message(60_000, 'BYE', [t5, d1], [change(d1, 'dialog', 'confirmed', 'terminated')]),
  message(60_001, '200 OK ', [t5, d1], [change(s1, 'session', 'active', 'ended')]),
];

/** The story. */
export const story: CallStory = { call, rows, text: '' };

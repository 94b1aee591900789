// The figures of transactions over observed messages: states, timers and strays at their times.
import { expect, test } from 'vitest';
import { replayTransaction } from './transaction.ts';
import type { TransactionMessage, TransactionToReplay } from './transaction.ts';
import type { Replayed } from './tell.ts';

/** `0 INVITE`, `500 INVITE again`, `600 180`: milliseconds, then a request's method or a status. */
function messages(...lines: readonly string[]): readonly TransactionMessage[] {
  return lines.map((line, index) => {
    const [at = '0', what = '', again] = line.split(' ');
    const status = /^\d+$/.test(what) ? Number(what) : undefined;
    return {
      number: index + 1,
      at: Number(at),
      method: status === undefined ? what : '',
      status,
      repeated: again !== undefined,
    };
  });
}

function replay(
  figure: TransactionToReplay['figure'],
  lines: readonly string[],
  options: Partial<TransactionToReplay> = {},
): Replayed {
  const method = lines[0]?.split(' ')[1] ?? '';
  const replayed = replayTransaction({
    figure,
    party: 1,
    method,
    label: undefined,
    reliable: false,
    messages: messages(...lines).map((message) =>
      message.status === undefined ? message : { ...message, method },
    ),
    until: 100_000,
    ...options,
  });
  if (replayed === undefined) throw new Error('Nothing to replay');
  return replayed;
}

function states({ machine }: Replayed): readonly string[] {
  return machine.states.map(({ state, from }) => `${from} ${state}`);
}

function told({ changes, steps }: Replayed): readonly string[] {
  const at = changes.map(({ message, change }) => `#${message} ${change.event}`);
  return [...at, ...steps.map((step) => `${step.at} ${step.change.event}`)];
}

const inviteRepeats = ['0 INVITE', '500 INVITE again', '1500 INVITE again', '3500 INVITE again'];

test('an INVITE that nobody answers: Timer A at each repeat, and Timer B without a message', () => {
  const replayed = replay('invite-client', [
    ...inviteRepeats,
    '7500 INVITE again',
    '15500 INVITE again',
    '31500 INVITE again',
  ]);
  expect(states(replayed)).toEqual(['0 Calling', '32000 Terminated']);
  expect(told(replayed)).toEqual([
    '#1 created',
    ...[2, 3, 4, 5, 6, 7].map((number) => `#${number} Timer A fires`),
    '32000 Timer B fires',
  ]);
  expect(replayed.machine.timers.filter(({ name }) => name === 'A')).toMatchObject([
    { from: 0, due: 500, to: 500, fired: true },
    { from: 500, due: 1500, fired: true },
    { from: 1500, due: 3500, fired: true },
    { from: 3500, due: 7500, fired: true },
    { from: 7500, due: 15500, fired: true },
    { from: 15500, due: 31500, fired: true },
    { from: 31500, due: 63500, to: 32000, fired: false },
  ]);
});

test('what was looked at for too short a time leaves the timers running', () => {
  const { machine } = replay('invite-client', inviteRepeats, { until: 4000 });
  expect(machine.states).toMatchObject([{ state: 'Calling', to: undefined }]);
  expect(machine.timers.filter(({ to }) => to === undefined)).toMatchObject([
    { name: 'B', due: 32000 },
    { name: 'A', due: 7500 },
  ]);
});

test('a repeat comes late by the jitter of its machine, and the next is counted from it', () => {
  const replayed = replay('invite-client', [
    '0 INVITE',
    '540 INVITE again',
    '1610 INVITE again',
    '1650 100',
  ]);
  expect(told(replayed).slice(0, 4)).toEqual([
    '#1 created',
    '#2 Timer A fires',
    '#3 Timer A fires',
    '#4 1xx',
  ]);
});

test('a repeat that the capture did not see is passed over, and counts as not fired', () => {
  const replayed = replay('invite-client', ['0 INVITE', '1500 INVITE again', '1600 200']);
  expect(told(replayed)).toEqual([
    '#1 created',
    '#2 Timer A fires',
    '#3 2xx',
    '33600 Timer M fires',
  ]);
  expect(replayed.machine.timers.filter(({ name }) => name === 'A')).toMatchObject([
    { due: 500, fired: false },
    { due: 1500, fired: true },
    { due: 3500, fired: false },
  ]);
});

test('another T1 is read from repeats that plainly double', () => {
  const replayed = replay('invite-client', ['0 INVITE', '200 INVITE again', '600 INVITE again']);
  expect(states(replayed)).toEqual(['0 Calling', '12800 Terminated']);
});

test('an INVITE that is answered, refused, and cancelled', () => {
  expect(states(replay('invite-client', ['0 INVITE', '10 100', '900 180', '2000 200']))).toEqual([
    '0 Calling',
    '10 Proceeding',
    '2000 Accepted',
    '34000 Terminated',
  ]);
  const refused = ['0 INVITE', '10 100', '900 486', '901 ACK'];
  expect(states(replay('invite-client', refused))).toEqual([
    '0 Calling',
    '10 Proceeding',
    '900 Completed',
    '32900 Terminated',
  ]);
  const cancelled = ['0 INVITE', '10 180', '900 CANCEL', '950 487', '951 ACK'];
  expect(states(replay('invite-client', cancelled))).toEqual([
    '0 Calling',
    '10 Proceeding',
    '900 Proceeding, cancelled',
    '950 Completed',
    '32950 Terminated',
  ]);
});

test('on a reliable transport nothing is repeated, and a repeat is a stray', () => {
  const lines = ['0 INVITE', '500 INVITE again', '600 486', '601 ACK'];
  const replayed = replay('invite-client', lines, { reliable: true });
  expect(replayed.changes.map(({ change }) => [change.event, change.stray])).toEqual([
    ['created', false],
    ['INVITE sent again', true],
    ['300-699', false],
  ]);
  expect(states(replayed)).toEqual(['0 Calling', '600 Completed', '600 Terminated']);
});

test('a server whose 486 nobody acknowledges: G at each repeat, and H', () => {
  const replayed = replay('invite-server', [
    '0 INVITE',
    '200 100',
    '900 486',
    '1400 486 again',
    '2400 486 again',
    '4400 486 again',
    '8400 486 again',
  ]);
  expect(told(replayed)).toEqual([
    '#1 created',
    '#2 Timer 100 fires',
    '#3 300-699 from TU',
    '#4 Timer G fires',
    '#5 Timer G fires',
    '#6 Timer G fires',
    '#7 Timer G fires',
    '32900 Timer H fires',
  ]);
});

test('a server that answers a repeated INVITE repeats what it said last', () => {
  const replayed = replay('invite-server', [
    '0 INVITE',
    '50 180',
    '500 INVITE again',
    '501 180 again',
    '900 486',
    '910 ACK',
    '920 ACK again',
  ]);
  expect(told(replayed)).toEqual([
    '#1 created',
    '#2 101-199 from TU',
    '#3 INVITE',
    '#5 300-699 from TU',
    '#6 ACK',
    '#7 ACK',
    '5910 Timer I fires',
  ]);
});

test('a 2xx that is repeated until ACK', () => {
  const replayed = replay('invite-server', ['0 INVITE', '50 200', '550 200 again', '560 ACK']);
  expect(told(replayed)).toEqual([
    '#1 created',
    '#2 2xx from TU',
    '#3 2xx from TU',
    '#4 ACK',
    '32050 Timer L fires',
  ]);
});

test('a request that is no INVITE, at both its ends', () => {
  const lines = ['0 BYE', '500 BYE again', '510 200', '1000 BYE again', '1001 200 again'];
  expect(told(replay('non-invite-client', lines))).toEqual([
    '#1 created',
    '#2 Timer E fires',
    '#3 200-699',
    '#4 BYE sent again',
    '#5 200-699',
    '5510 Timer K fires',
  ]);
  expect(told(replay('non-invite-server', lines))).toEqual([
    '#1 created',
    '#2 request',
    '#3 200-699 from TU',
    '#4 request',
    '32510 Timer J fires',
  ]);
});

test('repeats at T2 after a 1xx, and Timer F runs on', () => {
  const replayed = replay('non-invite-client', [
    '0 OPTIONS',
    '500 OPTIONS again',
    '600 100',
    '1500 OPTIONS again',
    '5500 OPTIONS again',
    '9500 OPTIONS again',
  ]);
  expect(states(replayed)).toEqual(['0 Trying', '600 Proceeding', '32000 Terminated']);
  expect(
    replayed.changes.map(({ change }) => change.event).filter((event) => event === 'Timer E fires'),
  ).toHaveLength(4);
});

test('each step has its section, and timers tell when they are due', () => {
  const { changes } = replay('invite-client', ['0 INVITE', '10 180']);
  expect(changes[0]?.change).toMatchObject({
    section: 'RFC 3261 §17.1.1.2',
    source: 'inferred',
    subject: 'INVITE client',
    started: [
      { name: 'A', due: 500 },
      { name: 'B', due: 32000 },
    ],
  });
  expect(changes[1]?.change).toMatchObject({ before: 'Calling', after: 'Proceeding', timers: [] });
});

test('an ACK has no machine, and neither has a transaction whose request was not seen', () => {
  const shared = { party: 1, label: undefined, reliable: false, until: 0 } as const;
  const ack = { ...shared, figure: 'invite-client', method: 'ACK' } as const;
  expect(replayTransaction({ ...ack, messages: messages('0 ACK') })).toBeUndefined();
  const late = { ...shared, figure: 'invite-client', method: 'INVITE' } as const;
  expect(replayTransaction({ ...late, messages: messages('0 200') })).toBeUndefined();
});

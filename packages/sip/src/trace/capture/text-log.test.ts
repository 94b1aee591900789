// Text logs as SIPp and sngrep write them, and files of our own tap.
import { expect, test } from 'vitest';
import type { Captured } from './captured.ts';
import { utcMilliseconds } from './calendar.ts';
import { formatTapLine } from './tap-lines.ts';
import { read, told } from './told.test-kit.ts';
import * as kit from './wire.test-kit.ts';

const request = kit.options.replace('Content-Length: 0', 'Content-Length: 3') + 'a\n\n';
const answer = kit.options.replace(/^.*\r\n/, 'SIP/2.0 200 OK\r\n');
const line = '10.0.0.1:5060 10.0.0.2:5060 OPTIONS sip:bob@10.0.0.2 SIP/2.0';
const answerLine = '10.0.0.2:5060 10.0.0.1:5060 SIP/2.0 200 OK';

function texts(items: readonly Captured[]): readonly string[] {
  return items.flatMap((item) =>
    item.kind === 'observation' && item.observation.kind === 'message'
      ? [item.observation.text]
      : [],
  );
}

const sipp = (own: 'sent' | 'received'): string =>
  [
    '----------------------------------------------- 2023-11-14 22:13:20.250000',
    own === 'sent'
      ? `UDP message sent (${request.length} bytes):`
      : `UDP message received [${request.length}] bytes :`,
    '',
    request,
    '----------------------------------------------- 2023-11-14 22:13:20.500000',
    own === 'sent'
      ? `UDP message received [${answer.length}] bytes :`
      : `UDP message sent (${answer.length} bytes):`,
    '',
    answer,
    '',
  ].join('\n');

test.for(['sent', 'received'] as const)('the log of a SIPp by which the request was %s', (own) => {
  const file = kit.bytesOf(sipp(own));
  for (const size of [1, 33, file.length]) {
    const items = read(file, size);
    expect(told(items)).toEqual([`1 ${line}`, `2 ${answerLine}`]);
    expect(texts(items)).toEqual([request, answer]);
    expect(items).toMatchObject([
      { observation: { at: kit.firstSecond * 1000 + 250, protocol: 'UDP' } },
      {},
    ]);
  }
});

test('a SIPp log that ends within a message', () => {
  expect(told(read(kit.bytesOf(sipp('sent').slice(0, -20))))).toEqual([
    `1 ${line}`,
    `2 ${answerLine}`,
    '2 cut',
  ]);
});

test('what sngrep saved as text: addresses and times stand there, the protocol in the Via', () => {
  const secure = answer.replace('SIP/2.0/UDP', 'SIP/2.0/TLS');
  const file = kit.bytesOf(
    `2023/11/14 22:13:20.250000 10.0.0.1:5060 -> 10.0.0.2:5060\n${request}\n\n`,
    `2023/11/14 22:13:20.500000 [2001:db8::2]:5061 -> 10.0.0.1:5060\n${secure}\n\n`,
  );
  for (const size of [1, 33, file.length]) {
    const items = read(file, size);
    expect(told(items)).toEqual([`1 ${line}`, '2 2001:db8::2:5061 10.0.0.1:5060 SIP/2.0 200 OK']);
    expect(texts(items)).toEqual([request, secure]);
    expect(items).toMatchObject([
      { observation: { protocol: 'UDP' } },
      { observation: { protocol: 'TLS' } },
    ]);
  }
});

test('text that is no log is told so', () => {
  expect(read(kit.bytesOf('# A list of things to buy\nbread\n'))).toMatchObject([
    { kind: 'problem', text: 'The file is no capture, and no log that can be read.' },
  ]);
});

test('lines of the tap, bare and as commands print them, are the observations that they were', () => {
  const [first] = read(kit.pcap([kit.ipv4(kit.udp(kit.options))], { link: 101 }));
  if (first?.kind !== 'observation') throw new Error('It is a message');
  const tapLine = formatTapLine({ ...first.observation, endpoint: 'alice' });
  const file = kit.bytesOf(
    `${tapLine}\n{"event":"ready"}\n\n{"event":"observation","observation":${tapLine}}\n{"v":2}\n${tapLine}`,
  );
  for (const size of [1, 100, file.length]) {
    const items = read(file, size);
    expect(told(items)).toEqual([`1 ${line}`, `4 ${line}`, '5 damaged', `6 ${line}`]);
    expect(items[0]).toMatchObject({ observation: { endpoint: 'alice' } });
  }
});

test('dates are those of the calendar', () => {
  for (const text of [
    '1970-01-01 00:00:00.5',
    '2000-02-29 23:59:59.999',
    '2023-11-14 22:13:20.25',
    '2100-03-01 00:00:00.0',
  ]) {
    expect(utcMilliseconds(text)).toBe(Date.parse(`${text.replace(' ', 'T')}Z`));
  }
  expect(utcMilliseconds('yesterday')).toBe(undefined);
});

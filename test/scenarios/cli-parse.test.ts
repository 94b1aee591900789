// Messages that the command line reads header by header, good ones and broken ones.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { World } from '../peers/world.ts';
import { run, feed, undocumented } from './command.ts';

const good = [
  'INVITE sip:bob@example.com SIP/2.0',
  'Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1',
  'Max-Forwards: 70',
  'From: "Ren\u00e9" <sip:alice@example.com>;tag=1',
  'To: <sip:bob@example.com>',
  'Call-ID: 1',
  'CSeq: 1 INVITE',
  'Contact: <sip:alice@192.0.2.1>',
];
const sdp = [
  'v=0',
  'o=- 1 1 IN IP4 192.0.2.1',
  's=-',
  'c=IN IP4 192.0.2.1',
  't=0 0',
  'm=audio 4000 RTP/AVP 0',
  'a=sendonly',
  '',
];

function message(headers: readonly string[], body: readonly string[] = []): string {
  const type = body.length === 0 ? [] : ['Content-Type: application/sdp'];
  return [
    ...headers,
    ...type,
    `Content-Length: ${Buffer.byteLength(body.join('\r\n'))}`,
    '',
    body.join('\r\n'),
  ].join('\r\n');
}

test('parse tells a good message header by header and its session description line by line', async () => {
  await using world = new World();
  const { status, output } = feed(['parse', '-'], message(good, sdp));
  expect(status, output).toBe(0);
  expect(output).toMatch(/^Valid: request INVITE sip:bob@example\.com\n/);
  expect(output).toMatch(/From +"Ren\u00e9" <sip:alice@example\.com>;tag=1/);
  expect(output).toMatch(/a=sendonly +sends only: holds the peer/);
  const file = path.join(world.folder, 'message');
  writeFileSync(file, message(good, sdp));
  const { events } = await run(world, ['parse', file, '--json']);
  expect(events).toMatchObject([{ event: 'message', valid: true, kind: 'request', problems: [] }]);
  expect(undocumented('parse', events)).toEqual([]);
});

test.each<[string, string]>([
  ['nothing at all', ''],
  ['no SIP', 'GET / HTTP/1.1\r\n\r\n'],
  ['another version', message(['INVITE sip:bob@example.com SIP/3.0', ...good.slice(1)])],
  ['no Via', message(good.filter((line) => !line.startsWith('Via')))],
  ['no Call-ID', message(good.filter((line) => !line.startsWith('Call-ID')))],
  ['two CSeq', message([...good, 'CSeq: 2 INVITE'])],
  ['a CSeq of another method', message(good.map((line) => line.replace('1 INVITE', '1 BYE')))],
  ['a body that is too short', message(good).replace('Content-Length: 0', 'Content-Length: 5')],
  ['a negative length', message(good).replace('Content-Length: 0', 'Content-Length: -1')],
  ['a bad Request-URI', message(['INVITE sip:bob@@example.com SIP/2.0', ...good.slice(1)])],
  ['a bad session description', message(good, ['v=0', 'nonsense', ''])],
  ['too many bytes', message(good, ['x'.repeat(70_000)])],
])('parse of a message with %s is status 1, in words and in JSON', (_name, text) => {
  const words = feed(['parse', '-'], text);
  expect(words.status, words.output).toBe(1);
  expect(words.output).toMatch(/^(?:Not valid: .|Valid, but its body is not: )/);
  const { status, events } = feed(['parse', '-', '--json'], text);
  expect(status).toBe(1);
  expect(events).toMatchObject([
    { event: 'message', valid: false, problems: [expect.any(String)] },
  ]);
  expect(undocumented('parse', events)).toEqual([]);
});

test('what a stranger wrote reaches the terminal without control characters (A14)', () => {
  const nasty = good.map((line) => line.replace('Ren\u00e9', 'a\u001b[31m\u202eb\u0085'));
  const words = feed(['parse', '-'], message([...nasty, 'User-Agent: \u001b]0;owned\u0007']));
  const json = feed(
    ['parse', '-', '--json'],
    message([...nasty, 'User-Agent: \u001b]0;owned\u0007']),
  );
  for (const { output } of [words, json])
    expect(output).not.toMatch(/[\0-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
});

// Messages taken apart to be read.
import { expect, test } from 'vitest';
import { decodeMessage, decodeSdp } from './decode.ts';

const text = [
  'INVITE sip:bob@example.com SIP/2.0',
  'v: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1',
  'Max-Forwards: 70',
  'Subject: on',
  '\ttwo lines',
  'f: <sip:alice@example.com>;tag=1',
  'X-Mine: yes',
  'c: application/sdp',
  '',
  'v=0',
  'o=- 1 1 IN IP4 192.0.2.1',
  's=-',
  'm=audio 4000 RTP/AVP 0',
  'a=rtpmap:0 PCMU/8000',
  'a=sendonly',
  'm=video 0 RTP/AVP 31',
  '',
].join('\r\n');

test('headers stand in groups, by their full names, and long ones in one piece', () => {
  const { startLine, groups, contentType } = decodeMessage(text);
  expect(startLine).toBe('INVITE sip:bob@example.com SIP/2.0');
  expect(groups.map(({ name, headers }) => [name, headers.map((header) => header.name)])).toEqual([
    ['Way', ['Via', 'Max-Forwards']],
    ['Dialog', ['From']],
    ['Body', ['Content-Type']],
    ['Other', ['Subject', 'X-Mine']],
  ]);
  const subject = groups.at(-1)?.headers[0];
  expect(subject).toEqual({ name: 'Subject', value: 'on two lines', written: undefined, lines: 2 });
  expect(contentType).toBe('application/sdp');
});

test('SDP stands in blocks, one for each media line', () => {
  const blocks = decodeSdp(decodeMessage(text).body) ?? [];
  expect(blocks.map(({ title }) => title)).toEqual(['Session', 'Line 1: audio', 'Line 2: video']);
  expect(blocks[1]?.rows.slice(1)).toEqual([
    { type: 'a', attribute: 'rtpmap', value: '0 PCMU/8000' },
    { type: 'a', attribute: 'sendonly', value: '' },
  ]);
});

test('what is no message and no SDP is shown as it is', () => {
  for (const odd of ['', '\r\n\r\n', 'x', ' folded first', ':\r\n:', 'a\0b\r\n\tc']) {
    expect(decodeMessage(odd).startLine).toBe(odd.split(/\r?\n/)[0]);
  }
  expect(decodeSdp('hello')).toBeUndefined();
});

// Requests to a sender there and back, alone and in compounds, and across a call whose legs have other names for their sources.
import { expect, test } from 'vitest';
import type { RtcpPacket } from './packet.ts';
import { parseRtcp } from './parse.ts';
import { translateRtcp } from './translate.ts';
import type { RtcpCrossing } from './translate.ts';
import { formatRtcp } from './write.ts';

const report: RtcpPacket = { kind: 'receiver-report', ssrc: 1, reports: [] };

test('RFC 4585 §6.2.1: lost packets are a number and a mask of the sixteen after it', () => {
  const nack: RtcpPacket = { kind: 'nack', ssrc: 1, media: 2, lost: [65_534, 65_535, 14, 15] };
  const bytes = formatRtcp([nack], true);
  expect([...bytes]).toEqual([
    ...[0x81, 205, 0, 4, 0, 0, 0, 1, 0, 0, 0, 2],
    ...[0xff, 0xfe, 0x80, 0x01],
    ...[0, 15, 0, 0],
  ]);
  expect(parseRtcp(bytes, true)).toEqual([nack]);
});

test('RFC 4585 §6.3.1: a damaged picture is told in three words', () => {
  const loss: RtcpPacket = { kind: 'picture-loss', ssrc: 1, media: 0xdeadbeef };
  const bytes = formatRtcp([report, loss]);
  expect([...bytes.subarray(8)]).toEqual([
    ...[0x81, 206, 0, 2, 0, 0, 0, 1, 0xde, 0xad, 0xbe, 0xef],
  ]);
  expect(parseRtcp(bytes)).toEqual([report, loss]);
});

test('RFC 5104 §4.3.1.1: a demanded picture names its sender in the entry, and nobody in the head', () => {
  const demand: RtcpPacket = {
    kind: 'full-intra-request',
    ssrc: 1,
    requests: [
      { media: 2, sequence: 255 },
      { media: 3, sequence: 0 },
    ],
  };
  const bytes = formatRtcp([demand], true);
  expect([...bytes]).toEqual([
    ...[0x84, 206, 0, 6, 0, 0, 0, 1, 0, 0, 0, 0],
    ...[0, 0, 0, 2, 255, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0],
  ]);
  expect(parseRtcp(bytes, true)).toEqual([demand]);
});

test('RFC 5506 §3.2: feedback alone is taken from those who agreed to it, and from nobody else', () => {
  const loss: RtcpPacket = { kind: 'picture-loss', ssrc: 1, media: 2 };
  const bytes = formatRtcp([loss], true);
  expect(parseRtcp(bytes)).toBeUndefined();
  expect(parseRtcp(bytes, true)).toEqual([loss]);
  expect(() => formatRtcp([loss])).toThrow(RangeError);
});

test('feedback on bandwidth is let through the parser and read by nobody', () => {
  const remb: RtcpPacket = { kind: 'other', type: 206, count: 15, content: new Uint8Array(16) };
  const wide: RtcpPacket = { kind: 'other', type: 205, count: 15, content: new Uint8Array(16) };
  expect(parseRtcp(formatRtcp([report, remb, wide]))).toEqual([report, remb, wide]);
});

test('RFC 4585 §6.1: feedback that is shorter than it has to be makes the compound none (A67)', () => {
  expect(parseRtcp(Uint8Array.of(0x81, 206, 0, 1, 0, 0, 0, 1), true)).toBeUndefined();
  const empty = [0, 2, 0, 0, 0, 1, 0, 0, 0, 2];
  expect(parseRtcp(Uint8Array.of(0x81, 205, ...empty), true)).toBeUndefined();
  expect(parseRtcp(Uint8Array.of(0x84, 206, ...empty), true)).toBeUndefined();
});

/** Here sends 10, which the other side knows as 20; there sends 31, which is known here as 21. */
const crossing: RtcpCrossing = {
  sender: (ssrc) => (ssrc === 10 ? { ssrc: 20, timestampShift: 2 ** 32 - 100 } : undefined),
  heard: (ssrc) => (ssrc === 21 ? { ssrc: 31, sequenceShift: -5 } : undefined),
  listener: 29,
};
const block = {
  ...{ ssrc: 21, fractionLost: 1, lost: 2, highestSequence: 0x1_0003, jitter: 4 },
  ...{ lastReport: 5, delay: 6 },
};
const ntp = { seconds: 1, fraction: 2 };

test('RFC 3550 §7.2: reports cross with the names and numbers of the other side, and its times stay', () => {
  const sender = { kind: 'sender-report', ntp, packets: 7, octets: 8 } as const;
  const stranger = { ...block, ssrc: 99 };
  expect(
    translateRtcp(
      [
        { ...sender, ssrc: 10, timestamp: 50, reports: [block, stranger] },
        { ...sender, ssrc: 11, timestamp: 50, reports: [block] },
        { kind: 'receiver-report', ssrc: 12, reports: [] },
        {
          kind: 'source-description',
          chunks: [
            { ssrc: 10, cname: 'a' },
            { ssrc: 11, cname: 'b' },
          ],
        },
        { kind: 'goodbye', ssrcs: [10, 11], reason: 'over' },
        { kind: 'goodbye', ssrcs: [11], reason: undefined },
      ],
      crossing,
    ),
  ).toEqual([
    {
      ...{ ...sender, ssrc: 20, timestamp: 2 ** 32 - 50 },
      reports: [{ ...block, ssrc: 31, highestSequence: 0x1_fffe }],
    },
    {
      ...{ kind: 'receiver-report', ssrc: 29 },
      reports: [{ ...block, ssrc: 31, highestSequence: 0x1_fffe }],
    },
    { kind: 'receiver-report', ssrc: 29, reports: [] },
    { kind: 'source-description', chunks: [{ ssrc: 20, cname: 'a' }] },
    { kind: 'goodbye', ssrcs: [20], reason: 'over' },
  ]);
});

test('RFC 3550 §7.2: requests cross to the sender that is meant; those about others, and about one path, do not', () => {
  const bandwidth = { kind: 'other', type: 205, count: 15, content: new Uint8Array(8) } as const;
  expect(
    translateRtcp(
      [
        { kind: 'picture-loss', ssrc: 10, media: 21 },
        { kind: 'picture-loss', ssrc: 10, media: 22 },
        { kind: 'nack', ssrc: 12, media: 21, lost: [3, 65_535] },
        {
          kind: 'full-intra-request',
          ssrc: 10,
          requests: [
            { media: 21, sequence: 9 },
            { media: 22, sequence: 9 },
          ],
        },
        { kind: 'full-intra-request', ssrc: 10, requests: [{ media: 22, sequence: 9 }] },
        bandwidth,
      ],
      crossing,
    ),
  ).toEqual([
    { kind: 'picture-loss', ssrc: 20, media: 31 },
    { kind: 'nack', ssrc: 29, media: 31, lost: [65_534, 65_530] },
    { kind: 'full-intra-request', ssrc: 20, requests: [{ media: 31, sequence: 9 }] },
  ]);
});

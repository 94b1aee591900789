// Compounds there and back, and compounds that lie.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ntpMiddle, ntpTime, roundTripMilliseconds } from './packet.ts';
import type { RtcpPacket } from './packet.ts';
import { parseRtcp } from './parse.ts';
import { formatRtcp } from './write.ts';

const block = {
  ssrc: 0xdeadbeef,
  fractionLost: 12,
  lost: -3,
  highestSequence: 65_536,
  jitter: 5,
  lastReport: 0xffff_ffff,
  delay: 1,
};
const compound: readonly RtcpPacket[] = [
  {
    kind: 'sender-report',
    ssrc: 1,
    ntp: { seconds: 0x8000_0000, fraction: 0xffff_ffff },
    timestamp: 160,
    packets: 2,
    octets: 320,
    reports: [block],
  },
  {
    kind: 'source-description',
    chunks: [
      { ssrc: 1, cname: 'añb' },
      { ssrc: 2, cname: undefined },
    ],
  },
  { kind: 'goodbye', ssrcs: [1, 2], reason: 'enough' },
  { kind: 'other', type: 207, count: 3, content: Uint8Array.of(1, 2, 3, 4) },
];

test('RFC 3550 §6.1: a compound is read as it was written', () => {
  expect(parseRtcp(formatRtcp(compound))).toEqual(compound);
  const report: readonly RtcpPacket[] = [
    { kind: 'receiver-report', ssrc: 9, reports: [block, block] },
  ];
  expect(parseRtcp(formatRtcp(report))).toEqual(report);
});

test('RFC 3550 §6.5: names of every length end on a boundary', () => {
  for (const length of [0, 1, 2, 3, 4, 5, 254, 255]) {
    const cname = 'x'.repeat(length);
    const packets: readonly RtcpPacket[] = [
      { kind: 'receiver-report', ssrc: 1, reports: [] },
      {
        kind: 'source-description',
        chunks: [
          { ssrc: 1, cname },
          { ssrc: 2, cname },
        ],
      },
    ];
    expect(parseRtcp(formatRtcp(packets))).toEqual(packets);
  }
});

test('RFC 3550 §6.1: a compound that does not start with a report, or whose lengths lie, is none (A67)', () => {
  const bytes = formatRtcp(compound);
  for (let length = 0; length < bytes.length; length += 1) {
    const cut = parseRtcp(bytes.subarray(0, length));
    if (cut !== undefined) expect(compound.slice(0, cut.length)).toEqual(cut);
  }
  expect(parseRtcp(Uint8Array.of(0x80, 200, 0, 0))).toBeUndefined();
  expect(parseRtcp(Uint8Array.of(0x81, 203, 0, 1, 0, 0, 0, 1))).toBeUndefined();
  expect(parseRtcp(bytes.with(3, 255))).toBeUndefined();
  expect(parseRtcp(bytes.with(0, 0x9f))).toBeUndefined();
  expect(parseRtcp(bytes.with(0, 0xa1))).toBeUndefined();
  expect(() => formatRtcp([{ kind: 'goodbye', ssrcs: [], reason: undefined }])).toThrow(RangeError);
});

test('RFC 3550 §6.4.1: padding is taken off the last packet only', () => {
  const padded = Uint8Array.of(0x80, 201, 0, 1, 0, 0, 0, 1, 0xa0, 207, 0, 1, 0, 0, 0, 4);
  expect(parseRtcp(padded)).toEqual([
    { kind: 'receiver-report', ssrc: 1, reports: [] },
    { kind: 'other', type: 207, count: 0, content: new Uint8Array(0) },
  ]);
  expect(parseRtcp(padded.with(15, 8))).toBeUndefined();
});

test('no bytes make the parser throw (A67)', () => {
  const bytes = fc.uint8Array({ minLength: 8, maxLength: 80 });
  fc.assert(
    fc.property(bytes, fc.integer({ min: 200, max: 204 }), fc.nat(8), (random, type, words) => {
      random.set([128 | ((random[0] ?? 0) & 31), type, 0, words]);
      parseRtcp(random);
      random.set([129, 201, 0, 1]);
      parseRtcp(random);
    }),
    { numRuns: 500 },
  );
});

test('RFC 3550 §4: NTP time counts from 1900', () => {
  expect(ntpTime(0)).toEqual({ seconds: 2_208_988_800, fraction: 0 });
  expect(ntpTime(500)).toEqual({ seconds: 2_208_988_800, fraction: 2 ** 31 });
  expect(ntpMiddle({ seconds: 0x1234_5678, fraction: 0x9abc_def0 })).toBe(0x5678_9abc);
});

test('RFC 3550 §6.4.1: the round trip is what is left of the time since our report', () => {
  const sent = 1_700_000_000_000;
  const report = { ...block, lastReport: ntpMiddle(ntpTime(sent)), delay: 65_536 };
  expect(roundTripMilliseconds(report, sent + 1250)).toBeCloseTo(250, 0);
  expect(roundTripMilliseconds(report, sent + 900)).toBeUndefined();
  expect(roundTripMilliseconds({ ...report, lastReport: 0 }, sent)).toBeUndefined();
});

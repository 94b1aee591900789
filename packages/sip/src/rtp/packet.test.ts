// Headers there and back, and headers that lie.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatRtp, isRtcp, parseRtp, RtpView, writeRtpHeader } from './packet.ts';

const plain = Uint8Array.of(0x80, 0x80, 0x12, 0x34, 0, 0, 0, 160, 0xde, 0xad, 0xbe, 0xef, 1, 2, 3);

test('RFC 3550 §5.1: the fields of a header are read as they stand', () => {
  expect(parseRtp(plain)).toEqual({
    marker: true,
    payloadType: 0,
    sequence: 0x1234,
    timestamp: 160,
    ssrc: 0xdeadbeef,
    csrcs: [],
    extension: undefined,
    payload: Uint8Array.of(1, 2, 3),
    padding: 0,
  });
});

test('RFC 3550 §5.3.1: sources, extension and padding are told from the payload', () => {
  const packet = {
    marker: false,
    payloadType: 101,
    sequence: 65_535,
    timestamp: 0xffff_ffff,
    ssrc: 1,
    csrcs: [7, 0x8000_0000],
    extension: { profile: 0xbede, content: Uint8Array.of(9, 8, 7, 6) },
    payload: Uint8Array.of(5, 5),
    padding: 2,
  };
  expect(parseRtp(formatRtp(packet))).toEqual(packet);
});

test('every packet that can be written is read as it was', () => {
  const word = fc.nat(0xffff_ffff);
  const packets = fc.record({
    marker: fc.boolean(),
    payloadType: fc.nat(127),
    sequence: fc.nat(65_535),
    timestamp: word,
    ssrc: word,
    csrcs: fc.array(word, { maxLength: 15 }),
    extension: fc.option(
      fc.record({
        profile: fc.nat(65_535),
        content: fc
          .array(fc.uint8Array({ minLength: 4, maxLength: 4 }), { maxLength: 5 })
          .map((words) => Uint8Array.from(words.flatMap((each) => Array.from(each)))),
      }),
      { nil: undefined },
    ),
    payload: fc.uint8Array({ maxLength: 300 }),
    padding: fc.nat(255),
  });
  fc.assert(
    fc.property(packets, (packet) => {
      expect(parseRtp(formatRtp(packet))).toEqual(packet);
    }),
  );
});

test('RFC 3550 §5.1: a length that lies is no packet (A67)', () => {
  for (let length = 0; length < 12; length += 1)
    expect(parseRtp(plain.subarray(0, length))).toBeUndefined();
  const changed = (at: number, value: number): Uint8Array => plain.with(at, value);
  expect(parseRtp(changed(0, 0x8f))).toBeUndefined();
  expect(parseRtp(changed(0, 0x90))).toBeUndefined();
  expect(
    parseRtp(Uint8Array.of(...changed(0, 0x90).subarray(0, 12), 0, 0, 0xff, 0xff)),
  ).toBeUndefined();
  expect(parseRtp(changed(0, 0xa0).with(14, 4))).toBeUndefined();
  expect(parseRtp(changed(0, 0xa0).with(14, 0))).toBeUndefined();
  expect(parseRtp(changed(0, 0x40))).toBeUndefined();
});

test('no bytes make the parser throw (A67)', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      if (bytes.length > 0) bytes[0] = 128 | ((bytes[0] ?? 0) & 63);
      const packet = parseRtp(bytes);
      if (packet !== undefined)
        expect(packet.payload.length).toBeLessThanOrEqual(bytes.length - 12);
    }),
  );
});

test('a header written in place is the header that is read in place', () => {
  const bytes = new Uint8Array(14);
  writeRtpHeader(bytes, 8, true, 65_535, 0x8000_0001, 0xffff_ffff);
  const view = new RtpView();
  expect(view.read(bytes)).toBe(true);
  expect(view).toMatchObject({
    marker: true,
    payloadType: 8,
    sequence: 65_535,
    timestamp: 0x8000_0001,
    ssrc: 0xffff_ffff,
    payloadStart: 12,
    payloadEnd: 14,
  });
});

test('what a header cannot say is refused', () => {
  const packet = { payloadType: 0, sequence: 0, timestamp: 0, ssrc: 0, payload: new Uint8Array(0) };
  expect(() => formatRtp({ ...packet, csrcs: Array.from({ length: 16 }, () => 0) })).toThrow(
    RangeError,
  );
  expect(() => formatRtp({ ...packet, padding: 256 })).toThrow(RangeError);
  expect(() => formatRtp({ ...packet, payloadType: 128 })).toThrow(RangeError);
  expect(() =>
    formatRtp({ ...packet, extension: { profile: 0, content: new Uint8Array(3) } }),
  ).toThrow(RangeError);
});

test('RFC 5761 §4: RTCP is told from RTP by its second octet', () => {
  expect(isRtcp(Uint8Array.of(0x80, 200))).toBe(true);
  expect(isRtcp(plain)).toBe(false);
  expect(isRtcp(Uint8Array.of(0x80, 0x80 | 101))).toBe(false);
  expect(isRtcp(new Uint8Array(0))).toBe(false);
});

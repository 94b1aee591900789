// Bytes and text: every byte value survives, and UTF-8 is only for what a person reads.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  latin1,
  latin1Bytes,
  own,
  portableLatin1,
  readable,
  useLatin1,
  utf8,
  utf8Bytes,
  writable,
} from './bytes.ts';

const all = Uint8Array.from({ length: 256 }, (_, value) => value);

test('all 256 byte values survive as text, also those that windows-1252 would change', () => {
  expect(Array.from(latin1(all), (letter) => letter.charCodeAt(0))).toEqual([...all]);
  expect(latin1Bytes(latin1(all))).toEqual(all);
});

test('any bytes of any length come back, also across the blocks of the portable codec', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 9000 }), (bytes) => {
      expect(portableLatin1.encode(portableLatin1.decode(bytes))).toEqual(bytes);
    }),
    { numRuns: 30 },
  );
});

test('a part of the bytes can be decoded', () => {
  expect(latin1(all, 65, 68)).toBe('ABC');
});

test('text that a person wrote goes into a message as UTF-8 and comes back', () => {
  expect(writable('Zoë 電話')).toBe(latin1(utf8Bytes('Zoë 電話')));
  expect(readable(writable('Zoë 電話'))).toBe('Zoë 電話');
  expect(readable('plain')).toBe('plain');
});

test('bytes that are not UTF-8 show as U+FFFD, or as the latin1 that old devices mean, and do not throw', () => {
  expect(utf8(Uint8Array.of(0x41, 0xff, 0x42))).toBe('A\ufffdB');
  expect(readable('M\u00fcller \u00a75')).toBe('Müller §5');
  expect(readable('\u00ff\u00c3')).toBe('ÿÃ');
});

test('own gives an equal text of its own', () => {
  const text = latin1(all);
  expect(own(text)).toBe(text);
  expect(own('')).toBe('');
});

test('an edge can inject a codec of its own', () => {
  let decoded = 0;
  useLatin1({
    ...portableLatin1,
    decode(bytes, start, end) {
      decoded += 1;
      return portableLatin1.decode(bytes, start, end);
    },
  });
  try {
    expect(latin1(Uint8Array.of(65))).toBe('A');
    expect(decoded).toBe(1);
  } finally {
    useLatin1(portableLatin1);
  }
});

// Elements of header extensions: the RFC's own examples, other numbers, and lengths that lie.
import { expect, test } from 'vitest';
import {
  formatHeaderExtensions,
  mapHeaderExtensions,
  parseHeaderExtensions,
} from './header-extension.ts';

test('RFC 8285 §4.2: short elements, with padding between them', () => {
  const content = Uint8Array.of(0x10, 7, 0x21, 8, 9, 0, 0, 0x33, 1, 2, 3, 4);
  expect(parseHeaderExtensions({ profile: 0xbede, content })).toEqual([
    { id: 1, content: Uint8Array.of(7) },
    { id: 2, content: Uint8Array.of(8, 9) },
    { id: 3, content: Uint8Array.of(1, 2, 3, 4) },
  ]);
});

test('RFC 8285 §4.3: long elements, one of them empty, whatever the application put into the profile', () => {
  const content = Uint8Array.of(1, 0, 200, 1, 7, 0, 3, 4, 1, 2, 3, 4);
  expect(parseHeaderExtensions({ profile: 0x1005, content })).toEqual([
    { id: 1, content: new Uint8Array(0) },
    { id: 200, content: Uint8Array.of(7) },
    { id: 3, content: Uint8Array.of(1, 2, 3, 4) },
  ]);
});

test('RFC 8285 §4.1.2, §4.2: an element 15, or a zero with a length, ends the reading; so does a length that lies (A67)', () => {
  const read = (...octets: number[]): readonly number[] =>
    parseHeaderExtensions({ profile: 0xbede, content: Uint8Array.of(...octets) }).map(
      ({ id }) => id,
    );
  expect(read(0x10, 7, 0xf0, 1, 0x20, 8, 0, 0)).toEqual([1]);
  expect(read(0x10, 7, 0x02, 1, 0x20, 8, 0, 0)).toEqual([1]);
  expect(read(0x10, 7, 0x2f, 8)).toEqual([1]);
  const long = Uint8Array.of(1, 1, 7, 2);
  expect(parseHeaderExtensions({ profile: 0x1000, content: long })).toHaveLength(1);
  expect(parseHeaderExtensions({ profile: 0x1234, content: long })).toEqual([]);
});

test('RFC 8285 §6: the elements that the other side knows are told by its numbers', () => {
  const level = { id: 1, content: Uint8Array.of(0x8a) };
  const clock = { id: 5, content: Uint8Array.of(1, 2, 3) };
  const extension = formatHeaderExtensions([level, clock]);
  expect(extension).toEqual({
    profile: 0xbede,
    content: Uint8Array.of(0x10, 0x8a, 0x52, 1, 2, 3, 0, 0),
  });
  expect(mapHeaderExtensions(extension, new Map([[5, 2]]))).toEqual({
    profile: 0xbede,
    content: Uint8Array.of(0x22, 1, 2, 3),
  });
  expect(mapHeaderExtensions(extension, new Map([[1, 20]]))).toEqual({
    profile: 0x1000,
    content: Uint8Array.of(20, 1, 0x8a, 0),
  });
  expect(mapHeaderExtensions(extension, new Map([[9, 9]]))).toBeUndefined();
  expect(mapHeaderExtensions(undefined, new Map([[9, 9]]))).toBeUndefined();
});

test('what no form can say is refused', () => {
  expect(() => formatHeaderExtensions([{ id: 0, content: new Uint8Array(1) }])).toThrow(RangeError);
  expect(() => formatHeaderExtensions([{ id: 1, content: new Uint8Array(256) }])).toThrow(
    RangeError,
  );
  expect(formatHeaderExtensions([{ id: 1, content: new Uint8Array(17) }])?.profile).toBe(0x1000);
});

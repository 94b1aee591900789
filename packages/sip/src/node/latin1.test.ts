// The Buffer codec does exactly what the portable one does.
import { expect, test } from 'vitest';
import { latin1, portableLatin1 } from '../base/bytes.ts';
import { bufferLatin1 } from './index.ts';

test('All 256 byte values survive in both codecs, in Buffers, plain arrays and parts of them', () => {
  const bytes = Uint8Array.from({ length: 512 }, (_, index) => index & 255);
  const text = portableLatin1.decode(bytes);
  for (const source of [
    bytes,
    Buffer.from(bytes),
    bytes.subarray(7, 300),
    Buffer.from(bytes).subarray(7, 300),
  ]) {
    expect(bufferLatin1.decode(source)).toBe(portableLatin1.decode(source));
    expect(bufferLatin1.decode(source, 3, 40)).toBe(portableLatin1.decode(source, 3, 40));
  }
  expect([...bufferLatin1.encode(text)]).toEqual([...bytes]);
  expect([...bufferLatin1.encode('\u0141€')]).toEqual([...portableLatin1.encode('\u0141€')]);
});

test('Importing the door makes it the codec of the process', () => {
  expect(latin1(Uint8Array.of(0x80, 0xff))).toBe('\u0080\u00ff');
});

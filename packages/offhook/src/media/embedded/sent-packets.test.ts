// What went out is found again as it was, until so much more went out.
import { expect, test } from 'vitest';
import { SentPackets } from './sent-packets.ts';

function packet(sequence: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length).fill(sequence & 255);
  bytes.set([0x80, 96, sequence >> 8, sequence & 255]);
  return bytes;
}

test('packets are found by their numbers, over a wrap, as long as they are kept', () => {
  const sent = new SentPackets();
  const ring = new Uint8Array(1500);
  for (let number = 65_400; number < 65_400 + 400; number += 1) {
    const made = packet(number & 0xffff, 100 + (number % 300));
    ring.set(made);
    sent.keep(ring, made.length);
  }
  for (const number of [65_400, 65_535, 0, 263])
    expect(sent.find(number)).toEqual(
      packet(number, 100 + ((number < 1000 ? number + 65_536 : number) % 300)),
    );
  expect(sent.find(264)).toBeUndefined();
  expect(sent.find(65_399)).toBeUndefined();
  for (let number = 264; number < 264 + 512; number += 1) sent.keep(packet(number, 50), 50);
  expect(sent.find(263)).toBeUndefined();
  expect(sent.find(264)).toEqual(packet(264, 50));
});

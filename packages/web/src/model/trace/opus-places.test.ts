// Where the sound of Opus packets stands.
import { expect, test } from 'vitest';
import { opusPlaces, opusSamples } from './opus-places.ts';

const packet = (toc: number, ...rest: readonly number[]): Uint8Array =>
  Uint8Array.from([toc, ...rest]);

test('RFC 6716 §3.1: how long a packet is stands in its first octet, and in its second where frames are many', () => {
  expect(opusSamples(packet(0 << 3))).toBe(480);
  expect(opusSamples(packet(3 << 3))).toBe(2_880);
  expect(opusSamples(packet((15 << 3) | 1))).toBe(1_920);
  expect(opusSamples(packet(16 << 3))).toBe(120);
  expect(opusSamples(packet((31 << 3) | 2))).toBe(1_920);
  expect(opusSamples(packet((31 << 3) | 3, 0x86))).toBe(6 * 960);
  expect(opusSamples(packet((31 << 3) | 3))).toBe(0);
});

test('What is decoded after a lost packet stands where it was to be heard, and late or doubled packets in their places', () => {
  const of = (at: number): { at: number; payload: Uint8Array } => ({
    at,
    payload: packet(31 << 3),
  });
  const { packets, length, placeOf } = opusPlaces([of(0), of(80), of(20), of(20), of(100)]);
  expect(packets.map(({ at }) => at)).toEqual([0, 20, 80, 100]);
  expect([placeOf(0), placeOf(959), placeOf(960), placeOf(1_920)]).toEqual([0, 959, 960, 3_840]);
  expect([placeOf(2_880), placeOf(0)]).toEqual([4_800, 0]);
  expect([length, placeOf(3_840)]).toEqual([5_760, 5_760]);
  expect(opusPlaces([]).placeOf(0)).toBe(0);
});

// Opus: a tone comes through at each rate, losses are covered, and what is no packet is none.
import { expect, test } from 'vitest';
import { amplitude, sineOf } from '../audio/measure.test-kit.ts';
import type { SampleRate } from './codec.ts';
import { opus } from './opus.ts';

const rates: readonly SampleRate[] = [8000, 16_000, 48_000];

test.each(rates)('RFC 6716: a tone of 1000 Hz comes through at %i Hz', async (rate) => {
  const encoder = await opus.encoder(rate);
  const decoder = await opus.decoder(rate);
  const frame = rate / 50;
  const sound = sineOf(1000, 0.25, rate, 50 * frame);
  const heard = new Int16Array(50 * frame);
  const packet = new Uint8Array(1500);
  for (let at = 0; at < sound.length; at += frame) {
    const end = 100 + encoder.encode(sound.subarray(at, at + frame), frame, packet, 100);
    expect(end).toBeGreaterThan(103);
    expect(decoder.decode(packet, 100, end, heard.subarray(at))).toBe(frame);
  }
  expect(amplitude(heard.subarray(rate / 2), 1000, rate)).toBeCloseTo(0.25, 1);
  encoder.close();
  decoder.close();
});

test('a packet that is read at another rate than it was made is the same sound (RFC 7587 §4.1)', async () => {
  const encoder = await opus.encoder(48_000);
  const decoder = await opus.decoder(8000);
  const sound = sineOf(440, 0.25, 48_000, 48_000);
  const heard = new Int16Array(8000);
  const packet = new Uint8Array(1275);
  for (let frame = 0; frame < 50; frame += 1) {
    const end = encoder.encode(sound.subarray(frame * 960, (frame + 1) * 960), 960, packet, 0);
    expect(decoder.decode(packet, 0, end, heard.subarray(frame * 160))).toBe(160);
  }
  expect(amplitude(heard.subarray(4000), 440, 8000)).toBeCloseTo(0.25, 1);
});

test('what is lost is covered with the sound before it, with the packet after it and without', async () => {
  for (const next of [undefined, new Uint8Array(0)]) {
    const encoder = await opus.encoder(16_000);
    const decoder = await opus.decoder(16_000);
    const sound = sineOf(500, 0.3, 16_000, 320 * 21);
    const heard = new Int16Array(320);
    const packet = new Uint8Array(1275);
    for (let frame = 0; frame < 20; frame += 1) {
      const end = encoder.encode(sound.subarray(frame * 320), 320, packet, 0);
      decoder.decode(packet, 0, end, heard);
    }
    const end = encoder.encode(sound.subarray(20 * 320), 320, packet, 0);
    decoder.conceal(heard, 320, next === undefined ? undefined : packet, 0, end);
    expect(amplitude(heard, 500, 16_000)).toBeGreaterThan(0.1);
  }
});

test('no bytes make the decoder throw (A67)', async () => {
  const decoder = await opus.decoder(8000);
  const heard = new Int16Array(1600);
  expect(decoder.decode(new Uint8Array(0), 0, 0, heard)).toBe(0);
  let state = 3;
  for (let round = 0; round < 500; round += 1) {
    const bytes = Uint8Array.from({ length: round % 60 }, () => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return state >>> 24;
    });
    expect(decoder.decode(bytes, 0, bytes.length, heard)).toBeLessThanOrEqual(960);
    decoder.conceal(heard, 160, bytes, 0, bytes.length);
  }
});

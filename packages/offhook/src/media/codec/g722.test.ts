// G.722 against another implementation, and against its ear: the digests are of what ffmpeg 5.1 makes of the same input.
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { G722Decoder } from './g722/decoder.ts';
import { G722Encoder } from './g722/encoder.ts';

/** Four seconds at 16000 Hz that drive the quantizers to their ends: tones, sweeps, noise, clipping squares, silence. */
function hardSignal(): Int16Array {
  let state = 1;
  const chance = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state / 2 ** 31;
  };
  const turn = 2 * Math.PI;
  const sounds: readonly ((time: number) => number)[] = [
    (time) => 0.9 * Math.sin(turn * 1000 * time),
    (time) => 0.5 * Math.sin(turn * (200 + 1500 * time) * time),
    () => chance(),
    () => chance() * 0.01,
    () => 0,
    () => (chance() > 0 ? 1 : -1),
    (time) => 0.3 * Math.sin(turn * 6000 * time) + 0.3 * Math.sin(turn * 440 * time),
    () => chance() * 0.3,
  ];
  return Int16Array.from({ length: 64_000 }, (_, index) => {
    const sound = sounds[Math.floor(index / 4000) % 8]?.(index / 16_000) ?? 0;
    return Math.max(-32_768, Math.min(32_767, Math.round(sound * 32_767)));
  });
}

function digest(samples: Int16Array | Uint8Array): string {
  const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  return createHash('sha256').update(bytes).digest('hex').slice(0, 16);
}

test('ITU-T G.722 §3: each octet is the one that ffmpeg makes of the same sound', () => {
  const sound = hardSignal();
  const octets = new Uint8Array(32_000);
  expect(new G722Encoder().encode(sound, sound.length, octets, 0)).toBe(32_000);
  expect(digest(octets)).toBe('00d448bdcae869ac');
  const heard = new Int16Array(64_000);
  expect(new G722Decoder().decode(octets, 0, octets.length, heard)).toBe(64_000);
  expect(digest(heard)).toBe('b81b4bc36a2a887b');
});

test('ITU-T G.722 §4: octets that no encoder makes are read as ffmpeg reads them', () => {
  let state = 7;
  const octets = Uint8Array.from({ length: 32_000 }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state >>> 24;
  });
  const heard = new Int16Array(64_000);
  new G722Decoder().decode(octets, 0, octets.length, heard);
  expect(digest(heard)).toBe('2a5a988e760dfee2');
});

test('a decoder fills what room there is, and no more', () => {
  const heard = new Int16Array(7);
  expect(new G722Decoder().decode(new Uint8Array(100), 10, 100, heard)).toBe(6);
  expect(new G722Decoder().decode(new Uint8Array(100), 10, 10, heard)).toBe(0);
});

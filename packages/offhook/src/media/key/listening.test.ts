// Keys in the sound: every key, through noise, twist and lost packets, in any rhythm; and none in speech.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { wavSource } from '../audio/file.ts';
import { KeyListener } from './listening.ts';
import { columns, rows, writeKeyTones } from './tones.ts';

const keys = '123A456B789C*0#D';

/** Samples of silence, keys and pauses; `[key, milliseconds]`. */
function sound(...parts: readonly (readonly [string, number])[]): Int16Array {
  const pieces = parts.map(([key, milliseconds]) => {
    const piece = new Int16Array(milliseconds * 8);
    if (key !== ' ') writeKeyTones(key, piece, 0);
    return piece;
  });
  return joined(pieces);
}

function joined(pieces: readonly Int16Array[]): Int16Array {
  const all = new Int16Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

function heard(samples: Int16Array, from = 0): string {
  const listener = new KeyListener();
  let told = '';
  for (let at = from; at < samples.length; at += 160)
    told += listener.take(samples.subarray(at, at + 160)) ?? '';
  return told;
}

/** The same noise each time. */
function noisy(samples: Int16Array, decibelsBelow: number): Int16Array {
  let energy = 0;
  for (const sample of samples) energy += sample * sample;
  const level = Math.sqrt(energy / samples.length) * 10 ** (-decibelsBelow / 20) * Math.sqrt(3);
  let state = 12_345;
  return samples.map((sample) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return Math.max(-32_768, Math.min(32_767, sample + level * (state / 2 ** 30 - 1)));
  });
}

function pair(low: number, high: number, lowLevel: number, highLevel: number): Int16Array {
  return Int16Array.from({ length: 800 }, (_, at) =>
    Math.round(
      lowLevel * Math.sin((2 * Math.PI * low * at) / 8000) +
        highLevel * Math.sin((2 * Math.PI * high * at) / 8000),
    ),
  );
}

test('every key is told once, whatever the frames', () => {
  const parts = Array.from(keys, (key) => [[key, 100] as const, [' ', 80] as const]).flat();
  for (let from = 0; from < 160; from += 13)
    expect(heard(sound([' ', 40], ...parts), from)).toBe(keys);
});

test('ITU-T Q.24: keys of 50 ms with pauses of 50 ms, and the same key twice', () => {
  const parts = Array.from('1122#', (key) => [[key, 50] as const, [' ', 50] as const]).flat();
  for (let from = 0; from < 320; from += 7)
    expect(heard(sound([' ', 60], ...parts), from)).toBe('1122#');
});

test('ITU-T Q.24: what lasts less than 12 ms is no key, and a hole of a packet does not make one into two', () => {
  for (let from = 0; from < 160; from += 11) {
    expect(heard(sound([' ', 60], ['5', 12], [' ', 60]), from)).toBe('');
    expect(heard(sound([' ', 60], ['5', 80], [' ', 10], ['5', 80], [' ', 60]), from)).toBe('5');
  }
});

test.each([25, 20, 15, 12])('every key is heard with noise %i dB below it', (decibels) => {
  const parts = Array.from(keys, (key) => [[key, 100] as const, [' ', 80] as const]).flat();
  expect(heard(noisy(sound([' ', 40], ...parts), decibels))).toBe(keys);
});

test('ITU-T Q.24: tones up to 1.5 % beside their frequency are a key, 5 % beside they are none', () => {
  for (const low of rows) {
    for (const high of columns) {
      for (const off of [0.985, 1.015])
        expect(heard(pair(low * off, high * off, 6000, 6000))).toHaveLength(1);
      for (const off of [0.95, 1.05]) expect(heard(pair(low * off, high, 6000, 6000))).toBe('');
    }
  }
});

test('ITU-T Q.24: tones of unequal strength are a key within 8 dB and 4 dB, from -30 dBm0 on', () => {
  expect(heard(pair(697, 1209, 6000, 6000 * 10 ** (-8 / 20)))).toBe('1');
  expect(heard(pair(697, 1209, 6000 * 10 ** (-4 / 20), 6000))).toBe('1');
  expect(heard(pair(697, 1209, 6000, 6000 * 10 ** (-14 / 20)))).toBe('');
  expect(heard(pair(697, 1209, 6000 * 10 ** (-10 / 20), 6000))).toBe('');
  const level = 32_767 * 10 ** (-33.14 / 20);
  expect(heard(pair(852, 1477, level, level))).toBe('9');
  expect(heard(pair(852, 1477, level / 10, level / 10))).toBe('');
  expect(heard(pair(697, 1209, 6000, 0))).toBe('');
});

test('speech, faster and slower, is no key', () => {
  const file = fileURLToPath(new URL('../../../assets/bob.wav', import.meta.url));
  const speech: number[] = [];
  const source = wavSource(readFileSync(file));
  const frame = new Int16Array(160);
  for (let count = 160; count === 160;) {
    count = source.read(frame);
    speech.push(...frame.subarray(0, Math.max(0, count)));
  }
  for (let speed = 0.5; speed < 2; speed += 0.01) {
    const length = Math.floor(speech.length / speed);
    const faster = Int16Array.from({ length }, (_, at) => speech[Math.floor(at * speed)] ?? 0);
    expect(heard(faster), `speech at ${speed.toFixed(2)}`).toBe('');
  }
});

test('a telephone number as sox makes it, with pink noise', (context) => {
  let raw: Buffer;
  try {
    raw = execFileSync('sox', [
      ...['-R', '-n', '-r', '8000', '-c', '1', '-b', '16', '-e', 'signed', '-t', 'raw', '-'],
      ...['synth', '0.08', 'sine', '770', 'sine', '1336', 'remix', '1,2', 'gain', '-12'],
      ...['pad', '0.05', '0.05', 'repeat', '9'],
    ]);
  } catch (error) {
    // Anything but its absence is a failure.
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    context.skip('sox is not installed');
    return;
  }
  const samples = Int16Array.from({ length: raw.length / 2 }, (_, at) => raw.readInt16LE(2 * at));
  expect(heard(samples)).toBe('5'.repeat(10));
  expect(heard(noisy(samples, 12))).toBe('5'.repeat(10));
});

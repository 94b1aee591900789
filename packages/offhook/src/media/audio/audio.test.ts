// Tones, files, resampling and recording, heard with a Goertzel filter.
import { expect, test } from 'vitest';
import { muLaw } from '../codec/g711.ts';
import { wavSource } from './file.ts';
import { WavRecorder } from './recorder.ts';
import { resampled } from './resample.ts';
import { silence } from './source.ts';
import type { AudioSource } from './source.ts';
import { tone } from './tone.ts';
import { readWav, UnplayableFile, wavHeader } from './wav.ts';

function readAll(source: AudioSource, most = 80_000): Int16Array {
  const all: number[] = [];
  const frame = new Int16Array(160);
  for (let count = 160; count === 160 && all.length < most;) {
    count = source.read(frame);
    all.push(...frame.subarray(0, count));
  }
  return Int16Array.from(all);
}

/** The amplitude of one frequency in samples at 8000 Hz, as a share of full scale. */
function amplitude(samples: Int16Array, hertz: number): number {
  let [re, im] = [0, 0];
  samples.forEach((sample, index) => {
    re += sample * Math.cos((2 * Math.PI * hertz * index) / 8000);
    im += sample * Math.sin((2 * Math.PI * hertz * index) / 8000);
  });
  return (2 * Math.hypot(re, im)) / samples.length / 32_767;
}

function wav(
  rate: number,
  channels: number,
  seconds: number,
  sampleAt: (time: number, channel: number) => number,
) {
  const frames = Math.round(rate * seconds);
  const bytes = new Uint8Array(44 + 2 * frames * channels);
  bytes.set(wavHeader(2 * frames * channels, rate));
  const view = new DataView(bytes.buffer);
  view.setUint16(22, channels, true);
  for (let index = 0; index < frames * channels; index += 1) {
    const value = sampleAt(Math.floor(index / channels) / rate, index % channels);
    view.setInt16(44 + 2 * index, Math.round(value * 32_767), true);
  }
  return bytes;
}

const sine =
  (hertz: number, level: number) =>
  (time: number): number =>
    level * Math.sin(2 * Math.PI * hertz * time);

test('a tone has its frequency, its level and its length', () => {
  const samples = readAll(tone({ hertz: 1000, amplitude: 0.5, milliseconds: 1000 }));
  expect(samples.length).toBe(8000);
  expect(amplitude(samples, 1000)).toBeCloseTo(0.5, 3);
  expect(amplitude(samples, 1010)).toBeLessThan(0.001);
  expect(() => tone({ hertz: 4000 })).toThrow(RangeError);
  expect(() => tone({ hertz: 1000, amplitude: 2 })).toThrow(RangeError);
});

test('silence lasts as long as it is told', () => {
  expect(readAll(silence(50))).toEqual(new Int16Array(400));
  expect(readAll(silence(), 16_000).length).toBe(16_000);
});

test.each([8000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000])(
  'a file of %i Hz keeps its tone and its length',
  (rate) => {
    const samples = readAll(wavSource(wav(rate, 1, 1, sine(1000, 0.5))));
    expect(samples.length).toBe(8000);
    expect(amplitude(samples.subarray(400, 7600), 1000)).toBeCloseTo(0.5, 2);
  },
);

test('what 8000 Hz cannot carry does not come back as another tone', () => {
  const samples = readAll(wavSource(wav(48_000, 1, 1, sine(5000, 0.9))));
  expect(amplitude(samples.subarray(400, 7600), 3000)).toBeLessThan(0.001);
});

test('stereo is mixed to one channel', () => {
  const left = sine(500, 0.8);
  const samples = readAll(
    wavSource(wav(16_000, 2, 1, (time, channel) => (channel === 0 ? left(time) : 0))),
  );
  expect(samples.length).toBe(8000);
  expect(amplitude(samples.subarray(400, 7600), 500)).toBeCloseTo(0.4, 2);
});

test('a file of µ-law is read by its table', () => {
  const bytes = new Uint8Array(44 + 800);
  bytes.set(wavHeader(800, 8000));
  new DataView(bytes.buffer).setUint16(20, 7, true);
  new DataView(bytes.buffer).setUint16(34, 8, true);
  const spoken = readAll(tone({ hertz: 400, milliseconds: 100 }));
  muLaw.encode(spoken, 800, bytes, 44);
  const heard = readAll(wavSource(bytes));
  expect(heard.length).toBe(800);
  expect(amplitude(heard, 400)).toBeCloseTo(0.25, 2);
});

test('what is no WAV file, or one that cannot be played, is told', () => {
  const good = wav(8000, 1, 0.1, sine(400, 0.1));
  const changed = (at: number, value: number): Uint8Array => good.with(at, value);
  expect(readWav(good)).toMatchObject({
    encoding: 'pcm16',
    channels: 1,
    sampleRate: 8000,
    start: 44,
    end: 1644,
  });
  for (let length = 0; length < 44; length += 1)
    expect(() => readWav(good.subarray(0, length))).toThrow(UnplayableFile);
  expect(() => readWav(changed(0, 0))).toThrow('Not a WAV file');
  expect(() => readWav(changed(20, 3))).toThrow('save it as 16-bit PCM');
  expect(() => readWav(changed(22, 9))).toThrow('9 channels');
  expect(() => readWav(changed(25, 0))).toThrow('64 Hz');
  expect(() => wavSource(good.subarray(0, 44))).toThrow('no audio');
});

test('a file that was cut off, or never finished, plays as far as it goes', () => {
  const good = wav(8000, 1, 0.1, sine(400, 0.1));
  expect(readAll(wavSource(good.subarray(0, 844))).length).toBe(400);
  new DataView(good.buffer).setUint32(40, 0, true);
  expect(readAll(wavSource(good)).length).toBe(800);
  new DataView(good.buffer).setUint32(40, 0xffff_ffff, true);
  expect(readAll(wavSource(good)).length).toBe(800);
});

test('a rate without a simple ratio to 8000 Hz is refused, not played wrongly', () => {
  expect(() => resampled({ sampleRate: 191_999, length: 1, read: () => undefined })).toThrow(
    RangeError,
  );
});

interface Disk {
  bytes: Uint8Array;
  closed: number;
}

function recorderOn(disk: Disk, fail = (): boolean => false): WavRecorder {
  return new WavRecorder({
    async write(bytes, position) {
      if (fail()) throw new Error('No space left');
      const next = new Uint8Array(Math.max(disk.bytes.length, position + bytes.length));
      next.set(disk.bytes);
      next.set(bytes, position);
      disk.bytes = next;
    },
    async close() {
      disk.closed += 1;
    },
  });
}

test('a recording is a valid file at any moment, and whole in the end', async () => {
  const disk = { bytes: new Uint8Array(0), closed: 0 };
  const recorder = recorderOn(disk);
  const frame = new Int16Array(160);
  const source = tone({ hertz: 1000 });
  for (let count = 0; count < 125; count += 1) {
    source.read(frame);
    recorder.write(frame);
    await Promise.resolve();
    if (disk.bytes.length > 0)
      expect(readWav(disk.bytes).end).toBeLessThanOrEqual(disk.bytes.length);
  }
  expect(await recorder.close()).toEqual({ milliseconds: 2500, droppedMilliseconds: 0 });
  expect(await recorder.close()).toEqual({ milliseconds: 2500, droppedMilliseconds: 0 });
  recorder.write(frame);
  expect(disk.closed).toBe(1);
  expect(readWav(disk.bytes)).toMatchObject({ start: 44, end: 44 + 40_000 });
  expect(amplitude(readAll(wavSource(disk.bytes)), 1000)).toBeCloseTo(0.25, 2);
});

test('a full disk is told when the recording is closed, and the file is closed all the same', async () => {
  const disk = { bytes: new Uint8Array(0), closed: 0 };
  let full = false;
  const recorder = recorderOn(disk, () => full);
  for (let count = 0; count < 150; count += 1) recorder.write(new Int16Array(160));
  full = true;
  await expect(recorder.close()).rejects.toThrow('No space left');
  expect(disk.closed).toBe(1);
});

test('a disk that stands still costs audio, not memory', async () => {
  let go: () => void = () => undefined;
  const stuck = new Promise<void>((resolve) => (go = resolve));
  const recorder = new WavRecorder({ write: () => stuck, close: async () => undefined });
  for (let second = 0; second < 40; second += 1) recorder.write(new Int16Array(8000));
  go();
  expect(await recorder.close()).toEqual({ milliseconds: 30_000, droppedMilliseconds: 10_000 });
});

// Losses of codecs that cannot cover them: the sound goes on, fades, and passes into the sound after it without a click.
import { expect, test } from 'vitest';
import { amplitude, sineOf } from '../audio/measure.test-kit.ts';
import { Concealment } from './concealment.ts';

test('a voiced sound goes on in its own pitch over a lost packet', () => {
  const ear = new Concealment(8000);
  const sound = sineOf(130, 0.5, 8000, 8000);
  ear.heard(sound, 800);
  const made = new Int16Array(160);
  ear.fill(made, 80);
  for (let index = 0; index < 80; index += 1)
    expect(Math.abs((made[index] ?? 0) - (sound[800 + index] ?? 0))).toBeLessThan(3000);
});

test('after 60 ms of loss there is silence', () => {
  const ear = new Concealment(16_000);
  ear.heard(sineOf(300, 0.5, 16_000, 1600), 1600);
  const made = new Int16Array(320);
  const levels = [1, 2, 3, 4].map(() => {
    ear.fill(made, 320);
    return amplitude(made, 300, 16_000);
  });
  expect(levels[0]).toBeGreaterThan(0.35);
  expect(levels[2]).toBeLessThan(levels[1] ?? 0);
  expect(levels[3]).toBe(0);
});

test('what comes after a loss is joined to what was made up: no step is greater than in the sound itself', () => {
  const ear = new Concealment(8000);
  const sound = sineOf(200, 0.5, 8000, 1200);
  ear.heard(sound, 800);
  const made = new Int16Array(160);
  ear.fill(made, 160);
  const after = sound.slice(960, 1120);
  ear.heard(after, 160);
  const whole = [...sound.subarray(790, 800), ...made, ...after];
  const steps = whole.slice(1).map((sample, index) => Math.abs(sample - (whole[index] ?? 0)));
  expect(Math.max(...steps)).toBeLessThan(4500);
});

test('with nothing heard before there is nothing to go on with', () => {
  const made = new Int16Array(160).fill(9);
  new Concealment(8000).fill(made, 160);
  expect(made).toEqual(new Int16Array(160));
});

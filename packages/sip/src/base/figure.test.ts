// A figure is read, never changed: what `step` says of arrows and of events without one.
import { expect, test } from 'vitest';
import { step } from './figure.ts';
import type { Figure } from './figure.ts';

const door: Figure<'Open' | 'Shut', 'push' | 'pull', 'creak', 'draught'> = {
  Open: { timers: ['draught'], push: ['Shut', 'creak'], 'Timer draught fires': ['Shut'] },
  Shut: { pull: ['Open', 'reset draught', 'creak'] },
};

test('step gives the arrow that the table has', () => {
  expect(step(door, 'Open', 'push')).toEqual(['Shut', 'creak']);
  expect(step(door, 'Open', 'Timer draught fires')).toEqual(['Shut']);
});

test('step gives nothing for an event that the state does not know', () => {
  expect(step(door, 'Shut', 'push')).toBeUndefined();
  expect(step(door, 'Shut', 'Timer draught fires')).toBeUndefined();
});

// Numbers that wrap, come twice, come late, or jump.
import { expect, test } from 'vitest';
import { sequenceDistance, SequenceTracker, timestampDistance } from './sequence.ts';

function tracked(...numbers: number[]): SequenceTracker {
  const tracker = new SequenceTracker();
  for (const number of numbers) tracker.update(number);
  return tracker;
}

test('RFC 3550 appendix A.1: numbers go on over the wrap', () => {
  const tracker = tracked(65_534, 65_535, 0, 1);
  expect(tracker.highest).toBe(65_537);
  expect(tracker).toMatchObject({ expected: 4, received: 4, lost: 0 });
});

test('RFC 3550 appendix A.3: what does not come is lost, and what comes late is not', () => {
  const tracker = tracked(10, 11, 14);
  expect(tracker.lost).toBe(2);
  expect(tracker.update(12)).toBe('late');
  expect(tracker.lost).toBe(1);
  expect(tracker.update(12)).toBe('late');
  expect(tracker.update(14)).toBe('late');
  expect(tracker.lost).toBe(-1);
});

test('a late packet from before the wrap is told from one far ahead', () => {
  const tracker = tracked(1);
  expect(tracker.update(65_535)).toBe('late');
  expect(tracker.update(2)).toBe('next');
  expect(tracker.highest).toBe(2);
});

test('RFC 3550 appendix A.1: after a jump the second packet in a row is a new start', () => {
  const tracker = tracked(100, 101);
  expect(tracker.update(40_000)).toBe('jump');
  expect(tracker.update(102)).toBe('next');
  expect(tracker.update(40_001)).toBe('jump');
  expect(tracker.update(40_002)).toBe('restart');
  expect(tracker).toMatchObject({ expected: 1, received: 1, highest: 40_002 });
});

test('distances are the shorter way round', () => {
  expect(sequenceDistance(65_535, 0)).toBe(1);
  expect(sequenceDistance(0, 65_535)).toBe(-1);
  expect(timestampDistance(0xffff_ff60, 0)).toBe(160);
  expect(timestampDistance(0, 0xffff_ff60)).toBe(-160);
});

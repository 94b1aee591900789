// Which rows of a long list are made.
import { expect, test } from 'vitest';
import { rowsInSight } from './rows-in-sight.ts';

const box = { rows: 1_000, rowHeight: 34, height: 340, spare: 5 };

test('What is seen is made, with some rows above and below, and no more', () => {
  expect(rowsInSight({ ...box, top: 0 })).toEqual({ first: 0, end: 15 });
  expect(rowsInSight({ ...box, top: 3_400 })).toEqual({ first: 95, end: 115 });
  expect(rowsInSight({ ...box, rows: 3, top: 0 })).toEqual({ first: 0, end: 3 });
  expect(rowsInSight({ ...box, rows: 0, top: 0 })).toEqual({ first: 0, end: 0 });
});

test('Rows that go away while the box is scrolled down leave the last ones in sight, and never none', () => {
  for (const rows of [1, 12, 40, 999]) {
    const { first, end } = rowsInSight({ ...box, rows, top: 33_660 });
    expect(end).toBe(rows);
    expect(end - first).toBeGreaterThanOrEqual(Math.min(rows, 10));
  }
});

test('Wherever it is scrolled to, every row in the box is made', () => {
  for (let top = 0; top <= 1_000 * 34 - 340; top += 17) {
    const { first, end } = rowsInSight({ ...box, top });
    expect(first * 34).toBeLessThanOrEqual(top);
    expect(end * 34).toBeGreaterThanOrEqual(top + 340);
  }
});

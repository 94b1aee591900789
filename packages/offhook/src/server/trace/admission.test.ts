// With more to write than can be written, calls are traced whole or not at all.
import { expect, test } from 'vitest';
import { Admission } from './admission.ts';
import { call, seen, start } from './trace.test-kit.ts';

test('while there is too much, no new call is traced, and none of it later; calls from before go on', () => {
  const admission = new Admission();
  const [invite, ...rest] = call({ callId: 'before' });
  const late = call({ callId: 'late' });
  const admits = (observations: readonly (typeof invite)[], isFull: boolean): readonly boolean[] =>
    observations.map((one) => one !== undefined && admission.admits(one, isFull));
  expect(admits([invite], false)).toEqual([true]);
  expect(new Set(admits(rest, true))).toEqual(new Set([true]));
  const again = seen('INVITE', {
    callId: 'before',
    headers: ['Proxy-Authorization: Digest x="y"'],
  });
  expect(admits([again], true)).toEqual([true]);
  expect(admission.isWhole).toBe(true);
  expect(new Set(admits(late.slice(0, 2), true))).toEqual(new Set([false]));
  expect(new Set(admits(late, false))).toEqual(new Set([false]));
  expect(admission.isWhole).toBe(false);
  expect(new Set(admits(call({ callId: 'after' }), false))).toEqual(new Set([true]));
});

test('calls without trace are forgotten when the last of them is long over: those after them cost nothing more', () => {
  const admission = new Admission();
  const [invite, ...rest] = call({ callId: 'left' });
  const hours = (count: number): number => start + count * 3_600_000;
  expect(invite !== undefined && admission.admits(invite, true)).toBe(false);
  expect(admission.calls).toBe(1);
  for (const one of rest) expect(admission.admits({ ...one, at: hours(3) }, false)).toBe(false);
  expect(admission.admits(seen('INVITE', { callId: 'new', at: hours(5) }), false)).toBe(true);
  expect(admission.isWhole).toBe(true);
});

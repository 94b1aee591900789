// Strangers at the door of a stream.
import { expect, test } from 'vitest';
import { SourceLock } from './source-lock.ts';

const told = { host: '192.0.2.1', port: 4000 };
const natted = { host: '198.51.100.7', port: 5555 };

function lockOn(address = told): SourceLock {
  const lock = new SourceLock();
  lock.expect(address, undefined);
  return lock;
}

function judge(
  lock: SourceLock,
  from: typeof told,
  times: number,
  { ssrc = 1, now = 0 } = {},
): string[] {
  return Array.from({ length: times }, () => lock.judge(from.host, from.port, ssrc, now));
}

test('the address of the SDP is taken at once, and nobody else after it (A61)', () => {
  const lock = lockOn();
  expect(judge(lock, told, 1)).toEqual(['taken']);
  expect(new Set(judge(lock, natted, 50))).toEqual(new Set(['foreign']));
  expect(lock.source).toEqual(told);
});

test('another source is learnt by five packets of one SSRC, once (A61)', () => {
  const lock = lockOn();
  expect(judge(lock, natted, 6)).toEqual([
    'foreign',
    'foreign',
    'foreign',
    'foreign',
    'learnt',
    'taken',
  ]);
  expect(lock.source).toEqual(natted);
  expect(new Set(judge(lock, { host: '203.0.113.9', port: 9 }, 50))).toEqual(new Set(['foreign']));
  expect(judge(lock, told, 1)).toEqual(['foreign']);
});

test('packets under changing SSRCs or from changing ports prove nothing (A61)', () => {
  const lock = lockOn();
  for (let ssrc = 0; ssrc < 20; ssrc += 1)
    expect(judge(lock, natted, 1, { ssrc })).toEqual(['foreign']);
  for (let port = 1; port < 20; port += 1) {
    expect(judge(lock, { ...natted, port }, 1)).toEqual(['foreign']);
  }
  expect(judge(lock, told, 1)).toEqual(['taken']);
});

test('the peer itself ends the learning (A61)', () => {
  const lock = lockOn();
  judge(lock, natted, 4);
  expect(judge(lock, told, 1)).toEqual(['taken']);
  expect(judge(lock, natted, 9)).not.toContain('learnt');
});

test('two seconds after the first packet of anyone nothing is learnt (A61)', () => {
  const lock = lockOn();
  judge(lock, natted, 1, { now: 1000 });
  expect(judge(lock, natted, 9, { now: 3001 })).not.toContain('learnt');
  expect(judge(lock, told, 1, { now: 3002 })).toEqual(['taken']);
});

test('before an SDP told an address everyone is a stranger, and with a new one all begins anew (A61)', () => {
  const lock = new SourceLock();
  expect(judge(lock, told, 1)).toEqual(['foreign']);
  lock.expect(told, undefined);
  judge(lock, natted, 5);
  lock.expect({ ...told }, told);
  expect(lock.source).toEqual(natted);
  const moved = { host: '192.0.2.2', port: 6000 };
  lock.expect(moved, told);
  expect(judge(lock, natted, 1)).toEqual(['foreign']);
  expect(judge(lock, moved, 1)).toEqual(['taken']);
  lock.expect(undefined, moved);
  expect(lock.knows(moved.host, moved.port)).toBe(false);
});

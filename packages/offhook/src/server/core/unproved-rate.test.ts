// The bucket of requests without proof, on a virtual clock.
import { expect, test } from 'vitest';
import { VirtualClock } from '@offhook/sip/testing';
import { UnprovedRate } from './unproved-rate.ts';

function taken(rate: UnprovedRate, host: string, tries: number): number {
  return Array.from({ length: tries }, () => rate.take(host)).filter(Boolean).length;
}

test('a source may send 60 requests at once and then 20 a second, and is heard again when it slows down (A40)', () => {
  const clock = new VirtualClock();
  const rate = new UnprovedRate({ clock });
  expect(taken(rate, '192.0.2.1', 100)).toBe(60);
  clock.advance(1000);
  expect(taken(rate, '192.0.2.1', 100)).toBe(20);
  expect(taken(rate, '192.0.2.2', 100)).toBe(60);
  clock.advance(60_000);
  expect(taken(rate, '192.0.2.1', 100)).toBe(60);
  expect(rate.dropped).toBe(200);
});

test('what is proved later does not count, and never makes more than a full bucket', () => {
  const rate = new UnprovedRate({ clock: new VirtualClock() });
  for (let request = 0; request < 200; request += 1) {
    expect(rate.take('192.0.2.1')).toBe(true);
    rate.giveBack('192.0.2.1');
  }
  rate.giveBack('192.0.2.1');
  expect(taken(rate, '192.0.2.1', 100)).toBe(60);
  rate.giveBack('192.0.2.99');
  expect(rate.size).toBe(1);
});

test('this machine is never limited', () => {
  const rate = new UnprovedRate({ clock: new VirtualClock() });
  for (const host of ['127.0.0.1', '127.3.2.1', '::1', '::ffff:127.0.0.1'])
    expect(taken(rate, host, 500)).toBe(500);
  expect(rate.size).toBe(0);
});

test('addresses of one IPv6 network are one source', () => {
  const rate = new UnprovedRate({ clock: new VirtualClock() });
  expect(taken(rate, '2001:db8::1', 40)).toBe(40);
  expect(taken(rate, '2001:db8:0:0:9:8:7:6', 40)).toBe(20);
  expect(taken(rate, '2001:db8:0:1::1', 40)).toBe(40);
});

test('a flood from forged addresses takes bounded memory, and the one that goes on is remembered (A40)', () => {
  const rate = new UnprovedRate({ clock: new VirtualClock(), limits: { sources: 100 } });
  expect(taken(rate, '192.0.2.1', 60)).toBe(60);
  for (let at = 0; at < 1000; at += 1) {
    rate.take(`10.0.${at >> 8}.${at & 255}`);
    expect(rate.take('192.0.2.1')).toBe(false);
  }
  expect(rate.size).toBe(100);
});

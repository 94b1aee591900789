// Which places a packet may go to on behalf of whom.
import { expect, test } from 'vitest';
import { mayReach, placeOf } from './reach.ts';
import type { Place } from './reach.ts';

test.each<[string, Place]>([
  ['127.0.0.1', 'loopback'],
  ['127.255.255.254', 'loopback'],
  ['::1', 'loopback'],
  ['0:0:0:0:0:0:0:1', 'loopback'],
  ['::ffff:127.0.0.1', 'loopback'],
  ['::FFFF:7f00:1', 'loopback'],
  ['::127.0.0.1', 'nowhere'],
  ['64:ff9b::127.0.0.1', 'nowhere'],
  ['64:ff9b::7f00:1', 'nowhere'],
  ['2002:7f00:1::', 'nowhere'],
  ['0.0.0.0', 'nowhere'],
  ['0.1.2.3', 'nowhere'],
  ['::', 'nowhere'],
  ['169.254.169.254', 'nowhere'],
  ['::ffff:169.254.169.254', 'nowhere'],
  ['169.254.1.1', 'link-local'],
  ['fe80::1', 'link-local'],
  ['fe80::1%eth0', 'link-local'],
  ['febf::1', 'link-local'],
  ['10.0.0.1', 'private'],
  ['172.16.0.1', 'private'],
  ['172.31.255.255', 'private'],
  ['192.168.1.1', 'private'],
  ['100.64.0.1', 'private'],
  ['198.18.0.1', 'private'],
  ['fc00::1', 'private'],
  ['fd12:3456::1', 'private'],
  ['fec0::1', 'nowhere'],
  ['224.0.1.75', 'nowhere'],
  ['ff02::1', 'nowhere'],
  ['255.255.255.255', 'nowhere'],
  ['240.0.0.1', 'nowhere'],
  ['172.32.0.1', 'public'],
  ['172.15.0.1', 'public'],
  ['100.128.0.1', 'public'],
  ['192.0.2.1', 'public'],
  ['203.0.113.9', 'public'],
  ['2001:db8::1', 'public'],
])('%s is %s', (host, place) => expect(placeOf(host)).toBe(place));

test('a request reaches public addresses, and of the others the kind that it came from', () => {
  const at = (host: string): { host: string; port: number } => ({ host, port: 5060 });
  expect(mayReach(at('203.0.113.9'), at('10.0.0.2'))).toBe(true);
  expect(mayReach(at('10.0.0.1'), at('10.0.0.2'))).toBe(true);
  expect(mayReach(at('10.0.0.1'), at('203.0.113.9'))).toBe(false);
  expect(mayReach(at('127.0.0.1'), at('10.0.0.2'))).toBe(false);
  expect(mayReach(at('127.0.0.1'), at('127.0.0.1'))).toBe(true);
  expect(mayReach(at('0.0.0.0'), at('0.0.0.0'))).toBe(false);
  expect(mayReach({ host: '203.0.113.9', port: 0 }, at('203.0.113.9'))).toBe(false);
});

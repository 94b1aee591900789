// Numeric hosts as text and as bits.
import { describe, expect, test } from 'vitest';
import {
  canonicalHost,
  flowId,
  isIpv4,
  isIpv6,
  isLoopback,
  isMulticastOrBroadcast,
  sameHost,
} from './address.ts';

describe('canonicalHost', () => {
  test.each([
    ['2001:0DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:C000:0201', '192.0.2.1'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
    ['1:0:2:3:4:5:6:7', '1:0:2:3:4:5:6:7'],
    ['fe80::1%eth0', 'fe80::1%eth0'],
    ['EXAMPLE.com', 'example.com'],
    ['192.0.2.1', '192.0.2.1'],
    [':::', ':::'],
  ])('RFC 5954 §4: %s is %s (C027)', (written, canonical) => {
    expect(canonicalHost(written)).toBe(canonical);
  });

  test('RFC 5118 §4.9: an IPv4-mapped address is the IPv4 address (C027)', () => {
    expect(sameHost('::ffff:127.0.0.1', '127.0.0.1')).toBe(true);
    expect(isLoopback('::ffff:127.0.0.2')).toBe(true);
    expect(isLoopback('127.0.0.1.example.com')).toBe(false);
  });
});

test('Only four numbers below 256 are an IPv4 address', () => {
  expect(['1.2.3.4', '255.255.255.255'].every(isIpv4)).toBe(true);
  expect(
    ['1.2.3', '1.2.3.256', '1.2.3.4.5', '0x7f.0.0.1', '1.2.3.', ' 1.2.3.4', '1.2.3.0004'].some(
      isIpv4,
    ),
  ).toBe(false);
});

test('Only eight groups, or fewer with one `::`, are an IPv6 address', () => {
  expect(
    ['::', '::1', '1::', '1:2:3:4:5:6:7:8', '64:ff9b::192.0.2.33', '1:2:3:4:5:6:192.0.2.1'].every(
      isIpv6,
    ),
  ).toBe(true);
  expect(
    [
      '1',
      ':',
      ':::',
      '1::2::3',
      '1:2:3:4:5:6:7',
      '1:2:3:4:5:6:7:8:9',
      '12345::',
      'g::',
      '1.2.3.4::',
      '::1.2.3.4:5',
    ].some(isIpv6),
  ).toBe(false);
});

test('RFC 4475 §3.3.10: multicast and broadcast addresses are known (C039)', () => {
  expect(
    ['224.0.1.75', '239.255.255.255', '255.255.255.255', 'ff02::1'].every(isMulticastOrBroadcast),
  ).toBe(true);
  expect(['223.0.0.1', '240.0.0.1', 'fe80::1', 'ff.example.com'].some(isMulticastOrBroadcast)).toBe(
    false,
  );
});

test('A flow id can be read', () => {
  const local = { host: '::1', port: 5060 };
  expect(flowId('UDP', local, { host: '127.0.0.1', port: 5070 })).toBe(
    'udp [::1]:5060 127.0.0.1:5070',
  );
});

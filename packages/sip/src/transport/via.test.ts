// Where a request came from and where its response goes.
import { describe, expect, test } from 'vitest';
import { latin1Bytes } from '../base/bytes.ts';
import type { Request } from '../message/message.ts';
import { parseMessage } from '../message/parse.ts';
import { isInvalidHost, responseTarget, stampReceived, viaFor } from './via.ts';

function requestWith(via: string): Request {
  const text = [
    'OPTIONS sip:a@example.com SIP/2.0',
    `Via: ${via}, SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKbelow`,
    'Max-Forwards: 70',
    'From: <sip:b@example.com>;tag=1',
    'To: <sip:a@example.com>',
    'Call-ID: 1',
    'CSeq: 1 OPTIONS',
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');
  const parsed = parseMessage(latin1Bytes(text));
  if (!parsed.ok || parsed.value.kind !== 'request')
    throw new Error('The test message is malformed');
  return parsed.value;
}

function stamped(via: string, host: string, port = 5070): string {
  const [row = ''] = stampReceived(requestWith(via), { host, port }).rows('Via');
  return row;
}

const below = ', SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKbelow';

describe('stampReceived', () => {
  test('RFC 3261 §18.2.1: a sent-by that is a name gets received (C033)', () => {
    expect(stamped('SIP/2.0/UDP bobspc.example.com:5060;branch=z9hG4bK1', '192.0.2.4')).toBe(
      `SIP/2.0/UDP bobspc.example.com:5060;branch=z9hG4bK1;received=192.0.2.4${below}`,
    );
  });

  test('RFC 3261 §18.2.1: a sent-by that differs from the source gets received, whatever the client wrote (C033)', () => {
    expect(stamped('SIP/2.0/UDP 10.0.0.1;received=203.0.113.66;branch=z9hG4bK1', '192.0.2.4')).toBe(
      `SIP/2.0/UDP 10.0.0.1;received=192.0.2.4;branch=z9hG4bK1${below}`,
    );
  });

  test('RFC 3261 §18.2.1: a received that the client wrote is taken away when the source is as it says (C033)', () => {
    const request = requestWith('SIP/2.0/UDP 192.0.2.4;received=203.0.113.66;branch=z9hG4bK1');
    const via = stampReceived(request, { host: '192.0.2.4', port: 5060 }).topVia;
    expect(via.received).toBeUndefined();
    expect(responseTarget(via).host).toBe('192.0.2.4');
  });

  test('RFC 3261 §18.2.1: a request that tells the truth stays the very same (C033)', () => {
    const request = requestWith('SIP/2.0/UDP 192.0.2.4:5060;branch=z9hG4bK1');
    expect(stampReceived(request, { host: '192.0.2.4', port: 5060 })).toBe(request);
  });

  test('RFC 3581 §4: rport without value gets the source port, and received comes with it even if equal (C034)', () => {
    expect(stamped('SIP/2.0/TCP 192.0.2.4;rport;branch=z9hG4bK1', '192.0.2.4')).toBe(
      `SIP/2.0/TCP 192.0.2.4;rport=5070;branch=z9hG4bK1;received=192.0.2.4${below}`,
    );
  });

  test('RFC 5118 §4.5: IPv6 addresses are compared as bits and written without brackets (C027)', () => {
    const same = requestWith('SIP/2.0/UDP [2001:DB8::0:1];branch=z9hG4bK1');
    expect(stampReceived(same, { host: '2001:db8::1', port: 5060 })).toBe(same);
    expect(stamped('SIP/2.0/UDP [2001:db8::9];branch=z9hG4bK1', '2001:db8::1')).toContain(
      ';received=2001:db8::1,',
    );
    expect(stamped('SIP/2.0/UDP [fe80::9];branch=z9hG4bK1', 'fe80::1%eth0')).toContain(
      ';received=fe80::1,',
    );
  });

  test('RFC 5118 §4.9: an IPv4-mapped source equals the IPv4 sent-by (C027)', () => {
    const same = requestWith('SIP/2.0/UDP 192.0.2.4;branch=z9hG4bK1');
    expect(stampReceived(same, { host: '::ffff:192.0.2.4', port: 5060 })).toBe(same);
  });
});

describe('responseTarget', () => {
  const target = (via: string): string => {
    const { protocol, host, port } = responseTarget(requestWith(via).topVia);
    return `${protocol} ${host} ${port}`;
  };

  test('RFC 3581 §4: over UDP with received and rport, to exactly these (C035)', () => {
    expect(target('SIP/2.0/UDP 10.0.0.1:5062;received=192.0.2.4;rport=9988;branch=z9hG4bK1')).toBe(
      'UDP 192.0.2.4 9988',
    );
  });

  test('RFC 3261 §18.2.2: over UDP without rport, to received and the port of sent-by, 5060 when none (C035)', () => {
    expect(target('SIP/2.0/UDP 10.0.0.1:5062;received=192.0.2.4;branch=z9hG4bK1')).toBe(
      'UDP 192.0.2.4 5062',
    );
    expect(target('SIP/2.0/UDP 10.0.0.1;received=192.0.2.4;branch=z9hG4bK1')).toBe(
      'UDP 192.0.2.4 5060',
    );
    expect(target('SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1')).toBe('UDP 10.0.0.1 5060');
  });

  test('RFC 3261 §18.2.2: when a connection is gone, to received and the port of sent-by, never to rport (C037)', () => {
    expect(target('SIP/2.0/TCP 10.0.0.1:5062;received=192.0.2.4;rport=40001;branch=z9hG4bK1')).toBe(
      'TCP 192.0.2.4 5062',
    );
    expect(target('SIP/2.0/TLS host.example.com;received=192.0.2.4;branch=z9hG4bK1')).toBe(
      'TLS 192.0.2.4 5061',
    );
  });

  test('RFC 5118 §4.5: received in brackets is the same address (C027)', () => {
    expect(target('SIP/2.0/UDP [2001:db8::9]:5062;received=[2001:db8::1];branch=z9hG4bK1')).toBe(
      'UDP 2001:db8::1 5062',
    );
  });

  test('A response is never aimed by maddr, which the sender chose (A47)', () => {
    expect(
      target('SIP/2.0/UDP 10.0.0.1;maddr=203.0.113.66;received=192.0.2.4;branch=z9hG4bK1'),
    ).toBe('UDP 192.0.2.4 5060');
  });
});

test('RFC 7118 §5.3: hosts under .invalid are known in any form (C050)', () => {
  expect(['df7jal23ls0d.invalid', 'X.INVALID', 'x.invalid.', 'invalid'].every(isInvalidHost)).toBe(
    true,
  );
  expect(['invalid.example.com', 'notinvalid', '192.0.2.1'].some(isInvalidHost)).toBe(false);
});

test('RFC 3581 §3: a new Via asks for rport, and IPv6 stands in brackets (C036)', () => {
  const branch = 'z9hG4bK1';
  expect(viaFor({ protocol: 'UDP', host: '::1', port: 5060, branch, rport: true })).toBe(
    'SIP/2.0/UDP [::1]:5060;branch=z9hG4bK1;rport',
  );
  expect(viaFor({ protocol: 'WSS', host: 'x.invalid', branch })).toBe(
    'SIP/2.0/WSS x.invalid;branch=z9hG4bK1',
  );
});

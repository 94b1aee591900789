// Who is believed to have sent a request.
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { isAtThisMachine, isPrivate, peerOf } from './peer.ts';

function incoming(
  address: string,
  headers: Readonly<Record<string, string>> = {},
  httpVersion = '1.1',
): IncomingMessage {
  const socket = new Socket();
  Object.defineProperty(socket, 'remoteAddress', { value: address });
  return Object.assign(new IncomingMessage(socket), { headers, httpVersion });
}

const page = new URL('http://127.0.0.1:8080/');

test('What a proxy says is believed only where one was configured, from this machine, and only its own word', () => {
  const headers = {
    'x-forwarded-for': '198.51.100.7, 192.0.2.1',
    'x-forwarded-proto': 'http, https',
  };
  expect(peerOf(incoming('127.0.0.1', headers), true)).toEqual({
    address: '192.0.2.1',
    isSecure: true,
    isOwn: false,
    isDirect: false,
  });
  for (const [address, isProxied] of [
    ['127.0.0.1', false],
    ['203.0.113.9', true],
    ['203.0.113.9', false],
  ] as const)
    expect(peerOf(incoming(address, headers), isProxied)).toEqual({
      address,
      isSecure: false,
      isOwn: false,
      isDirect: false,
    });
  const odd = { 'x-forwarded-for': '127.0.0.1, unknown' };
  expect(peerOf(incoming('127.0.0.1', odd), true).address).toBe('127.0.0.1');
  expect(isAtThisMachine(peerOf(incoming('127.0.0.1', odd), true), page)).toBe(false);
});

test('What never left this machine is read by nobody, but is no proof of who sits before it', () => {
  const to = (own: string): IncomingMessage => {
    const message = incoming('192.0.2.1');
    Object.defineProperty(message.socket, 'localAddress', { value: own });
    return message;
  };
  expect(isPrivate(peerOf(to('192.0.2.1'), false))).toBe(true);
  expect(isAtThisMachine(peerOf(to('192.0.2.1'), false), page)).toBe(false);
  expect(isPrivate(peerOf(to('192.0.2.9'), false))).toBe(false);
  expect(isPrivate(peerOf(incoming(''), false))).toBe(false);
});

test.each([
  ['the loopback address', incoming('127.0.0.1'), page, true],
  ['the same in IPv6', incoming('::1'), new URL('http://[::1]:8080/'), true],
  ['a browser that speaks IPv6 to IPv4', incoming('::ffff:127.0.0.1'), page, true],
  ['another machine', incoming('192.0.2.1'), page, false],
  ['a proxy that tells', incoming('127.0.0.1', { via: '1.1 proxy' }), page, false],
  ['a proxy that does not, of HTTP/1.0', incoming('127.0.0.1', {}, '1.0'), page, false],
  ['a name', incoming('127.0.0.1'), new URL('http://phone.example:8080/'), false],
  [
    'a name that begins like an address',
    incoming('127.0.0.1'),
    new URL('http://127.evil.example/'),
    false,
  ],
])('Whether the person is at this machine: %s (A34)', (_what, message, url, expected) => {
  expect(isAtThisMachine(peerOf(message, false), url)).toBe(expected);
});

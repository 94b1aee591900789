// What is left of a request once our own routes are off.
import { describe, expect, test } from 'vitest';
import { latin1Bytes } from '@offhook/sip';
import { formatUri, isSipUri, parseMessage } from '@offhook/sip/message';
import type { Request, Uri } from '@offhook/sip/message';
import { recordRouteOf } from './own-route.ts';
import type { Leg } from './own-route.ts';
import { preprocess } from './preprocess.ts';
import { requestText } from './proxy.test-kit.ts';
import type { RequestText } from './proxy.test-kit.ts';

const identity = {
  isOurs: (uri: Uri): boolean =>
    isSipUri(uri) && uri.host === '192.0.2.1' && (uri.port ?? 5060) === 5060,
  sign: (text: string): string => `${text.length}${text.replaceAll(/[^a-z0-9]/g, '')}`,
};
const leg: Leg = { protocol: 'UDP', host: '192.0.2.1', port: 5060, secure: false, peer: undefined };
const ours = recordRouteOf(leg, 'call-1', identity.sign);
const toBrowser = recordRouteOf(
  { ...leg, peer: { protocol: 'WSS', host: '2001:db8::7', port: 50_000 } },
  'call-1',
  identity.sign,
);
const dialog = '<sip:bob@example.com>;tag=b';

function parsed(init: RequestText): Request {
  const message = parseMessage(
    latin1Bytes(requestText({ method: 'BYE', to: dialog, ...init }).replaceAll('\n', '\r\n')),
  );
  if (!message.ok || message.value.kind !== 'request')
    throw new Error('The request of this test is malformed');
  return message.value;
}

describe('preprocess', () => {
  test('RFC 3261 §16.4: only the routes on top that are ours go, and the others stay as they were written (C157)', () => {
    const received = parsed({
      headers: [`Route: ${ours} ,  <sip:192.0.2.7;lr>;x=y`, `Route: ${ours}`],
    });
    const { request, inDialogOfOurs, peer } = preprocess(received, identity);
    expect(request.rows('Route')).toEqual(['<sip:192.0.2.7;lr>;x=y', ours]);
    expect([inDialogOfOurs, peer]).toEqual([true, undefined]);
  });

  test('RFC 5658 §5: of two routes of ours both go, and the last says where the other end is (C159)', () => {
    const { request, inDialogOfOurs, peer } = preprocess(
      parsed({ headers: [`Route: ${ours}, ${toBrowser}`] }),
      identity,
    );
    expect([request.has('Route'), inDialogOfOurs]).toEqual([false, true]);
    expect(peer).toEqual({ protocol: 'WSS', host: '2001:db8::7', port: 50_000 });
  });

  test('RFC 3261 §16.4: a route with our token is ours by whatever address it leads to us (C157)', () => {
    const elsewhere = recordRouteOf(
      { ...leg, host: '198.51.100.4', port: 5080 },
      'call-1',
      identity.sign,
    );
    const { request, inDialogOfOurs } = preprocess(
      parsed({ headers: [`Route: ${elsewhere}`] }),
      identity,
    );
    expect([request.has('Route'), inDialogOfOurs]).toEqual([false, true]);
  });

  test('RFC 3261 §16.6 item 7: with a further route the other end is not asked for', () => {
    const { peer } = preprocess(
      parsed({ headers: [`Route: ${toBrowser}, <sip:192.0.2.7;lr>`] }),
      identity,
    );
    expect(peer).toBeUndefined();
  });

  test.each([
    ['without To tag', { to: '<sip:bob@example.com>', headers: [`Route: ${ours}`] }],
    ['by a route without token', { headers: ['Route: <sip:192.0.2.1;lr>'] }],
    ['without any route', { headers: [] }],
    ['by a route of another call', { callId: 'call-2', headers: [`Route: ${ours}`] }],
    [
      'by one good route and a forged one',
      { headers: [`Route: ${ours}, ${toBrowser.replace('50000', '50001')}`] },
    ],
  ])('RFC 3261 §16.6 item 4: a request %s is not in a dialog of ours', (_, init) => {
    const { inDialogOfOurs, peer } = preprocess(parsed(init), identity);
    expect([inDialogOfOurs, peer]).toEqual([false, undefined]);
  });

  test('RFC 3261 §16.4: a strict router upstream has moved the Request-URI to the end of Route (C157)', () => {
    const uri = ours.slice(1, -1);
    const received = parsed({ uri, headers: ['Route: <sip:192.0.2.7;lr>, <sip:bob@192.0.2.20>'] });
    const { request, inDialogOfOurs } = preprocess(received, identity);
    expect(formatUri(request.uri)).toBe('sip:bob@192.0.2.20');
    expect([request.rows('Route'), inDialogOfOurs]).toEqual([['<sip:192.0.2.7;lr>'], true]);
  });

  test.each([
    ['sip:bob@example.com;maddr=192.0.2.1;transport=tcp', 'sip:bob@example.com'],
    ['sip:bob@example.com;maddr=192.0.2.9', 'sip:bob@example.com;maddr=192.0.2.9'],
    ['sip:bob@example.com:5099;maddr=192.0.2.1', 'sip:bob@example.com:5099;maddr=192.0.2.1'],
  ])('RFC 3261 §16.4: maddr in %s counts only when it is ours', (uri, after) => {
    expect(formatUri(preprocess(parsed({ uri }), identity).request.uri)).toBe(after);
  });
});

// Requests that may not be proxied.
import { expect, test } from 'vitest';
import { latin1Bytes } from '@offhook/sip';
import { parseMessage } from '@offhook/sip/message';
import type { Request } from '@offhook/sip/message';
import { refusalOf } from './check.ts';
import { requestText } from './proxy.test-kit.ts';
import type { RequestText } from './proxy.test-kit.ts';

const mark = '-mark';

function parsed(init: RequestText): Request {
  const message = parseMessage(latin1Bytes(requestText(init).replaceAll('\n', '\r\n')));
  if (!message.ok || message.value.kind !== 'request')
    throw new Error('The request of this test is malformed');
  return message.value;
}

test.each<readonly [string, RequestText, number | undefined]>([
  [
    'an unknown method, header and Require pass',
    { method: 'FROB', headers: ['X: y', 'Require: z', 'Date: never'] },
    undefined,
  ],
  ['a malformed Route', { headers: ['Route: <sip:'] }, 400],
  ['a scheme that we cannot route', { uri: 'http://example.com/' }, 416],
  ['tel, which no connection serves', { uri: 'tel:+15551234' }, 416],
  ['sips with a Contact that is not (RFC 5630 §5.3)', { uri: 'sips:bob@example.com' }, 400],
  [
    'sips with a Contact that is too',
    { uri: 'sips:bob@example.com', headers: ['Contact: <sips:a@192.0.2.10>'] },
    undefined,
  ],
  ['Max-Forwards 0', { hops: 0 }, 483],
  ['Max-Forwards 1 passes', { hops: 1 }, undefined],
  ['Proxy-Require', { headers: ['Proxy-Require: foo, bar'] }, 420],
  ['scheme before Max-Forwards', { uri: 'http://example.com/', hops: 0 }, 416],
  ['Max-Forwards before Proxy-Require', { hops: 0, headers: ['Proxy-Require: foo'] }, 483],
  ['Max-Forwards before a loop', { hops: 0, branch: 'z9hG4bK1-mark' }, 483],
  [
    'a loop before Proxy-Require',
    { branch: 'z9hG4bK1-mark', headers: ['Proxy-Require: foo'] },
    482,
  ],
  ['syntax before scheme', { uri: 'http://example.com/', headers: ['Route: <sip:'] }, 400],
])('RFC 3261 §16.3: %s (C154, C009)', (_, init, status) => {
  expect(refusalOf(parsed(init), mark)?.status).toBe(status);
});

test('RFC 3261 §16.3 item 5: the 420 lists what we do not understand (C154)', () => {
  const refusal = refusalOf(
    parsed({ headers: ['Proxy-Require: foo', 'Proxy-Require: bar'] }),
    mark,
  );
  expect(refusal?.rows('Unsupported')).toEqual(['foo, bar']);
});

test.each(['x', '-1', '1, 2', ''])(
  'RFC 5393 §5.3.3: a Max-Breadth of %j is malformed (C163)',
  (value) => {
    expect(refusalOf(parsed({ headers: [`Max-Breadth: ${value}`] }), mark)?.status).toBe(400);
  },
);

// The choice among final outcomes.
import { describe, expect, test } from 'vitest';
import { createRequest, createResponse, sipUri } from '@offhook/sip/message';
import { bestOutcome } from './best-response.ts';
import type { Outcome } from './best-response.ts';

const request = createRequest({
  method: 'INVITE',
  uri: sipUri('sip:bob@example.com'),
  headers: [
    ['Via', 'SIP/2.0/UDP 192.0.2.10;branch=z9hG4bK1'],
    ['From', '<sip:a@example.com>;tag=1'],
    ['To', '<sip:b@example.com>'],
    ['Call-ID', 'x'],
    ['CSeq', '1 INVITE'],
  ],
});

function received(...statuses: readonly number[]): Outcome[] {
  return statuses.map((status) => ({ status, response: createResponse(request, status) }));
}

describe('bestOutcome', () => {
  test.each([
    [[503, 407, 501, 404], 407],
    [[486, 600, 200 + 202, 603], 600],
    [[500, 404, 302], 302],
    [[404, 486], 404],
    [[404, 486, 484], 484],
    [[480, 415, 401], 415],
    [[503, 500], 500],
    [[503, 501], 501],
    [[503], 500],
    [[503, 503], 500],
  ])('RFC 3261 §16.7 item 6: of %j it is %i (C165)', (statuses, chosen) => {
    expect(bestOutcome(received(...statuses)).status).toBe(chosen);
  });

  test('RFC 3261 §16.7 item 6: with nothing final at all it is 408 (C165)', () => {
    expect(bestOutcome([])).toEqual({ status: 408 });
  });

  test('RFC 3261 §16.6 item 7, §16.9: silence counts as 408 and no way as 503, but a response of that class goes first (C165)', () => {
    const [busy] = received(486);
    if (busy === undefined) throw new Error('A response was expected');
    expect(bestOutcome([{ status: 408 }, busy])).toEqual(busy);
    expect(bestOutcome([{ status: 503 }, { status: 408 }])).toEqual({
      status: 408,
      response: undefined,
    });
    expect(bestOutcome([{ status: 503 }])).toEqual({ status: 500 });
  });
});

// What is said of a call: documents in, verdicts out.
import { expect, test } from 'vitest';
import { request } from '../sample/call-writer.ts';
import type { CallDocument, MessageDocument } from '../document/document.ts';
import { explain } from './explain.ts';

const empty: CallDocument = {
  v: 1,
  id: 'c1',
  method: 'INVITE',
  from: 'sip:alice@example.com',
  to: 'sip:bob@example.com',
  startedAt: 0,
  endedAt: 32_000,
  source: 'inferred',
  outcome: {
    over: false,
    status: undefined,
    reason: undefined,
    answeredAt: undefined,
    endedAt: undefined,
    endedBy: undefined,
    cancelledBy: undefined,
    timedOut: false,
    undelivered: false,
    tries: 1,
    text: 'no final response yet',
  },
  legs: [],
  parties: [
    { id: 1, name: 'alice', addresses: ['192.0.2.1:5060'], observed: false, product: undefined },
    { id: 2, name: 'bob', addresses: ['192.0.2.2:5060'], observed: false, product: undefined },
  ],
  messages: [],
  steps: [],
  transactions: [],
  dialogs: [],
  sessions: [],
  negotiations: [],
  streams: [],
  reports: [],
  notes: [],
  missing: [],
};

test('a document in which nothing is known has an explanation', () => {
  const { verdict, findings, lint } = explain(empty);
  expect(findings).toEqual([]);
  expect(lint).toEqual([]);
  expect(verdict.certainty).toBe('cannot tell from here');
});

test('an INVITE that is repeated and never answered is fault 1', () => {
  const text = request({
    method: 'INVITE',
    uri: 'sip:bob@192.0.2.2',
    via: ['SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa'],
    from: '<sip:alice@example.com>;tag=a1',
    to: '<sip:bob@example.com>',
    callId: 'c1',
    cseq: 1,
  }).toText();
  const messages = [0, 500, 1500, 3500].map((at, index): MessageDocument => ({
    number: index + 1,
    frame: 10 + index,
    at,
    delta: 0,
    leg: 1,
    from: 1,
    to: 2,
    source: { host: '192.0.2.1', port: 5060 },
    destination: { host: '192.0.2.2', port: 5060 },
    protocol: 'UDP',
    method: 'INVITE',
    status: undefined,
    title: 'INVITE',
    firstLine: 'INVITE sip:bob@192.0.2.2 SIP/2.0',
    cseq: 1,
    text,
    labels: [],
    resend: index,
    resendOf: index === 0 ? undefined : 1,
    sentAt: undefined,
    receivedAt: undefined,
    lost: false,
    sdp: undefined,
    matched: [],
    changes: [],
  }));
  const { verdict, findings } = explain({
    ...empty,
    messages,
    transactions: [
      {
        number: 1,
        leg: 1,
        method: 'INVITE',
        branch: 'z9hG4bKa',
        source: 'inferred',
        client: 1,
        server: 2,
        machines: [],
        messages: [1, 2, 3, 4],
        status: undefined,
      },
    ],
  });
  expect(findings.map(({ fault }) => fault)).toEqual([1]);
  expect(verdict.happened).toEqual({
    text: 'alice sent its INVITE to bob 4 times within 3.5 s and got no response of any kind, so it gave up after 32 s.',
    frames: [10, 11, 12, 13],
  });
});

// The rows of offer and answer, and what of them is not allowed.
import { expect, test } from 'vitest';
import type { LineDocument } from '@offhook/sip/trace';
import { offerRows } from './offer-table.ts';

const line: LineDocument = {
  media: 'audio',
  port: 4000,
  protocol: 'RTP/AVP',
  address: '192.0.2.1',
  direction: 'sendrecv',
  codecs: [
    { payloadType: 0, name: 'PCMU', clockRate: 8000, channels: undefined, format: undefined },
  ],
  ptime: undefined,
  rtcpMux: false,
  encryption: undefined,
  setup: undefined,
  fingerprint: undefined,
  iceUfrag: undefined,
  candidates: [],
  sources: [],
};

function rowsOf(
  offered: Partial<LineDocument>,
  answered?: Partial<LineDocument>,
): ReturnType<typeof offerRows> {
  return offerRows({
    index: 0,
    media: 'audio',
    offered: { ...line, ...offered },
    answered: answered === undefined ? undefined : { ...line, ...answered },
    changed: ['direction'],
  });
}

function fault(rows: ReturnType<typeof offerRows>, name: string): string | undefined {
  return rows.find((row) => row.name === name)?.illegal;
}

test('a hold that is answered by sendrecv is not allowed; by recvonly it is', () => {
  expect(
    fault(rowsOf({ direction: 'sendonly' }, { direction: 'sendrecv' }), 'direction'),
  ).toContain('§6.1');
  const rows = rowsOf({ direction: 'sendonly' }, { direction: 'recvonly' });
  expect(rows.find(({ name }) => name === 'direction')).toEqual({
    name: 'direction',
    offered: 'sendonly',
    answered: 'recvonly',
    agreed: 'offerer sends',
    changed: true,
    illegal: undefined,
  });
});

test('codecs that were not offered, another protocol and no encryption are not allowed', () => {
  const opus = {
    payloadType: 111,
    name: 'opus',
    clockRate: 48_000,
    channels: 2,
    format: undefined,
  };
  const rows = rowsOf({ encryption: 'DTLS' }, { codecs: [opus], protocol: 'RTP/SAVP' });
  for (const name of ['codecs', 'protocol', 'encryption']) expect(fault(rows, name)).toBeDefined();
});

test('an offer without an answer, and a line that is refused, have no faults', () => {
  for (const rows of [rowsOf({}), rowsOf({}, { port: 0, codecs: [], direction: 'inactive' })])
    expect(rows.filter(({ illegal }) => illegal !== undefined)).toEqual([]);
});

test('two ends that both want to connect, or both to be connected to, are not allowed', () => {
  expect(fault(rowsOf({ setup: 'active' }, { setup: 'active' }), 'setup')).toContain('RFC 5763');
  expect(fault(rowsOf({ setup: 'actpass' }, { setup: 'actpass' }), 'setup')).toContain('RFC 5763');
  expect(fault(rowsOf({ setup: 'actpass' }, { setup: 'active' }), 'setup')).toBeUndefined();
});

// What a capture tells of ICE and DTLS: checks and their answers, hellos, certificates, alerts.
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { expect, test } from 'vitest';
import { utf8Bytes } from '../../base/bytes.ts';
import type { ObservedAddress } from '../../base/tap.ts';
import { formatStun } from '../../stun/message.ts';
import type { StunAttribute, StunClass } from '../../stun/message.ts';
import { fingerprintIn } from './handshake-record.ts';
import { alice, bob, datagram } from './packets.test-kit.ts';
import { PathTable } from './path-table.ts';
import type { MediaPlace } from './place.ts';

const there = [alice, bob] as const;
const back = [bob, alice] as const;
const elsewhere: ObservedAddress = { host: '198.51.100.9', port: 9000 };
const place: MediaPlace = {
  ...alice,
  ...{ from: 0, to: 60_000, leg: 1, session: 1, line: 0, party: 1, codecs: [], ufrag: 'AAAA' },
};

function stun(kind: StunClass, id: number, attributes: readonly StunAttribute[] = []): Uint8Array {
  const transaction = new Uint8Array(12).fill(id);
  return formatStun({ class: kind, method: 1, transaction, attributes, fingerprint: true });
}

function check(id: number, more: readonly StunAttribute[] = []): Uint8Array {
  const username = { type: 0x0006, value: utf8Bytes('BBBB:AAAA') };
  return stun('request', id, [username, ...more]);
}

const nominate: StunAttribute = { type: 0x0025, value: new Uint8Array(0) };

function told(table: PathTable, places: readonly MediaPlace[] = [place]): readonly string[] {
  return table.of(places).map(({ at, topic, event }) => `${at} ${topic} ${event}`);
}

test('RFC 8445 §7: a check, its answer, and the way that is chosen, each told once', () => {
  const table = new PathTable();
  table.add(datagram('stun', check(1), 0, there));
  table.add(datagram('stun', stun('success', 1), 20, back));
  for (let at = 0; at < 100; at += 1) {
    table.add(datagram('stun', check(at + 2, [nominate]), 100 + at, there));
    table.add(datagram('stun', stun('success', at + 2), 110 + at, back));
  }
  expect(told(table)).toEqual(['0 ice checked', '20 ice answered', '110 ice nominated']);
});

test('checks that nobody answers, and those that are refused', () => {
  const table = new PathTable();
  for (let at = 0; at < 7; at += 1) table.add(datagram('stun', check(at), at * 500, there));
  expect(table.of([place]).at(-1)).toMatchObject({
    at: 3000,
    event: 'unanswered',
    text: '7 checks from 192.0.2.1:4000 to 192.0.2.2:5000 within 3.0 s got no answer',
  });
  const conflict = { type: 0x0009, value: new Uint8Array([0, 0, 4, 87]) };
  table.add(datagram('stun', check(20), 4000, there));
  table.add(datagram('stun', stun('error', 20, [conflict]), 4010, back));
  expect(told(table)).toEqual(['0 ice checked', '4010 ice role conflict']);
});

test('a keep-alive and a question to a server are no checks (RFC 5626 §4.4.2)', () => {
  const table = new PathTable();
  table.add(datagram('stun', stun('request', 1), 0, there));
  table.add(datagram('stun', stun('success', 1), 5, back));
  expect(told(table)).toEqual([]);
});

test('RFC 8445 §7.2.2: an address that no SDP names belongs to the call by its ufrag', () => {
  const table = new PathTable();
  table.add(datagram('stun', check(1), 0, [elsewhere, bob]));
  expect(told(table)).toEqual(['0 ice checked']);
  expect(told(table, [{ ...place, ufrag: 'CCCC' }])).toEqual([]);
  expect(told(table, [{ ...place, from: 50_000 }])).toEqual([]);
});

function record(type: number, epoch: number, content: readonly number[]): readonly number[] {
  const { length } = content;
  return [type, 254, 253, 0, epoch, 0, 0, 0, 0, 0, 1, length >> 8, length & 255, ...content];
}

function handshake(
  type: number,
  body: readonly number[],
  whole = body.length,
  offset = 0,
): readonly number[] {
  const uint24 = (value: number): readonly number[] => [
    value >> 16,
    (value >> 8) & 255,
    value & 255,
  ];
  return [type, ...uint24(whole), 0, 0, ...uint24(offset), ...uint24(body.length), ...body];
}

function dtls(...records: readonly (readonly number[])[]): Uint8Array {
  return Uint8Array.from(records.flat());
}

const shown = [1, 2, 3, 4, 5, 6, 7, 8, 9];
const certificates = [0, 0, 12, 0, 0, 9, ...shown];

test('RFC 5764 §4: a handshake with its certificate, in pieces and out of order, to its end', () => {
  const table = new PathTable();
  const piece = (from: number, to: number): readonly number[] =>
    record(22, 0, handshake(11, certificates.slice(from, to), certificates.length, from));
  table.add(datagram('dtls', dtls(record(22, 0, handshake(1, [1, 2]))), 0, there));
  table.add(datagram('dtls', dtls(record(22, 0, handshake(2, [1])), piece(10, 15)), 10, back));
  table.add(datagram('dtls', dtls(piece(0, 10)), 11, back));
  table.add(datagram('dtls', dtls(record(20, 0, [1]), record(22, 1, [9, 9])), 20, there));
  table.add(datagram('dtls', dtls(record(20, 0, [1]), record(22, 1, [9, 9])), 30, back));
  table.add(datagram('dtls', dtls(record(21, 1, [7, 7, 7])), 40, there));
  expect(told(table)).toEqual([
    '0 dtls hello',
    '10 dtls answered',
    '11 dtls certificate',
    '30 dtls finished',
    '40 dtls alert',
  ]);
  const hash = bytesToHex(sha256(Uint8Array.from(shown))).toUpperCase();
  const text = table.of([place]).find(({ event }) => event === 'certificate')?.text ?? '';
  expect(fingerprintIn(text)?.replaceAll(':', '')).toBe(`sha-256 ${hash}`);
});

test('alerts by their names, two clients, and hellos that nobody answers', () => {
  const hello = dtls(record(22, 0, handshake(1, [1, 2])));
  const table = new PathTable();
  for (const at of [0, 1000, 3000]) table.add(datagram('dtls', hello, at, there));
  expect(told(table)).toEqual(['0 dtls hello', '3000 dtls unanswered']);
  table.add(datagram('dtls', hello, 3500, back));
  table.add(datagram('dtls', dtls(record(21, 0, [2, 42])), 3600, back));
  expect(table.of([place]).map(({ text }) => text)).toContain(
    '192.0.2.2:5000 sent the fatal alert bad_certificate',
  );
  expect(told(table)).toContain('3500 dtls two clients');
});

test('what the network refused stands with the way that it is about', () => {
  const table = new PathTable();
  const event = 'port unreachable';
  const problem = { kind: 'problem', frame: 7, event, text: 'nobody there' } as const;
  table.problem({ ...problem, at: 500, source: bob, destination: alice });
  table.problem({ ...problem, at: 500, source: elsewhere, destination: bob });
  table.problem({ ...problem, at: 90_000, source: bob, destination: alice });
  expect(table.of([place])).toEqual([
    {
      frame: 7,
      at: 500,
      topic: 'network',
      event,
      text: 'nobody there',
      source: bob,
      destination: alice,
      party: undefined,
      leg: 1,
      session: 1,
    },
  ]);
});

test('lengths that lie, and many pairs of addresses, do no harm', () => {
  const table = new PathTable({ limit: 50 });
  for (let port = 1; port <= 500; port += 1) {
    const source = { host: '203.0.113.1', port };
    table.add(datagram('stun', check(port & 255), port, [source, bob]));
    table.add(
      datagram('dtls', dtls([22, 254, 253, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255]), port, [source, bob]),
    );
    table.add(
      datagram(
        'dtls',
        dtls(record(22, 0, [11, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3])),
        port,
        [source, bob],
      ),
    );
  }
  expect(told(table, [{ ...place, ...bob }]).length).toBeLessThanOrEqual(50);
});

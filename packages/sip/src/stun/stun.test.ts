// STUN by the test vectors of RFC 5769, by its own answers, and against bytes that only look like it.
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../testing/seeded-random.ts';
import { answerBinding, bindingRequest, readBinding } from './binding.ts';
import { formatStun, isStun, parseStun } from './message.ts';

const hex = (text: string): Uint8Array =>
  Uint8Array.from(text.replaceAll(/\s/g, '').match(/../g) ?? [], (pair) =>
    Number.parseInt(pair, 16),
  );

const id = 'b7e7a701 bc34d686 fa87dfae';
const software = '8022000b 74657374 20766563 746f7220';
/** RFC 5769 §2.2 and §2.3. */
const ipv4 = hex(`0101003c 2112a442 ${id} ${software} 00200008 0001a147 e112a643
  00080014 2b91f599 fd9e90c3 8c7489f9 2af9ba53 f06be7d7 80280004 c07d4c96`);
const ipv6 =
  hex(`01010048 2112a442 ${id} ${software} 00200014 0002a147 0113a9fa a5d3f179 bc25f4b5 bed2b9d9
  00080014 a382954e 4be67bf1 1784c97c 8292c275 bfe3ed41 80280004 c8fb0b4c`);
const transaction = hex(id);

describe('RFC 5769', () => {
  test('RFC 5769 §2.2, §2.3: the sample answers are read: address, port, transaction and fingerprint (C042)', () => {
    expect(readBinding(ipv4)).toEqual({
      kind: 'mapped',
      transaction,
      address: { host: '192.0.2.1', port: 32_853 },
    });
    expect(readBinding(ipv6)).toEqual({
      kind: 'mapped',
      transaction,
      address: { host: '2001:db8:1234:5678:11:2233:4455:6677', port: 32_853 },
    });
  });

  test('RFC 8489 §14.7: a changed byte makes the fingerprint wrong, and the packet no STUN', () => {
    for (let at = 0; at < ipv4.length; at += 1) {
      // Where the type of the fingerprint stands, a change makes another attribute of it.
      if (at === ipv4.length - 8 || at === ipv4.length - 7) continue;
      const changed = ipv4.with(at, (ipv4[at] ?? 0) ^ 1);
      expect([at, parseStun(changed)]).toEqual([at, undefined]);
    }
  });
});

describe('A Binding request', () => {
  test('RFC 5626 §8: is 28 bytes with its fingerprint, and is answered with the address it came from (C042)', () => {
    const request = bindingRequest(transaction);
    expect([request.length, parseStun(request)?.fingerprint]).toEqual([28, true]);
    for (const host of ['192.0.2.7', '2001:db8:0:0:0:0:0:7']) {
      const answer = answerBinding(request, { host, port: 4_711 });
      expect(readBinding(answer ?? request)).toEqual({
        kind: 'mapped',
        transaction,
        address: { host, port: 4_711 },
      });
    }
  });

  test('RFC 8489 §6.3.1: gets 420 with what we do not understand, and no more bytes than it had', () => {
    const attributes = Array.from({ length: 10 }, () => ({ type: 3, value: new Uint8Array(4) }));
    const request = formatStun({
      class: 'request',
      method: 1,
      transaction,
      attributes,
      fingerprint: false,
    });
    const answer = answerBinding(request, { host: '192.0.2.7', port: 1 });
    expect(parseStun(answer ?? request)?.class).toBe('error');
    expect(readBinding(answer ?? request)).toEqual({ kind: 'error', transaction });
    expect(answer?.length).toBeLessThan(request.length);
  });

  test('RFC 5626 §8: nothing else gets an answer: no answer, no indication, no other method', () => {
    const others = [
      ipv4,
      formatStun({
        class: 'indication',
        method: 1,
        transaction,
        attributes: [],
        fingerprint: true,
      }),
      formatStun({ class: 'request', method: 3, transaction, attributes: [], fingerprint: true }),
    ];
    for (const bytes of others)
      expect(answerBinding(bytes, { host: '192.0.2.7', port: 1 })).toBeUndefined();
  });
});

test('RFC 8489 §5: every class and method is read as it was written', () => {
  for (const kind of ['request', 'indication', 'success', 'error'] as const) {
    for (const method of [1, 2, 0x7f, 0x80, 0xabc, 0xfff]) {
      const message = { class: kind, method, transaction, attributes: [], fingerprint: false };
      expect(parseStun(formatStun(message))).toEqual(message);
    }
  }
});

test('Bytes that only look like STUN are a value, never an exception, and cost no more than their length (A45)', () => {
  const random = seededRandom(7);
  for (let round = 0; round < 20_000; round += 1) {
    const base = [ipv4, ipv6, bindingRequest(transaction)][round % 3] ?? ipv4;
    const bytes = base.slice(0, Math.floor(random.fraction() * (base.length + 1)));
    for (let change = 0; change < 3 && bytes.length > 0; change += 1) {
      bytes[Math.floor(random.fraction() * bytes.length)] = Math.floor(random.fraction() * 256);
    }
    if (bytes.length >= 20) bytes.set([0, bytes.length - 20], 2);
    expect(() => [
      isStun(bytes),
      readBinding(bytes),
      answerBinding(bytes, { host: 'x', port: 1 }),
    ]).not.toThrow();
  }
});

// SRTP against the numbers of its RFCs, against node:crypto's own HMAC, and against packets that somebody bent.
import { createHmac, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { AeadTransform } from './aead.ts';
import { HmacSha1 } from './hmac-sha1.ts';
import { KeyStream } from './key-stream.ts';
import { SrtpOpening } from './opening.ts';
import { PacketIndex } from './packet-index.ts';
import { SrtpProtection } from './protecting.ts';
import { derive } from './session-keys.ts';
import { suites } from './suite.ts';
import type { Suite } from './suite.ts';

const vectors = (name: string): unknown =>
  JSON.parse(
    readFileSync(
      new URL(`../../../../../test/vectors/${name}/vectors.json`, import.meta.url),
      'utf8',
    ),
  );
const bytesOf = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));
const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

interface CounterVectors {
  readonly keyStream: {
    readonly sessionKey: string;
    readonly sessionSalt: string;
    readonly blocks: readonly { readonly counter: number; readonly stream: string }[];
  };
  readonly derivation: {
    readonly masterKey: string;
    readonly masterSalt: string;
    readonly cipherKey: string;
    readonly cipherSalt: string;
    readonly authenticationKey: string;
  };
}

interface AeadVectors {
  readonly key: string;
  readonly salt: string;
  readonly rtp: { readonly plain: string; readonly protected: string };
  readonly rtcp: { readonly plain: string; readonly protected: string };
}

/** An RTP packet of 160 octets of payload. */
function packet(sequence: number, ssrc = 7): Uint8Array {
  const bytes = new Uint8Array(12 + 160).map((_, index) => index & 255);
  bytes.set([128, 0, sequence >>> 8, sequence & 255, 0, 0, 0, 9, 0, 0, 0, ssrc]);
  return bytes;
}

function masterOf(suite: Suite): Uint8Array {
  return new Uint8Array(randomBytes(suite.keyLength + suite.saltLength));
}

function protectedBy(protection: SrtpProtection, plain: Uint8Array): Uint8Array {
  const room = new Uint8Array(plain.length + 16);
  room.set(plain);
  return room.slice(0, protection.rtp(room, plain.length));
}

test('RFC 3711 §4.1.1: the key stream is that of appendix B.2, from the first block to the last', () => {
  const { sessionKey, sessionSalt, blocks } = (vectors('rfc3711') as CounterVectors).keyStream;
  const bytes = new Uint8Array(65_282 * 16);
  new KeyStream(bytesOf(sessionKey), bytesOf(sessionSalt)).apply(bytes, 0, bytes.length, 0, 0, 0);
  for (const { counter, stream } of blocks) {
    expect(hexOf(bytes.subarray(counter * 16, counter * 16 + 16))).toBe(stream.toLowerCase());
  }
});

test('RFC 3711 §4.3: keys are derived as in appendix B.3', () => {
  const numbers = (vectors('rfc3711') as CounterVectors).derivation;
  const derived = (label: number, length: number): string =>
    hexOf(derive(bytesOf(numbers.masterKey), bytesOf(numbers.masterSalt), label, length));
  expect(derived(0, 16)).toBe(numbers.cipherKey.toLowerCase());
  expect(derived(2, 14)).toBe(numbers.cipherSalt.toLowerCase());
  expect(derived(1, 94)).toBe(numbers.authenticationKey.toLowerCase());
});

test('RFC 7714 §8, §9: AES-GCM protects and opens the packets of §16.1.1 and §17.1', () => {
  const numbers = vectors('rfc7714') as AeadVectors;
  const none = new Uint8Array(0);
  const keys = { cipher: bytesOf(numbers.key), salt: bytesOf(numbers.salt), authentication: none };
  const plain = bytesOf(numbers.rtp.plain);
  const bytes = new Uint8Array([...plain, ...new Uint8Array(16)]);
  const rtp = { start: 12, end: plain.length, ssrc: 0x5501a0b2, high: 0, low: 0xf17b, word: 0 };
  new AeadTransform(keys, 'rtp').protect({ ...rtp, bytes });
  expect(hexOf(bytes)).toBe(numbers.rtp.protected);
  expect(new AeadTransform(keys, 'rtp').open({ ...rtp, bytes })).toBe(true);
  expect(hexOf(bytes.subarray(0, plain.length))).toBe(numbers.rtp.plain);

  const compound = bytesOf(numbers.rtcp.plain);
  const room = new Uint8Array([...compound, ...new Uint8Array(16)]);
  const place = { start: 8, end: compound.length, ssrc: 0x4d617273, high: 0, low: 0x5d4 };
  new AeadTransform(keys, 'rtcp').protect({ ...place, bytes: room, word: 0x8000_05d4 });
  expect(`${hexOf(room)}800005d4`).toBe(numbers.rtcp.protected);
});

test('RFC 2104 §2: our HMAC-SHA1 is that of node:crypto, for every length of message', () => {
  const key = new Uint8Array(randomBytes(20));
  const hmac = new HmacSha1(key);
  for (let length = 0; length < 300; length += 1) {
    const message = new Uint8Array(randomBytes(length));
    const word = new Uint8Array([1, 2, 3, 255]);
    const expected = createHmac('sha1', key).update(message).update(word).digest('hex');
    expect(hexOf(hmac.code(message, length, 0x010203ff).subarray(0, 20))).toBe(expected);
  }
});

describe.each(suites)('$name', (suite) => {
  test('RFC 3711 §3.3: what one end protects, the other opens, RTP and RTCP, over two cycles of numbers', () => {
    const master = masterOf(suite);
    const [protection, opening] = [
      new SrtpProtection(suite, master),
      new SrtpOpening(suite, master),
    ];
    for (let index = 60_000; index < 140_000; index += 251) {
      const plain = packet(index & 0xffff);
      const sent = protectedBy(protection, plain);
      expect(sent.length).toBe(plain.length + suite.rtpTag);
      expect(hexOf(sent.subarray(0, 12))).toBe(hexOf(plain.subarray(0, 12)));
      expect(hexOf(sent.subarray(12, 172))).not.toBe(hexOf(plain.subarray(12)));
      expect(opening.rtp(sent)).toBe(plain.length);
      expect(hexOf(sent.subarray(0, plain.length))).toBe(hexOf(plain));
    }
    const compound = bytesOf('81c90001000000070000000000000000');
    for (let count = 0; count < 3; count += 1) {
      const sent = protection.rtcp(compound) ?? new Uint8Array(0);
      expect(sent.length).toBe(compound.length + 4 + suite.rtcpTag);
      expect(hexOf(opening.rtcp(sent) ?? new Uint8Array(0))).toBe(hexOf(compound));
      expect(opening.rtcp(sent)).toBeUndefined();
    }
  });

  test('RFC 3711 §3.3: a packet with any bit turned, cut or repeated is dropped, and the good ones go on (A63, C196)', () => {
    const master = masterOf(suite);
    const [protection, opening] = [
      new SrtpProtection(suite, master),
      new SrtpOpening(suite, master),
    ];
    for (let sequence = 65_500; sequence < 65_520; sequence += 1) {
      expect(opening.rtp(protectedBy(protection, packet(sequence)))).toBe(172);
    }
    const next = protectedBy(protection, packet(65_520));
    for (let bit = 0; bit < next.length * 8; bit += 1) {
      const bent = next.slice();
      bent[bit >>> 3] = (bent[bit >>> 3] ?? 0) ^ (128 >>> (bit & 7));
      expect(opening.rtp(bent), `bit ${bit}`).toBe(0);
    }
    for (let length = 0; length < next.length; length += 1) {
      expect(opening.rtp(next.slice(0, length)), `length ${length}`).toBe(0);
    }
    const repeated = next.slice();
    expect(opening.rtp(next)).toBe(172);
    expect(opening.rtp(repeated)).toBe(0);
    expect(opening.rtp(protectedBy(protection, packet(65_521)))).toBe(172);

    const report =
      protection.rtcp(bytesOf('81c90001000000070000000000000000')) ?? new Uint8Array(0);
    for (let bit = 0; bit < report.length * 8; bit += 1) {
      const bent = report.slice();
      bent[bit >>> 3] = (bent[bit >>> 3] ?? 0) ^ (128 >>> (bit & 7));
      expect(opening.rtcp(bent), `bit ${bit}`).toBeUndefined();
    }
    for (let length = 0; length < report.length; length += 1) {
      expect(opening.rtcp(report.slice(0, length))).toBeUndefined();
    }
    expect(opening.rtcp(report)).toBeDefined();
  });
});

test('RFC 3711 §3.3.1: the roll-over counter is right over a wrap with loss and disorder (A63, X11)', () => {
  const [suite] = suites;
  if (suite === undefined) throw new Error('There is no suite');
  const master = masterOf(suite);
  const [protection, opening] = [new SrtpProtection(suite, master), new SrtpOpening(suite, master)];
  const sent = Array.from({ length: 200 }, (_, at) =>
    protectedBy(protection, packet((65_436 + at) & 0xffff)),
  );
  // Every twentieth is lost, and each six come in reverse order.
  const arriving = sent.filter((_, at) => at % 20 !== 7);
  for (let at = 0; at < arriving.length; at += 6) {
    for (const each of arriving.slice(at, at + 6).toReversed()) expect(opening.rtp(each)).toBe(172);
  }
});

test('RFC 3711 §9.1: a number is never used twice for sending, so that no two packets are encrypted alike', () => {
  const [suite] = suites;
  if (suite === undefined) throw new Error('There is no suite');
  const protection = new SrtpProtection(suite, masterOf(suite));
  expect(protectedBy(protection, packet(500)).length).toBe(182);
  expect(protectedBy(protection, packet(499)).length).toBe(182);
  expect(protectedBy(protection, packet(500)).length).toBe(0);
  expect(protectedBy(protection, packet(499)).length).toBe(0);
  expect(protectedBy(protection, packet(300)).length).toBe(0);
});

test('RFC 4568 §6.1: after the lifetime of its key nothing of the peer is taken', () => {
  const [suite] = suites;
  if (suite === undefined) throw new Error('There is no suite');
  const master = masterOf(suite);
  const [protection, opening] = [
    new SrtpProtection(suite, master),
    new SrtpOpening(suite, master, 3),
  ];
  const taken = [1, 2, 3, 4].map((sequence) =>
    opening.rtp(protectedBy(protection, packet(sequence))),
  );
  expect(taken).toEqual([172, 172, 172, 0]);
});

test('RFC 3711 §3.3.2: the replay list remembers at least 64 packets, and looking changes nothing (C196)', () => {
  const index = new PacketIndex();
  for (let sequence = 100; sequence < 300; sequence += 2) index.accept(sequence);
  expect([298, 296, 236, 235, 171].map((at) => index.isFresh(at))).toEqual([
    false,
    false,
    false,
    true,
    true,
  ]);
  expect(index.isFresh(170)).toBe(false);
  expect(index.isFresh(5000)).toBe(true);
  expect(index.isFresh(235)).toBe(true);
  index.accept(70_000);
  expect(index.estimate(65_000)).toBe(65_000);
  expect(index.isFresh(65_000)).toBe(false);
});

test('another source begins with its own numbers, and a stranger cannot begin one', () => {
  const [suite] = suites;
  if (suite === undefined) throw new Error('There is no suite');
  const master = masterOf(suite);
  const opening = new SrtpOpening(suite, master);
  for (let ssrc = 1; ssrc <= 200; ssrc += 1) {
    expect(
      opening.rtp(protectedBy(new SrtpProtection(suite, masterOf(suite)), packet(1, ssrc))),
    ).toBe(0);
  }
  expect(opening.rtp(protectedBy(new SrtpProtection(suite, master), packet(1, 8)))).toBe(172);
  expect(opening.rtp(protectedBy(new SrtpProtection(suite, master), packet(1, 9)))).toBe(172);
});

// Private keys out of files that OpenSSL wrote, and what is told of those that cannot be used.
import { constants, createPrivateKey, generateKeyPairSync, publicEncrypt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { latin1Bytes } from '../../base/bytes.ts';
import { isKeyLog, KeyLog } from './key-log.ts';
import { PemLines } from './private-key.ts';
import type { ReadPrivateKey } from './private-key.ts';

/** Of the server in OpenSSL's connections of older kinds: made for them, and good for nothing else. */
const key = createPrivateKey({
  key: readFileSync(new URL('golden/tls-old-key.bin', import.meta.url)),
  type: 'pkcs8',
  format: 'der',
});
const serverKey = key.export({ type: 'pkcs8', format: 'pem' }).toString();
const pkcs1 = key.export({ type: 'pkcs1', format: 'pem' }).toString();

// In pieces, so that nobody takes this for a key.
const begin = `-----${'BEGIN'} PRIVATE KEY-----`;

/** What the lines of a text end with. */
function read(text: string): ReadPrivateKey | undefined {
  const lines = new PemLines();
  return text
    .split('\n')
    .map((line) => lines.line(line))
    .find((result) => typeof result !== 'boolean');
}

function refusal(text: string): string {
  const result = read(text);
  return result === undefined || result.ok ? '' : result.error;
}

/** DER (X.690 §8.1) of any length. */
function der(tag: number, content: Uint8Array): Uint8Array {
  return Uint8Array.of(tag, 0x82, content.length >> 8, content.length & 0xff, ...content);
}

function pem(label: string, bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString('base64').replaceAll(/.{64}/g, '$&\n');
  return `-----BEGIN ${label}-----\n${text}\n-----END ${label}-----\n`;
}

test.each([
  ['PKCS #8', serverKey],
  ['PKCS #1', pkcs1],
  ['with line ends of Windows, behind a certificate', `text\n${pkcs1.replaceAll('\n', '\r\n')}`],
])('RFC 8017 §7.2.2: a key in PEM undoes what OpenSSL encrypted: %s', (_name, text) => {
  const result = read(text);
  if (result?.ok !== true) throw new Error('It is a key');
  const secret = Uint8Array.from({ length: 48 }, (_, at) => at);
  const padding = constants.RSA_PKCS1_PADDING;
  const encrypted = publicEncrypt({ key, padding }, secret);
  expect(result.value.decrypt(encrypted)).toEqual(secret);
  expect(result.value.decrypt(encrypted.subarray(1))).toBeUndefined();
  expect(result.value.decrypt(new Uint8Array(256).fill(255))).toBeUndefined();
  expect(result.value.decrypt(new Uint8Array(256))).toBeUndefined();
  const touched = Uint8Array.from(encrypted, (byte, at) => (at === 200 ? byte ^ 1 : byte));
  expect(result.value.decrypt(touched)).toBeUndefined();
  // What is told of it has no number of it.
  expect(JSON.stringify(result.value)).toBe(JSON.stringify({ work: 8 }));
});

test('keys that cannot be used are told with what to do', () => {
  const cipher = { cipher: 'aes-128-cbc', passphrase: 'x' };
  const encrypted = /is encrypted: take its passphrase off with openssl pkey/;
  expect(refusal(key.export({ type: 'pkcs8', format: 'pem', ...cipher }).toString())).toMatch(
    encrypted,
  );
  expect(refusal(key.export({ type: 'pkcs1', format: 'pem', ...cipher }).toString())).toMatch(
    encrypted,
  );
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  for (const type of ['pkcs8', 'sec1'] as const)
    expect(refusal(privateKey.export({ type, format: 'pem' }).toString())).toMatch(
      /is no RSA key, .* key log/,
    );
  const long = der(2, new Uint8Array(1026).fill(1));
  const nine = Array.from({ length: 9 }, () => [...long]).flat();
  expect(refusal(pem('RSA PRIVATE KEY', der(0x30, Uint8Array.from(nine))))).toMatch(
    /longer than 8192 bits/,
  );
});

test('a key that is cut, or whose numbers do not fit, is told as damaged', () => {
  const bytes = key.export({ type: 'pkcs1', format: 'der' });
  for (const cut of [0, 1, 4, 100, bytes.length - 1])
    expect(refusal(pem('RSA PRIVATE KEY', bytes.subarray(0, cut)))).toMatch(/cut or damaged/);
  // In each of its numbers but the private exponent, which is not needed.
  for (const at of [20, 270, 600, 750, 900, 1000, bytes.length - 4]) {
    const touched = Uint8Array.from(bytes, (byte, place) => (place === at ? byte ^ 2 : byte));
    expect(refusal(pem('RSA PRIVATE KEY', touched))).toMatch(/cut or damaged/);
  }
  expect(refusal(`${begin}\nMIIB CLIENT\n`)).toMatch(/cut or damaged/);
  const endless = 'A'.repeat(64).concat('\n').repeat(300);
  expect(refusal(`${begin}\n${endless}`)).toMatch(/cut or damaged/);
});

test('keys and logs in one text are both taken, and known by their beginning', () => {
  const line = `CLIENT_RANDOM ${'01'.repeat(32)} ${'02'.repeat(48)}\n`;
  const keys = new KeyLog(latin1Bytes(`${line}${serverKey}${line.replaceAll('01', '03')}`));
  expect(keys.size).toBe(3);
  expect(keys.server.size).toBe(1);
  for (const text of [serverKey, pkcs1, `Bag Attributes\n ${serverKey}`])
    expect(isKeyLog(latin1Bytes(text))).toBe(true);
  for (const text of ['-----BEGIN CERTIFICATE-----', `\0${serverKey}`])
    expect(isKeyLog(latin1Bytes(text))).toBe(false);
});

// Captures of TLS under fire: OpenSSL's connections changed anywhere, cut anywhere and with packets missing, and records that never open.
import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { deflateRawSync, gunzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { latin1, latin1Bytes } from '../../packages/sip/src/base/bytes.ts';
import {
  messages,
  PacketCapture,
  readWith,
} from '../../packages/sip/src/trace/capture/encrypted.test-kit.ts';
import { inflate, unpack } from '../../packages/sip/src/trace/capture/inflate.ts';
import { isKeyLog, KeyLog } from '../../packages/sip/src/trace/capture/key-log.ts';
import * as kit from '../../packages/sip/src/trace/capture/wire.test-kit.ts';
import { readCapture } from './capture-files.ts';
import { equal } from './datagram.ts';
import { changed } from './mutate.ts';
import { fuzz } from './runs.ts';

const golden = (name: string): Uint8Array =>
  readFileSync(new URL(`../../packages/sip/src/trace/capture/golden/${name}`, import.meta.url));
const keyLog = golden('tls-keys.log');
const captured = new PacketCapture(gunzipSync(golden('tls.pcapng.gz')), keyLog);
const oldKey = createPrivateKey({
  key: Buffer.from(golden('tls-old-key.bin')),
  type: 'pkcs8',
  format: 'der',
});
const oldKeys = latin1Bytes(oldKey.export({ type: 'pkcs8', format: 'pem' }).toString());
const oldLog = golden('tls-old-keys.log');
const capturedOld = new PacketCapture(gunzipSync(golden('tls-old.pcapng.gz')), oldLog);
const oldPkcs1 = oldKey.export({ type: 'pkcs1', format: 'pem' }).toString();
const oldDer = latin1(oldKey.export({ type: 'pkcs1', format: 'der' }));
/** Connections with what opens them. */
const connections = [
  ...['tls13-small', 'tls12-chacha', 'tls12-mac-first-AES256-SHA', 'wss-deflate'].map(
    (name) => [captured, name, keyLog] as const,
  ),
  [capturedOld, 'tls10-ecdhe-mac-first', oldLog],
  [capturedOld, 'tls11-rsa', oldKeys],
] as const;
/** Each with all keys in it. */
const files = connections.map(([from, name, keys]) => from.fileOf(from.packetsOf(name), keys));

fuzz(
  'an encrypted capture that was changed anywhere is read to its end, and the same however it is cut',
  {
    runs: 40,
    input: fc.tuple(
      changed(
        files.map((file) => latin1(file)),
        3,
      ),
      fc.integer({ min: 20, max: 3000 }),
    ),
  },
  ([text, size]) => readCapture(text, size),
);

fuzz(
  'of an encrypted connection with packets missing or forged, all that is read was said',
  {
    runs: 60,
    input: fc.record({
      connection: fc.constantFrom(...connections),
      lost: fc.array(fc.nat(60), { maxLength: 4 }),
      forged: fc.array(fc.tuple(fc.nat(60), fc.nat(1400), fc.nat(7)), { maxLength: 3 }),
    }),
  },
  ({ connection: [from, name, keys], lost, forged }) => {
    const packets = from.packetsOf(name);
    const said = read(from.fileOf(packets), keys);
    const left = packets
      .map((packet, index) => {
        const bytes = packet.bytes.slice();
        const payload = bytes.subarray(packet.payload.byteOffset - packet.bytes.byteOffset);
        for (const [which, at, bit] of forged)
          if (which === index && at < packet.payload.length)
            payload[at] = (payload[at] ?? 0) ^ (1 << bit);
        return { ...packet, bytes };
      })
      .filter((_, index) => !lost.includes(index));
    // What is told of a message that was cut is its beginning.
    const unsaid = read(from.fileOf(left), keys).find(
      (text) => !said.some((one) => one.startsWith(text)),
    );
    equal(unsaid ?? '', '', 'What nobody said');
  },
);

/** The messages of a file. */
function read(file: Uint8Array, keys: Uint8Array): readonly string[] {
  return messages(readWith(new KeyLog(keys), file)).map(({ text }) => text);
}

fuzz(
  'octets of any kind are unpacked within the limit, or told',
  { runs: 400, input: fc.tuple(fc.uint8Array({ maxLength: 300 }), fc.nat(2000)) },
  ([bytes, limit]) => {
    for (const [text, before] of [
      [bytes, bytes],
      [deflateRawSync(bytes), new Uint8Array(0)],
    ] as const)
      for (const result of [inflate(text, limit, before), unpack(text, limit)])
        equal(Math.max(result.ok ? result.value.length : 0, limit), limit, 'What comes out');
  },
);

fuzz(
  'octets of any kind within PEM are a private key, or told',
  {
    runs: 300,
    input: fc.tuple(
      fc.constantFrom('RSA PRIVATE KEY', 'PRIVATE KEY', 'ENCRYPTED PRIVATE KEY', 'X'),
      fc.oneof(
        changed([oldDer], 3),
        fc.uint8Array({ maxLength: 60 }).map((bytes) => latin1(bytes)),
      ),
    ),
  },
  ([label, bytes]) => {
    const text = Buffer.from(bytes, 'latin1').toString('base64').replaceAll(/.{64}/g, '$&\n');
    const keys = new KeyLog(
      latin1Bytes(`-----BEGIN ${label}-----\n${text}\n-----END ${label}-----`),
    );
    const isKnown = keys.refused !== undefined || keys.size > 0;
    equal(isKnown ? 'known' : 'passed over', label === 'X' ? 'passed over' : 'known', 'What it is');
  },
);

fuzz(
  'a text of any kind is a key log, a private key or neither',
  { runs: 300, input: changed([latin1(keyLog).slice(0, 2000), latin1(oldKeys), oldPkcs1], 5) },
  (text) => {
    isKeyLog(latin1Bytes(text));
    equal(Math.max(new KeyLog(latin1Bytes(text)).size, 100), 100, 'Connections');
  },
);

test('records that never open are given up, and cost no more for being many', () => {
  const packets = captured.packetsOf('tls13-aes128');
  const server = packets[1]?.port ?? 0;
  const last = packets.findLast(({ port, payload }) => port === server && payload.length > 0);
  if (last === undefined) throw new Error('The server says something');
  const { bytes, payload } = last;
  const tcp = 28 + 14 + 20;
  const forged = Array.from({ length: 3000 }, (_, index) => {
    const packet = bytes.slice();
    const place = payload.byteOffset - bytes.byteOffset;
    const content = packet.subarray(place, place + payload.length);
    // Headers of records all over, which lead nowhere.
    content.fill(0).set(kit.hex('1703030020'), 5 + (index % 7));
    const next = (packet[tcp + 4] ?? 0) * 2 ** 24;
    packet.set(kit.numbers(4, [next + 100_000 + index * payload.length]), tcp + 4);
    return { ...last, bytes: packet };
  });
  const items = readWith(new KeyLog(keyLog), captured.fileOf([...packets, ...forged]));
  expect(messages(items)).toHaveLength(6);
  expect(items.filter(({ kind }) => kind === 'problem').length).toBeLessThan(100);
});

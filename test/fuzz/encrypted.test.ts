// Captures of TLS under fire: OpenSSL's connections changed anywhere, cut anywhere and with packets missing, and records that never open.
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
const names = ['tls13-small', 'tls12-chacha', 'tls12-mac-first-AES256-SHA', 'wss-deflate'];
/** Each with the whole key log in it. */
const files = names.map((name) => captured.fileOf(captured.packetsOf(name), keyLog));

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
      name: fc.constantFrom(...names),
      lost: fc.array(fc.nat(60), { maxLength: 4 }),
      forged: fc.array(fc.tuple(fc.nat(60), fc.nat(1400), fc.nat(7)), { maxLength: 3 }),
    }),
  },
  ({ name, lost, forged }) => {
    const packets = captured.packetsOf(name);
    const said = read(captured.fileOf(packets));
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
    const unsaid = read(captured.fileOf(left)).find(
      (text) => !said.some((one) => one.startsWith(text)),
    );
    equal(unsaid ?? '', '', 'What nobody said');
  },
);

/** The messages of a file. */
function read(file: Uint8Array): readonly string[] {
  return messages(readWith(new KeyLog(keyLog), file)).map(({ text }) => text);
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
  'a text of any kind is a key log or none',
  { runs: 200, input: changed([latin1(keyLog).slice(0, 2000)], 5) },
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

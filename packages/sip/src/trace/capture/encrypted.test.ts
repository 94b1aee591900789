// SIP within TLS: OpenSSL's connections are read with its key log, and what cannot be read is told.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { latin1, latin1Bytes } from '../../base/bytes.ts';
import { messages, PacketCapture, problems, readWith } from './encrypted.test-kit.ts';
import type { PacketBlock } from './encrypted.test-kit.ts';
import { isKeyLog, KeyLog } from './key-log.ts';

const golden = (name: string): Uint8Array =>
  readFileSync(new URL(`golden/${name}`, import.meta.url));
/** What OpenSSL logged of all connections, and the capture of them; `scripts/tls-captures.ts` makes both. */
const keyLog = golden('tls-keys.log');
const capture = gunzipSync(golden('tls.pcapng.gz'));
const captured = new PacketCapture(capture, keyLog);
const packetsOf = (name: string): readonly PacketBlock[] => captured.packetsOf(name);
const fileOf = (packets: readonly PacketBlock[], keys?: Uint8Array): Uint8Array =>
  captured.fileOf(packets, keys);

/** `Call-ID: method or status` of each message. */
function lines(file: Uint8Array, keys = new KeyLog(keyLog)): readonly string[] {
  return messages(readWith(keys, file)).map(({ text }) => {
    const cseq = /CSeq: (\d+)/.exec(text)?.[1];
    return `${cseq} ${text.startsWith('SIP') ? 'answer' : 'request'}`;
  });
}

const rounds = [11, 12, 13].flatMap((cseq) => [`${cseq} request`, `${cseq} answer`]);
const withoutMiddle = rounds.filter((line) => line !== '12 request');

test.each([
  'tls13-aes128',
  'tls13-chacha',
  'tls13-small',
  'tls12-aes256',
  'tls12-chacha',
  'tls12-cbc',
  'tls12-cbc256',
  'tls12-mac-first-AES256-SHA',
  'tls12-mac-first-AES128-SHA256',
  'tls12-mac-first-AES256-SHA384',
])('%s: each message of both directions is read', (name) => {
  const items = readWith(new KeyLog(keyLog), fileOf(packetsOf(name)));
  expect(problems(items)).toEqual([]);
  expect(lines(fileOf(packetsOf(name)))).toEqual(rounds);
  const [first] = messages(items);
  expect(first).toMatchObject({ protocol: 'TLS', flow: expect.stringMatching(/^tls 127/) });
  expect(first?.text).toMatch(/^MESSAGE sip:bob@example\.com[^]*\. $/);
  expect(items.at(-1)).toMatchObject({ observation: { event: 'closed' } });
});

test.each(['tls13-aes256', 'tls12-aes128'])(
  '%s: a connection that resumes another has keys of its own',
  (name) => {
    const all = messages(readWith(new KeyLog(keyLog), capture));
    const cseqs = all.filter(({ text }) => text.includes(`Call-ID: ${name}\r\n`));
    expect(cseqs.map(({ text }) => /CSeq: (\d+)/.exec(text)?.[1])).toEqual([
      '11',
      '11',
      '12',
      '12',
      '13',
      '13',
      '21',
      '21',
      '22',
      '22',
      '23',
      '23',
    ]);
  },
);

test.each([
  ['tls13-new-keys', 'RFC 8446 §4.6.3: keys that are updated in the middle'],
  ['tls12-new-handshake', 'RFC 5246 §7.4.1.1: a new handshake in the middle'],
])('%s: %s', (name) => {
  expect(lines(fileOf(packetsOf(name)))).toEqual(
    [1, 2, 3].flatMap((cseq) => [`${cseq} request`, `${cseq} answer`]),
  );
});

test('SIP in a WebSocket within TLS is read as such', () => {
  const items = readWith(new KeyLog(keyLog), fileOf(packetsOf('wss')));
  expect(problems(items)).toEqual([]);
  expect(messages(items)).toHaveLength(6);
  expect(messages(items)[0]).toMatchObject({ protocol: 'WSS' });
  expect(items.at(-1)).toMatchObject({
    observation: { event: 'closed', reason: expect.stringContaining('close code 1000') },
  });
});

test('a key log that stands in the capture itself is as good, and the pieces do not matter', () => {
  const file = fileOf(packetsOf('tls13-aes128'), keyLog);
  expect(lines(file, new KeyLog())).toEqual(rounds);
  const whole = readWith(new KeyLog(), file);
  for (const size of [1, 7, 100, 1500]) expect(readWith(new KeyLog(), file, size)).toEqual(whole);
});

test('without any keys the connection is told as encrypted', () => {
  const items = readWith(new KeyLog(), fileOf(packetsOf('tls13-aes128')));
  expect(messages(items)).toEqual([]);
  expect(problems(items)).toEqual([expect.stringMatching(/^encrypted: .*key log/)]);
});

test('a connection whose key is not in the log is told, once, and with its ends', () => {
  const others = latin1Bytes(latin1(keyLog).replaceAll(/^(\w+) .{8}/gm, '$1 00000000'));
  for (const name of ['tls13-aes128', 'tls12-aes256']) {
    const items = readWith(new KeyLog(others), fileOf(packetsOf(name)));
    expect(messages(items)).toEqual([]);
    expect(problems(items)).toEqual([
      expect.stringMatching(
        /^encrypted: The TLS connection from 127\.0\.0\.1:\d+ to 127\.0\.0\.1:\d+ could not be read: its key is not in the key log\.$/,
      ),
    ]);
  }
});

test('a key that does not fit is told', () => {
  const wrong = latin1Bytes(latin1(keyLog).replaceAll(/[0-9a-f]{8}$/gm, '00000000'));
  for (const name of ['tls13-aes128', 'tls12-aes256', 'tls12-cbc']) {
    const items = readWith(new KeyLog(wrong), fileOf(packetsOf(name)));
    expect(messages(items)).toEqual([]);
    expect(problems(items)[0]).toContain('the key in the key log does not fit it');
  }
});

test.each(['tls13-aes128', 'tls12-aes256'])(
  '%s: whose handshake was not captured, or its beginning, is told',
  (name) => {
    const packets = packetsOf(name);
    const withData = packets.filter(({ payload }) => payload.length > 0);
    for (const missing of [withData.slice(0, 2), withData.slice(0, 1)]) {
      const items = readWith(
        new KeyLog(keyLog),
        fileOf(packets.filter((packet) => !missing.includes(packet))),
      );
      expect(messages(items)).toEqual([]);
      expect(problems(items).join('\n')).toContain('could not be read: ');
    }
    const late = packets.slice(packets.indexOf(withData[3] ?? packets[0] ?? fail()));
    expect(problems(readWith(new KeyLog(keyLog), fileOf(late)))).toEqual([
      expect.stringContaining('the beginning of its handshake was not captured'),
    ]);
  },
);

/** The packet with the second of three requests: the last but one of application data that who opened the connection sent. */
function middle(packets: readonly PacketBlock[]): PacketBlock {
  const client = packets[0]?.port;
  const requests = packets.filter(
    ({ port, payload }) => port === client && payload[0] === 23 && payload.length > 400,
  );
  return requests.at(-2) ?? fail();
}

function fail(): never {
  throw new Error('The golden capture has no such packet');
}

test.each([
  'tls13-aes128',
  'tls13-chacha',
  'tls12-aes256',
  'tls12-cbc',
  'tls12-mac-first-AES128-SHA256',
])('%s: behind a packet that was not captured the next message is read', (name) => {
  const packets = packetsOf(name);
  const lost = middle(packets);
  const items = readWith(new KeyLog(keyLog), fileOf(packets.filter((packet) => packet !== lost)));
  expect(problems(items)).toEqual([
    expect.stringMatching(/^TCP gap: \d+ octets of a TLS connection/),
  ]);
  // It is given up only after what was said back.
  expect(lines(fileOf(packets.filter((packet) => packet !== lost))).toSorted()).toEqual(
    withoutMiddle.toSorted(),
  );
});

test.each(['tls13-aes128', 'tls12-aes256', 'tls12-cbc'])(
  '%s: a record that was touched is told and left out, and the next one is read',
  (name) => {
    const packets = packetsOf(name);
    const touched = middle(packets);
    const at = touched.payload.byteOffset - touched.bytes.byteOffset + 100;
    const forged = packets.map((packet) =>
      packet === touched
        ? { ...packet, bytes: packet.bytes.map((byte, place) => (place === at ? byte ^ 1 : byte)) }
        : packet,
    );
    expect(lines(fileOf(forged))).toEqual(withoutMiddle);
    expect(problems(readWith(new KeyLog(keyLog), fileOf(forged)))).toHaveLength(1);
  },
);

test('a key log that is given as a capture is told for what it is', () => {
  expect(problems(readWith(new KeyLog(), keyLog))).toEqual([
    expect.stringContaining('is a key log of TLS'),
  ]);
});

test('many empty lines are no key log, and are seen through at once', () => {
  expect(isKeyLog(latin1Bytes('\n'.repeat(4000)))).toBe(false);
  expect(isKeyLog(latin1Bytes(` \r\n#\n\n${latin1(keyLog)}`))).toBe(true);
});

test('lines of a key log that are no secrets are passed over, and the oldest connections are forgotten', () => {
  const random = (n: number): string => n.toString(16).padStart(64, '0');
  const keys = new KeyLog(
    latin1Bytes(
      [
        '# comment',
        'nonsense',
        `CLIENT_RANDOM ${random(1)} zz`,
        `EXPORTER_SECRET ${random(1)} 00`,
        `CLIENT_RANDOM ${random(2).toUpperCase()} 0aFF\r`,
        `CLIENT_RANDOM ${random(3)} ${'00'.repeat(10_000)}`,
      ].join('\n'),
    ),
  );
  expect(keys.size).toBe(1);
  expect(keys.find(random(2))).toEqual({ master: Uint8Array.of(10, 255) });
  const many = Array.from({ length: 50_000 }, (_, n) => `CLIENT_RANDOM ${random(n + 100)} 00`);
  keys.add(latin1Bytes(many.join('\n')));
  expect(keys.size).toBe(50_000);
  expect(keys.find(random(2))).toBeUndefined();
});

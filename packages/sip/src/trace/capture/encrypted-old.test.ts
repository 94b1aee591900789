// SIP within TLS of older devices: versions 1.0 and 1.1, and secrets that the private key of the server tells.
import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { latin1, latin1Bytes } from '../../base/bytes.ts';
import { messages, PacketCapture, problems, readWith } from './encrypted.test-kit.ts';
import { KeyLog } from './key-log.ts';

const golden = (name: string): Uint8Array =>
  readFileSync(new URL(`golden/${name}`, import.meta.url));
const keyLog = golden('tls-old-keys.log');
const key = createPrivateKey({
  key: Buffer.from(golden('tls-old-key.bin')),
  type: 'pkcs8',
  format: 'der',
});
const serverKey = latin1Bytes(key.export({ type: 'pkcs8', format: 'pem' }).toString());
const capture = gunzipSync(golden('tls-old.pcapng.gz'));
const captured = new PacketCapture(capture, keyLog);

/** `CSeq request` or `CSeq answer` of each message with this Call-ID. */
function lines(callId: string, file: Uint8Array, keys: Uint8Array): readonly string[] {
  return messages(readWith(new KeyLog(keys), file))
    .filter(({ text }) => text.includes(`\r\nCall-ID: ${callId}\r\n`))
    .map(({ text }) => {
      const cseq = /CSeq: (\d+)/.exec(text)?.[1];
      return `${cseq} ${text.startsWith('SIP') ? 'answer' : 'request'}`;
    });
}

/** A request and its answer for each number. */
function rounds(...cseqs: readonly number[]): readonly string[] {
  return cseqs.flatMap((cseq) => [`${cseq} request`, `${cseq} answer`]);
}

const twice = rounds(11, 12, 13, 21, 22, 23);

test.each([
  'tls10-ecdhe',
  'tls10-ecdhe-mac-first',
  'tls11-ecdhe',
  'tls11-ecdhe-mac-first',
  'tls10-rsa-plain',
])('RFC 2246 §5, RFC 4346 §6.2.3.2: %s is read with its key log', (name) => {
  const file = captured.fileOf(captured.packetsOf(name));
  expect(problems(readWith(new KeyLog(keyLog), file))).toEqual([]);
  expect(lines(name, file, keyLog)).toEqual(rounds(11, 12, 13));
  for (const size of [1, 7, 100])
    expect(messages(readWith(new KeyLog(keyLog), file, size))).toHaveLength(6);
});

test.each([
  ['tls10-rsa-plain', 'RFC 2246 §7.4.7.1', rounds(11, 12, 13)],
  ['tls11-rsa', 'RFC 7627 §4, with both hashes', rounds(11, 12, 13)],
  ['tls12-rsa-sha384', 'RFC 7627 §4', rounds(11, 12, 13)],
  ['tls10-rsa', 'resumed by a ticket (RFC 5077)', twice],
  ['tls12-rsa', 'resumed by a ticket (RFC 5077)', twice],
  ['tls12-rsa-plain', 'resumed by its id (RFC 5246 §7.3)', twice],
  ['tls12-rsa-new-handshake', 'a new handshake in the middle', rounds(1, 2, 3)],
])('%s is read with the private key of its server: %s', (name, _rule, said) => {
  expect(lines(name, capture, serverKey)).toEqual(said);
});

test('with a private key only those are told that need a key log; with both, all is read', () => {
  const items = readWith(new KeyLog(serverKey), capture);
  const told = problems(items);
  expect(told).toHaveLength(5);
  for (const text of told)
    expect(text).toMatch(
      /: its key cannot be had from the server's private key: it needs a key log\.$/,
    );
  const both = new KeyLog(serverKey);
  both.add(keyLog);
  const all = readWith(both, capture);
  expect(problems(all)).toEqual([]);
  expect(messages(all)).toHaveLength(90);
  const read = messages(items).map(({ text }) => text);
  const ecdhe = (text: string): boolean => /\r\nCall-ID: \S+-ecdhe/.test(text);
  expect(read).toEqual(
    messages(all)
      .map(({ text }) => text)
      .filter((text) => !ecdhe(text)),
  );
});

test('what was opened once is opened again at no cost, and a capture that is read twice is the same', () => {
  const keys = new KeyLog(serverKey);
  expect(readWith(keys, capture)).toEqual(readWith(keys, capture));
});

/** The packet of the second of three requests: the last but one of any length that who opened the connection sent. */
function withoutMiddle(name: string): Uint8Array {
  const packets = captured.packetsOf(name);
  const client = packets[0]?.port;
  const requests = packets.filter(
    ({ port, payload }) => port === client && payload[0] === 23 && payload.length > 400,
  );
  const lost = requests.at(-2);
  return captured.fileOf(packets.filter((packet) => packet !== lost));
}

test.each(['tls10-ecdhe', 'tls10-ecdhe-mac-first', 'tls11-ecdhe', 'tls10-rsa-plain'])(
  '%s: behind a packet that was not captured the next message is read',
  (name) => {
    const file = withoutMiddle(name);
    expect(problems(readWith(new KeyLog(keyLog), file))).toEqual([
      expect.stringMatching(/^TCP gap: \d+ octets of a TLS connection/),
    ]);
    const left = ['11 answer', '11 request', '12 answer', '13 answer', '13 request'];
    expect(lines(name, file, keyLog).toSorted()).toEqual(left);
  },
);

test.each(['tls10-rsa-plain', 'tls11-rsa'])(
  '%s: with any packet of the handshake missing it is read or told, never passed over in silence',
  (name) => {
    const packets = captured.packetsOf(name);
    const filled = packets.filter(({ payload }) => payload.length > 0);
    for (const lost of filled.slice(0, 6)) {
      const file = captured.fileOf(packets.filter((packet) => packet !== lost));
      const items = readWith(new KeyLog(serverKey), file);
      expect(problems(items).length).toBeGreaterThan(0);
      const isWhole = messages(items).length >= 4;
      expect(isWhole || problems(items).join('\n').includes('could not be read: ')).toBe(true);
    }
  },
);

test('what is undone with a private key is limited', () => {
  const { server } = new KeyLog(serverKey);
  const certificate = latin1(capture).slice(latin1(capture).indexOf('\x02\x82\x01\x01\x00'));
  const own = server.keyIn(latin1Bytes(certificate.slice(0, 300)));
  if (own === undefined) throw new Error('It is the key of that certificate');
  const tell = (): string => {
    const premaster = server.premaster(own, new Uint8Array(0));
    return premaster.ok ? '' : premaster.error;
  };
  for (let asked = 0; asked < 4000; asked += 1) expect(tell()).toContain('does not fit');
  expect(tell()).toContain('so many connections were opened');
});

test('the key of another server, and a session that began before the capture, are told', () => {
  const file = captured.fileOf(captured.packetsOf('tls12-rsa-sha384'));
  const touched = Uint8Array.from(file);
  const modulusAt = latin1(file).indexOf('\x02\x82\x01\x01\x00');
  touched[modulusAt + 20] = (touched[modulusAt + 20] ?? 0) ^ 1;
  expect(problems(readWith(new KeyLog(serverKey), touched))).toEqual([
    expect.stringContaining('the certificate of its server is of another private key'),
  ]);
  const resumed = captured.fileOf(captured.packetsOf('tls12-rsa', '21'));
  expect(problems(readWith(new KeyLog(serverKey), resumed))).toEqual([
    expect.stringContaining('it resumes a session whose beginning was not captured'),
  ]);
});

// Compressed messages: those of WebSockets (RFC 7692) in each way to keep a context, and those of HEP.
import { readFileSync } from 'node:fs';
import { constants, deflateRawSync, deflateSync, gunzipSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { latin1Bytes } from '../../base/bytes.ts';
import { messages, PacketCapture, problems, readWith } from './encrypted.test-kit.ts';
import { readHep, writeHep } from './hep.ts';
import { KeyLog } from './key-log.ts';
import { read, told } from './told.test-kit.ts';
import * as kit from './wire.test-kit.ts';

const golden = (name: string): Uint8Array =>
  readFileSync(new URL(`golden/${name}`, import.meta.url));
const keyLog = golden('tls-keys.log');
const line = '10.0.0.1:40000 10.0.0.2:8080 OPTIONS sip:bob@10.0.0.2 SIP/2.0';
const upgrade = 'GET / HTTP/1.1\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: sip\r\n\r\n';

/** A message as a sender packs it that has said `before` (RFC 7692 §7.2.1). */
function packed(text: string | Uint8Array, before = ''): Uint8Array {
  const settings = { finishFlush: constants.Z_SYNC_FLUSH };
  const dictionary = before === '' ? {} : { dictionary: latin1Bytes(before) };
  return deflateRawSync(text, { ...settings, ...dictionary }).subarray(0, -4);
}

/** What these frames of a client give, each in a packet; the packets that are in `lost` were not captured. */
function toldOf(frames: readonly Uint8Array[], lost: readonly number[] = []): readonly string[] {
  const talk = new kit.TcpTalk(8080);
  const first = [...talk.open(), talk.say('a', upgrade)];
  const packets = frames
    .map((frame) => talk.say('a', frame))
    .filter((_, index) => !lost.includes(index));
  return told(read(kit.pcap([...first, ...packets], { link: 101 }))).slice(1);
}

test.each(['wss-deflate', 'wss-deflate-alone', 'wss-deflate-window'])(
  '%s: what the library ws compresses is read, as text and as binary, with every word',
  (name) => {
    const captured = new PacketCapture(gunzipSync(golden('tls.pcapng.gz')), keyLog);
    const items = readWith(new KeyLog(keyLog), captured.fileOf(captured.packetsOf(name)));
    expect(problems(items)).toEqual([]);
    expect(messages(items)).toHaveLength(6);
    expect(messages(items)[4]?.text).toMatch(
      /^MESSAGE .*\r\n[^]*Call-ID: wss-deflate[^]*a message\. $/,
    );
    expect(messages(items)[0]).toMatchObject({ protocol: 'WSS' });
  },
);

test('RFC 7692 §7.2.2: a message may refer to those before it, in fragments too, between pings and plain ones', () => {
  const { options } = kit;
  const second = packed(options, options);
  expect(second.length).toBeLessThan(20);
  const frames = [
    kit.webSocketFrame(0xc1, packed(options)),
    kit.webSocketFrame(0x41, second.subarray(0, 3)),
    kit.webSocketFrame(0x89, 'ping'),
    kit.webSocketFrame(0x80, second.subarray(3)),
    kit.webSocketFrame(0x81, options),
    kit.webSocketFrame(0xc2, packed(options, options + options), kit.hex('01020304')),
  ];
  expect(toldOf(frames)).toEqual([5, 8, 9, 10].map((frame) => `${frame} ${line}`));
});

test('RFC 7692 §7.2.1: a message whose last block says that it is the last is read, and those after it too', () => {
  const { options } = kit;
  const last = kit.bytesOf(deflateRawSync(options), 0);
  const frames = [last, packed(options, options), last].map((payload) =>
    kit.webSocketFrame(0xc1, payload),
  );
  expect(toldOf(frames)).toEqual([5, 6, 7].map((frame) => `${frame} ${line}`));
});

test('behind a gap a message that stands alone is read, and one that refers to what is missing is told', () => {
  const { options } = kit;
  const alone = kit.webSocketFrame(0xc1, packed(options));
  expect(toldOf([alone, alone, alone], [1])).toEqual([`5 ${line}`, '6 TCP gap', `6 ${line}`]);
  // The third one is known again; the fourth one refers to more than that.
  const rest = 'x'.repeat(500) + options;
  const further = kit.webSocketFrame(0xc1, packed(rest, rest + options));
  expect(toldOf([alone, alone, alone, further], [0, 1]).slice(-1)).toEqual(['5 compressed']);
});

test('a message that unpacks to far more than a call needs is told once, and costs little', () => {
  const bomb = kit.webSocketFrame(0xc1, packed(new Uint8Array(40_000_000)).subarray(0, 60_000));
  expect(toldOf([bomb, bomb, bomb])).toEqual(['5 compressed']);
  const small = kit.webSocketFrame(0xc1, packed(new Uint8Array(900_000)));
  expect(toldOf(Array.from({ length: 50 }, () => small))).toHaveLength(1);
});

test('what is no DEFLATE is told once, and what is not compressed goes on', () => {
  const wrong = kit.webSocketFrame(0xc1, 'no');
  const right = kit.webSocketFrame(0x81, kit.options);
  expect(toldOf([wrong, wrong, right])).toEqual(['5 compressed', `7 ${line}`]);
});

test('HEP: a payload compressed as zlib, gzip or bare DEFLATE is read; one that is damaged is told', () => {
  const observed = {
    v: 1,
    kind: 'message',
    at: 1_700_000_000_000,
    endpoint: '',
    direction: 'out',
    protocol: 'UDP',
    flow: 'udp',
    text: kit.options,
    local: { host: '10.0.0.1', port: 5060 },
    remote: { host: '10.0.0.2', port: 5060 },
  } as const;
  const plain = writeHep(observed);
  const head = plain.subarray(6, plain.length - kit.options.length - 6);
  const withPayload = (payload: Uint8Array): Uint8Array => {
    const chunks = kit.bytesOf(head, kit.numbers(2, [0, 16, payload.length + 6]), payload);
    return kit.bytesOf('HEP3', kit.numbers(2, [chunks.length + 6]), chunks);
  };
  for (const pack of [deflateSync, gzipSync, deflateRawSync]) {
    const read = readHep(withPayload(pack(kit.options)));
    expect(read.ok && read.value.payload).toEqual(latin1Bytes(kit.options));
  }
  for (const payload of [latin1Bytes('nothing'), deflateSync(new Uint8Array(2_000_000))])
    expect(readHep(withPayload(payload))).toMatchObject({ ok: false });
});

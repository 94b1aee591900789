// Strangers, forgers and liars at the ports of a call: they get nothing, and the call goes on.
import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { NoCommonMedia } from '@offhook/sip/sdp';
import type { SessionDescription } from '@offhook/sip/sdp';
import type { Bridge } from '../bridge.ts';
import { TestBrowser, TestPhone, until } from '../bridge-peers.test-kit.ts';
import type { BrowserFaults, Format } from '../bridge-peers.test-kit.ts';
import { newCertificate } from './dtls/certificate.ts';
import { formatClientHello } from './dtls/hello.ts';
import { formatMessage } from './dtls/fragments.ts';
import { RecordLayer } from './dtls/records.ts';
import { contentType, handshakeType } from './dtls/wire.ts';
import { embeddedBridge } from './engine.ts';

const pcmu: Format = [0, 'PCMU/8000'];
const engine = embeddedBridge({ portRange: { first: 64_500, last: 64_999 } });

afterAll(() => engine.close());

/** A call of a browser with a telephone. */
class Call implements AsyncDisposable {
  readonly bridge: Bridge = engine.open();
  readonly broken: string[] = [];
  readonly browser: TestBrowser;
  readonly phone: TestPhone;
  answer: SessionDescription | undefined;
  offered: SessionDescription | undefined;

  static async open(faults: BrowserFaults = {}): Promise<Call> {
    return new Call(await TestBrowser.open([pcmu], faults), await TestPhone.open([pcmu]));
  }

  private constructor(browser: TestBrowser, phone: TestPhone) {
    this.browser = browser;
    this.phone = phone;
    this.bridge.on('broken', ({ party, reason }) => this.broken.push(`${party}: ${reason}`));
    this.bridge.addParty('caller', { kind: 'webrtc' });
    this.bridge.addParty('callee', { kind: 'rtp' });
  }

  /** The port at which the bridge hears the browser, and the one at which it hears the telephone. */
  get ports(): readonly [number, number] {
    return [this.answer?.media[0]?.port ?? 0, this.offered?.media[0]?.port ?? 0];
  }

  async agree(): Promise<void> {
    this.offered = await this.bridge.offer('caller', this.browser.offer(), 'callee');
    this.answer = await this.bridge.answer('callee', this.phone.answer(this.offered), 'caller');
  }

  async connect(): Promise<void> {
    await this.agree();
    if (this.answer !== undefined) this.browser.takeAnswer(this.answer);
    await until('the browser to be connected', () => this.browser.connected);
    await this.talks('hello');
  }

  async talks(text: string): Promise<void> {
    await this.browser.isHeardBy(this.phone, 0, `${text} from the browser`);
    await this.phone.isHeardBy(this.browser, 0, `${text} from the telephone`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.bridge.close();
    await this.browser.close();
    await this.phone.close();
  }
}

/** Somebody who was not asked, and all that he got. */
class Stranger {
  readonly socket: Socket = createSocket('udp4');
  readonly got: Uint8Array[] = [];

  static async open(address = '127.0.0.1'): Promise<Stranger> {
    const stranger = new Stranger();
    stranger.socket.on('message', (bytes) => stranger.got.push(bytes));
    await new Promise<void>((resolve) => {
      stranger.socket.bind(0, address, resolve);
    });
    return stranger;
  }

  send(bytes: Uint8Array, port: number): void {
    this.socket.send(bytes, port, '127.0.0.1');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((resolve) => {
      this.socket.close(() => resolve());
    });
  }
}

function hello(): Uint8Array {
  const body = formatClientHello(new Uint8Array(32).fill(7), new Uint8Array(0));
  const message = formatMessage({ type: handshakeType.clientHello, sequence: 0, body });
  return new RecordLayer().format(contentType.handshake, 0, message);
}

/** The same hello with the one cipher suite that does not encrypt. */
function nullHello(): Uint8Array {
  const bytes = hello();
  const at = Buffer.from(bytes).indexOf(Buffer.from([0xc0, 0x2b]));
  bytes.set([0, 0, 0, 0], at);
  return bytes;
}

test('hellos of a stranger before and during the handshake are not answered, and the call connects (A60)', async () => {
  await using call = await Call.open();
  await using stranger = await Stranger.open();
  await call.agree();
  const [port] = call.ports;
  const spray = setInterval(() => {
    stranger.send(nullHello(), port);
    stranger.send(hello(), port);
  }, 2);
  try {
    await pause(50);
    if (call.answer !== undefined) call.browser.takeAnswer(call.answer);
    await until('the browser to be connected', () => call.browser.connected);
    await call.talks('hello');
  } finally {
    clearInterval(spray);
  }
  expect(stranger.got).toEqual([]);
  expect(call.broken).toEqual([]);
});

test('packets sprayed at all ports of a call are heard by nobody, and no media goes to who sprayed them (A61)', async () => {
  await using call = await Call.open();
  await using stranger = await Stranger.open();
  await call.connect();
  const rtp = new Uint8Array(12 + 160).fill(0x55);
  rtp.set([0x80, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3]);
  for (let round = 0; round < 50; round += 1) {
    for (const port of call.ports) {
      stranger.send(rtp.subarray(0, 12), port);
      stranger.send(rtp, port);
      stranger.send(rtp, port + 1);
    }
    await pause(2);
  }
  await call.talks('after');
  const foreign = 'U'.repeat(160);
  expect(call.phone.payloads).not.toContain(foreign);
  expect(call.browser.payloads).not.toContain(foreign);
  expect(stranger.got).toEqual([]);
});

test('a hundred thousand forged packets from the right address do no harm (A62)', async () => {
  await using call = await Call.open();
  await call.connect();
  const forged = new Uint8Array(182).fill(0x33);
  forged.set([0x80, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3]);
  for (let count = 0; count < 100_000; count += 1) {
    forged[2] = (count >> 8) & 255;
    forged[3] = count & 255;
    call.browser.raw(forged);
    if (count % 500 === 0) await pause(1);
  }
  await call.talks('after');
  expect(call.broken).toEqual([]);
});

test('RFC 3711 §3.3.2: each packet that comes twice is heard once, and one that was bent not at all (A63)', async () => {
  await using call = await Call.open();
  await call.connect();
  const { browser, phone } = call;
  const kept: Uint8Array[] = [];
  const send = browser.raw.bind(browser);
  browser.raw = (bytes) => {
    const copy = bytes.slice();
    kept.push(copy);
    for (const at of [3, 8, 20, copy.length - 1]) {
      const bent = copy.slice();
      bent[at] = (bent[at] ?? 0) ^ 1;
      send(bent);
    }
    send(copy);
    send(copy);
  };
  for (let count = 0; count < 30; count += 1) browser.say(0, `word ${count}`);
  await until('the last word', () => phone.payloads.includes('word 29'));
  for (const packet of kept) send(packet);
  await call.talks('after');
  for (let count = 0; count < 30; count += 1)
    expect(phone.payloads.filter((each) => each === `word ${count}`)).toHaveLength(1);
});

test.each([
  ['no fingerprint', []],
  ['SHA-1 only', [`sha-1 ${'AA:'.repeat(19)}AA`]],
  ['MD5 only', [`md5 ${'AA:'.repeat(15)}AA`]],
])('RFC 5763 §5: a browser that tells %s is refused (C195, A64)', async (_what, fingerprints) => {
  await using call = await Call.open({ fingerprints });
  await expect(call.agree()).rejects.toBeInstanceOf(NoCommonMedia);
});

test('RFC 5763 §5: a browser that shows another certificate than told is cut off before a key is used (C195, A64)', async () => {
  await using call = await Call.open({ shows: newCertificate(Date.now()) });
  await call.agree();
  if (call.answer !== undefined) call.browser.takeAnswer(call.answer);
  await until('the end of it', () => call.broken.length > 0);
  expect(call.broken).toEqual([
    'caller: The certificate of the peer is not the one of its description',
  ]);
  await call.phone.isNotHeardBy(call.browser, 0, 'secret');
  await call.browser.isNotHeardBy(call.phone, 0, 'secret');
});

test('RFC 5763 §5: a fingerprint in lower case is the same (C195, A64)', async () => {
  const certificate = newCertificate(Date.now());
  const fingerprints = [`SHA-256 ${certificate.fingerprint.toLowerCase()}`];
  await using call = await Call.open({ fingerprints, shows: certificate });
  await call.connect();
});

test('ten thousand hellos from many addresses get no answer, and the call connects among them (A66)', async () => {
  await using call = await Call.open();
  await call.agree();
  const [port] = call.ports;
  const strangers = await Promise.all(
    Array.from({ length: 50 }, (_, index) => Stranger.open(`127.0.1.${index + 1}`)),
  );
  for (let round = 0; round < 200; round += 1) {
    for (const stranger of strangers) stranger.send(hello(), port);
    if (round % 10 === 0) await pause(1);
  }
  if (call.answer !== undefined) call.browser.takeAnswer(call.answer);
  await until('the browser to be connected', () => call.browser.connected);
  await call.talks('hello');
  expect(strangers.flatMap(({ got }) => got)).toEqual([]);
  for (const stranger of strangers) await stranger[Symbol.asyncDispose]();
});

test('packets that are too short, too long or lie about their lengths are dropped on both sides (A67)', async () => {
  await using call = await Call.open();
  await call.connect();
  const lies: Uint8Array[] = [];
  for (let length = 0; length <= 20; length += 1)
    for (const first of [0x80, 0x8f, 0x90, 0xa0, 0xbf, 0x00, 0x16, 0x40])
      for (const second of [0, 200, 201, 205]) {
        const lie = new Uint8Array(length).fill(0xff);
        lie.set([first, second].slice(0, length));
        lies.push(lie);
      }
  lies.push(new Uint8Array(1501).fill(0x80), new Uint8Array(9000).fill(0x80));
  const [, port] = call.ports;
  for (const lie of lies) {
    call.browser.raw(lie);
    call.phone.socket.send(lie, port, '127.0.0.1');
    call.phone.socket.send(lie, port + 1, '127.0.0.1');
  }
  await call.talks('after');
  expect(call.broken).toEqual([]);
});

test('RFC 8445 §12.1: what comes from beside the checked pairs, even with the right keys, is neither heard nor answered (C198)', async () => {
  await using call = await Call.open();
  await call.connect();
  await using stranger = await Stranger.open();
  const { browser, phone } = call;
  const [port] = call.ports;
  const raw = browser.raw.bind(browser);
  browser.raw = (bytes) => stranger.send(bytes, port);
  for (let count = 0; count < 20; count += 1) browser.say(0, 'from elsewhere');
  stranger.send(hello(), port);
  await pause(100);
  browser.raw = raw;
  await call.talks('after');
  expect(phone.payloads).not.toContain('from elsewhere');
  expect(stranger.got).toEqual([]);
});

test('RFC 7983 §7: the first octet tells STUN, DTLS and media apart; all else is dropped (C200)', async () => {
  await using call = await Call.open();
  await call.connect();
  for (let first = 0; first < 256; first += 1)
    for (const length of [1, 4, 20, 100]) {
      const bytes = new Uint8Array(length).fill(0x11);
      bytes[0] = first;
      call.browser.raw(bytes);
    }
  await call.talks('after');
  expect(call.broken).toEqual([]);
  expect(call.browser.failures).toEqual([]);
});

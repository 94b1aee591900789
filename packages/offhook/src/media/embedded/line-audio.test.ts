// Two lines that are joined, on virtual time: music while one is held by a browser, keys where the other has no word for them.
import { parseRtp, parseTelephoneEvent, writeTelephoneEvent, formatRtp } from '@offhook/sip/rtp';
import type { RtpPacket } from '@offhook/sip/rtp';
import { expect, test } from 'vitest';
import { muLaw } from '../codec/g711.ts';
import { KeyListener } from '../key/listening.ts';
import { PacketRing } from '../packet-ring.ts';
import type { LineAgreement, LineFormat } from './leg-agreement.ts';
import { PartyLine } from './party-line.ts';

const pcmu: LineFormat = {
  ...{ payloadType: 0, codec: 'pcmu/8000/1', clockRate: 8000, isEvent: false },
};
const opus: LineFormat = {
  ...{ payloadType: 111, codec: 'opus/48000/2', clockRate: 48_000, isEvent: false },
};
const keys: LineFormat = {
  ...{ payloadType: 101, codec: 'telephone-event/8000/1', clockRate: 8000, isEvent: true },
};
const wideKeys: LineFormat = {
  ...{ payloadType: 110, codec: 'telephone-event/48000/1', clockRate: 48_000, isEvent: true },
};

class Side {
  readonly line: PartyLine;
  readonly sent: RtpPacket[] = [];
  readonly told: string[] = [];

  constructor(isBrowser: boolean) {
    this.line = new PartyLine({
      ...{ media: 'audio', ssrc: 7, sequence: 65_530, timestamp: 0xffff_ff00, cname: 'x' },
      ...{ fraction: () => 0.5, epoch: 0, ring: new PacketRing(8), isBrowser },
      sendRtp: (bytes, length) => {
        const packet = parseRtp(bytes.slice(0, length));
        if (packet !== undefined) this.sent.push(packet);
      },
      sendRtcp: () => undefined,
      resend: () => false,
      key: (key) => this.told.push(key),
      failed: (reason) => this.told.push(reason),
    });
  }

  agree(formats: readonly LineFormat[], direction: LineAgreement['direction'] = 'sendrecv'): void {
    this.line.agree({
      ...{ media: 'audio', line: 0, codec: 'x', direction, send: formats, receive: formats },
      ...{ ptime: 20, place: undefined },
    });
  }
}

function joined(): { browser: Side; phone: Side; pass: (milliseconds: number) => Promise<void> } {
  const [browser, phone] = [new Side(true), new Side(false)];
  browser.line.join(phone.line);
  phone.line.join(browser.line);
  let now = 1000;
  return {
    browser,
    phone,
    async pass(milliseconds) {
      for (let passed = 0; passed < milliseconds; passed += 20) {
        now += 20;
        browser.line.tick(now);
        phone.line.tick(now);
        // Codecs are opened between two ticks.
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
  };
}

function packet(sequence: number, format: LineFormat, payload: Uint8Array): Uint8Array {
  const { payloadType, clockRate } = format;
  return formatRtp({
    ...{ payloadType, sequence, timestamp: (sequence * clockRate) / 50, ssrc: 99, payload },
  });
}

test('who is held by a browser hears music in his own codec, and the browser again when it comes back', async () => {
  const { browser, phone, pass } = joined();
  browser.agree([opus, pcmu], 'recvonly');
  phone.agree([pcmu], 'sendonly');
  await pass(600);
  expect(phone.sent.length).toBeGreaterThan(25);
  expect(
    phone.sent.every(({ payloadType, payload }) => payloadType === 0 && payload.length === 160),
  ).toBe(true);
  const octets = Uint8Array.from(phone.sent.flatMap(({ payload }) => [...payload]));
  const samples = new Int16Array(octets.length);
  muLaw.decode(octets, 0, octets.length, samples);
  expect(Math.max(...samples)).toBeGreaterThan(1000);
  // The silence of the browser's microphone does not get between.
  browser.line.received(packet(1, pcmu, new Uint8Array(160).fill(0xff)), 2000);
  const before = phone.sent.length;
  await pass(200);
  expect(phone.sent.slice(before).every(({ payload }) => payload[0] !== undefined)).toBe(true);
  expect(phone.sent.length).toBe(before + 10);
  browser.agree([opus, pcmu]);
  phone.agree([pcmu]);
  await pass(100);
  expect(phone.sent.length).toBe(before + 10);
  browser.line.received(packet(2, pcmu, new Uint8Array(160).fill(0x55)), 2400);
  expect(phone.sent.at(-1)?.payload).toEqual(new Uint8Array(160).fill(0x55));
  const numbers = phone.sent.map(({ sequence }) => sequence);
  expect(
    numbers.every(
      (number, index) => index === 0 || number === ((numbers[index - 1] ?? 0) + 1) % 65_536,
    ),
  ).toBe(true);
});

test('who is held by a telephone hears what it plays', async () => {
  const { browser, phone, pass } = joined();
  phone.agree([pcmu], 'recvonly');
  browser.agree([pcmu], 'sendonly');
  await pass(100);
  expect(browser.sent).toEqual([]);
  phone.line.received(packet(1, pcmu, new Uint8Array(160).fill(0x55)), 2000);
  expect(browser.sent).toHaveLength(1);
});

function report(duration: number, end: boolean): Uint8Array {
  const payload = new Uint8Array(4);
  writeTelephoneEvent(payload, 0, { event: 5, end, volume: 10, duration });
  return payload;
}

test('RFC 4733 §2.3.5: a key keeps its length where the codec is passed on and its clock rate is not', () => {
  const { browser, phone } = joined();
  browser.agree([opus, wideKeys]);
  phone.agree([opus, keys]);
  browser.line.received(packet(1, wideKeys, report(960, false)), 2000);
  browser.line.received(packet(1, wideKeys, report(4800, true)), 2080);
  expect(phone.sent.map(({ payloadType }) => payloadType)).toEqual([101, 101]);
  expect(phone.sent.map(({ payload }) => parseTelephoneEvent(payload)?.duration)).toEqual([
    160, 800,
  ]);
  expect(browser.told).toEqual(['5']);
});

test('a key pressed towards who takes none is heard, and nothing else meanwhile', async () => {
  const { browser, phone, pass } = joined();
  browser.agree([pcmu, keys]);
  phone.agree([pcmu]);
  phone.line.press('5');
  browser.line.received(packet(2, pcmu, new Uint8Array(160).fill(0x55)), 2020);
  await pass(240);
  const octets = Uint8Array.from(phone.sent.flatMap(({ payload }) => [...payload]));
  const samples = new Int16Array(octets.length);
  muLaw.decode(octets, 0, octets.length, samples);
  expect(new KeyListener().take(samples)).toBe('5');
  expect(phone.sent.every(({ payload }) => payload.some((octet) => octet !== 0x55))).toBe(true);
});

test('no codec in common: packets are made into those of the other side, and each loss there is only its own', async () => {
  const { browser, phone, pass } = joined();
  browser.agree([opus, wideKeys]);
  phone.agree([pcmu, keys]);
  for (let sequence = 1; browser.sent.length < 16 && sequence < 5_000; sequence += 1) {
    phone.line.received(
      packet(sequence, pcmu, new Uint8Array(160).fill(0x31)),
      2000 + 20 * sequence,
    );
    await pass(20);
    // libopus is loaded by the first of them.
    if (browser.sent.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  }
  expect(browser.sent).toHaveLength(16);
  expect(new Set(browser.sent.map(({ payloadType }) => payloadType))).toEqual(new Set([111]));
  const numbers = browser.sent.map(({ sequence }) => sequence);
  expect(numbers.at(-1)).toBe(((numbers[0] ?? 0) + numbers.length - 1) % 65_536);
  phone.line.close();
  browser.line.close();
});

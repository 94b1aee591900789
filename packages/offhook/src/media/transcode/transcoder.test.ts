// Between codecs on virtual time: the sound, the numbers, losses, pauses, keys, and bytes that are nothing.
import fc from 'fast-check';
import { dtmfDigit, parseTelephoneEvent, RtpView } from '@offhook/sip/rtp';
import type { RtpPacket } from '@offhook/sip/rtp';
import { expect, test } from 'vitest';
import { amplitude, loudestHertz } from '../audio/measure.test-kit.ts';
import { codecNamed } from '../codec/codec.ts';
import type { CodecName } from '../codec/codec.ts';
import { DtmfReceiver } from '../key/events.ts';
import { bench, formatsOf, heardBy } from './transcode.test-kit.ts';
import { openTranscoder } from './transcoder.ts';
import { PacketRing } from '../packet-ring.ts';

const clockOf = (name: CodecName): number => codecNamed(name)?.clockRate ?? 0;

/** The steps of timestamps and of sequence numbers between packets. */
function steps(packets: readonly RtpPacket[]): { times: number[]; numbers: number[] } {
  const between = (of: (packet: RtpPacket) => number, bits: number): number[] =>
    packets.slice(1).map((packet, index) => {
      const before = packets[index];
      return before === undefined ? 0 : (of(packet) - of(before) + 2 ** bits) % 2 ** bits;
    });
  return {
    times: between((packet) => packet.timestamp, 32),
    numbers: between((packet) => packet.sequence, 16),
  };
}

const pairs: readonly (readonly [CodecName, CodecName])[] = [
  ['opus', 'PCMU'],
  ['PCMU', 'opus'],
  ['opus', 'G722'],
  ['G722', 'opus'],
  ['PCMA', 'G722'],
  ['G722', 'PCMA'],
  ['PCMU', 'PCMA'],
];

test.each(pairs)(
  '%s to %s: a tone of 1000 Hz stays one, packet for packet, without a gap',
  async (from, to) => {
    const { sent, speaker } = await bench(from, to);
    for (let count = 1; count <= 50; count += 1) {
      speaker.speak(20);
      expect(sent).toHaveLength(count);
    }
    expect(new Set(steps(sent).times)).toEqual(new Set([clockOf(to) / 50]));
    expect(new Set(steps(sent).numbers)).toEqual(new Set([1]));
    expect(sent[0]).toMatchObject({ sequence: 65_534, timestamp: 0xffff_fe00, ssrc: 77 });
    expect(sent.map(({ marker }) => marker).indexOf(true)).toBe(0);
    expect(sent.filter(({ marker }) => marker)).toHaveLength(1);
    const heard = (await heardBy(to, sent)).subarray(3200);
    expect(loudestHertz(heard.subarray(0, 4000), 1000, 16_000)).toBe(1000);
    expect(amplitude(heard, 1000, 16_000)).toBeCloseTo(0.3, 1);
  },
);

test.each([
  { speaks: 20, wants: 60, from: 'PCMU', to: 'opus', gets: 60 },
  { speaks: 60, wants: 20, from: 'opus', to: 'PCMU', gets: 20 },
  { speaks: 30, wants: 20, from: 'PCMA', to: 'opus', gets: 20 },
  { speaks: 20, wants: 30, from: 'opus', to: 'G722', gets: 30 },
  { speaks: 20, wants: 30, from: 'PCMU', to: 'opus', gets: 20 },
] as const)(
  '$from in $speaks ms to $to that wants $wants ms',
  async ({ speaks, wants, from, to, gets }) => {
    const { sent, speaker } = await bench(from, to, { speaks, ptime: wants });
    speaker.speak(600);
    expect(sent).toHaveLength(600 / gets);
    expect(new Set(steps(sent).times)).toEqual(new Set([(clockOf(to) * gets) / 1000]));
    const heard = (await heardBy(to, sent)).subarray(3200);
    expect(amplitude(heard, 1000, 16_000)).toBeCloseTo(0.3, 1);
  },
);

test.each(pairs)(
  '%s to %s: a lost packet is covered, and one that comes after its time is dropped',
  async (from, to) => {
    const { sent, speaker, transcoder } = await bench(from, to);
    speaker.speak(400);
    const late = speaker.packet();
    speaker.speak(20);
    expect(sent).toHaveLength(22);
    expect(transcoder.concealed).toBe(1);
    speaker.give(late);
    expect(sent).toHaveLength(22);
    speaker.packet();
    speaker.packet();
    speaker.speak(200);
    expect(sent).toHaveLength(34);
    expect(transcoder.concealed).toBe(3);
    expect(new Set(steps(sent).times)).toEqual(new Set([clockOf(to) / 50]));
    expect(sent.filter(({ marker }) => marker)).toHaveLength(1);
    const heard = await heardBy(to, sent.slice(15, 34));
    expect(amplitude(heard.subarray(1600), 1000, 16_000)).toBeGreaterThan(0.2);
  },
);

test('RFC 3551 §4.1: a pause stays a pause: time goes on, numbers do not, and a marker tells its end', async () => {
  const { sent, speaker } = await bench('opus', 'PCMU');
  speaker.speak(100);
  speaker.pause(400);
  speaker.speak(100);
  expect(steps(sent).times).toEqual([160, 160, 160, 160, 3360, 160, 160, 160, 160]);
  expect(new Set(steps(sent).numbers)).toEqual(new Set([1]));
  expect(sent.flatMap(({ marker }, index) => (marker ? [index] : []))).toEqual([0, 5]);
});

test('a loss too long to cover becomes a pause', async () => {
  const { sent, speaker, transcoder } = await bench('PCMU', 'opus');
  speaker.speak(100);
  for (let lost = 0; lost < 20; lost += 1) speaker.packet();
  speaker.speak(100);
  expect(sent).toHaveLength(10);
  expect(transcoder.concealed).toBe(0);
  expect(steps(sent).times[4]).toBe(21 * 960);
});

test('RFC 3550 §5.1: another source behind the same numbers goes on where the one before was', async () => {
  const { sent, speaker } = await bench('PCMU', 'G722');
  speaker.speak(100);
  speaker.begin(9, 12);
  speaker.now += 60;
  speaker.speak(100);
  expect(steps(sent).times).toEqual([160, 160, 160, 160, 640, 160, 160, 160, 160]);
  expect(new Set(steps(sent).numbers)).toEqual(new Set([1]));
  // And one whose clock is set back without a word.
  speaker.timestamp = (speaker.timestamp - 100_000) >>> 0;
  speaker.speak(60);
  expect(steps(sent).times.slice(9)).toEqual([160, 160, 160]);
});

/** Presses `5` for 100 ms as a telephone does: five reports, and the last one twice more. */
function press(speaker: Awaited<ReturnType<typeof bench>>['speaker']): void {
  const reports = [0, 20, 40, 60].map((begun) => speaker.key(5, begun, false, begun === 0));
  const end = speaker.key(5, 80, true, false);
  speaker.give(...reports, end);
  for (const [repeat, begun] of [100, 120].entries()) {
    const again = speaker.key(5, begun, true, false);
    // The repeats tell the same duration.
    again.set(end.subarray(12), 12);
    expect(repeat).toBeLessThan(2);
    speaker.give(again);
  }
}

test.each([
  ['PCMU', 'opus'],
  ['opus', 'PCMU'],
  ['G722', 'PCMA'],
] as const)(
  'RFC 4733 §2.3.5: a key from %s to %s keeps its length, and is one key',
  async (from, to) => {
    const { sent, speaker } = await bench(from, to);
    speaker.speak(100);
    press(speaker);
    speaker.speak(100);
    const payloadType = clockOf(to) === 48_000 ? 110 : 101;
    const reports = sent.filter((packet) => packet.payloadType === payloadType);
    expect(reports).toHaveLength(7);
    expect(new Set(reports.map(({ timestamp }) => timestamp)).size).toBe(1);
    expect(reports.map(({ marker }) => marker).indexOf(true)).toBe(0);
    const events = reports.map(({ payload }) => parseTelephoneEvent(payload));
    expect(events.at(-1)).toEqual({ event: 5, end: true, volume: 10, duration: clockOf(to) / 10 });
    expect(events.map((event) => event?.duration)).toEqual(
      [1, 2, 3, 4, 5, 5, 5].map((part) => (part * clockOf(to)) / 50),
    );
    const ear = new DtmfReceiver();
    const keys = reports.filter(({ payload, timestamp, marker }) => {
      const report = parseTelephoneEvent(payload);
      return report !== undefined && ear.isNew(report, timestamp, marker);
    });
    expect(keys.map(({ payload }) => dtmfDigit(payload[0] ?? 0))).toEqual(['5']);
    // The key began where the audio before it ended, and the audio behind it comes 140 ms after that.
    const audio = sent.filter((packet) => packet.payloadType !== payloadType);
    expect((reports[0]?.timestamp ?? 0) - (audio[4]?.timestamp ?? 0)).toBe(clockOf(to) / 50);
    expect((audio[5]?.timestamp ?? 0) - (audio[4]?.timestamp ?? 0)).toBe((clockOf(to) * 8) / 50);
    expect(new Set(steps(sent).numbers)).toEqual(new Set([1]));
  },
);

test('keys are not sent to who takes none', async () => {
  const to = [{ payloadType: 0, name: 'PCMU', clockRate: 8000 }];
  const { sent, speaker } = await bench('opus', 'PCMU', { to });
  press(speaker);
  expect(sent).toEqual([]);
});

test('a key that lasts longer than its units can say is as long as they can', async () => {
  const { sent, speaker } = await bench('PCMU', 'opus');
  speaker.give(speaker.key(1, 0, false, true), speaker.key(1, 3000, true, false));
  expect(sent.map(({ payload }) => parseTelephoneEvent(payload)?.duration)).toEqual([960, 65_535]);
});

test('RFC 3389 §4: comfort noise is passed on, or heard for a moment by who does not know it', async () => {
  const payload = Uint8Array.of(40, 100);
  const known = await bench('PCMU', 'PCMA', {
    from: formatsOf('PCMU', true),
    to: formatsOf('PCMA', true),
  });
  known.speaker.speak(40);
  known.speaker.give(known.speaker.noise(payload));
  expect(known.sent[2]).toMatchObject({ payloadType: 13, payload });
  const unknown = await bench('PCMU', 'opus', { from: formatsOf('PCMU', true) });
  unknown.speaker.give(unknown.speaker.noise(payload));
  expect(unknown.sent).toHaveLength(1);
  const heard = await heardBy('opus', unknown.sent);
  expect(heard.some((sample) => sample !== 0)).toBe(true);
});

test('RFC 7587 §3.1.3: a frame of Opus that says that nobody speaks becomes comfort noise for who knows it', async () => {
  const { sent, speaker } = await bench('opus', 'PCMU', { to: formatsOf('PCMU', true) });
  speaker.speak(200);
  const dtx = speaker.packet().slice(0, 13);
  speaker.give(dtx);
  expect(sent.at(-1)).toMatchObject({ payloadType: 13, marker: false });
  expect(sent.at(-1)?.payload).toHaveLength(1);
  speaker.pause(380);
  speaker.speak(20);
  expect(sent.at(-1)).toMatchObject({ payloadType: 0, marker: true });
});

test('no packets make it throw, or send more than a second of sound for one of them (A67)', async () => {
  const { sent, transcoder } = await bench('opus', 'G722', {
    from: [...formatsOf('opus', true), ...formatsOf('PCMU'), ...formatsOf('G722')],
  });
  const view = new RtpView();
  const octets = fc.uint8Array({ minLength: 12, maxLength: 200 });
  const types = fc.constantFrom(111, 0, 9, 13, 101, 110, 50);
  const step = fc.constantFrom('first', 'next', 'late', 'jump', 'restart');
  fc.assert(
    fc.property(octets, types, step, fc.nat(100_000), (bytes, type, how, now) => {
      bytes.set([0x80, type]);
      if (!view.read(bytes)) return;
      const before = sent.length;
      transcoder.take(view, bytes, how, now);
      expect(sent.length - before).toBeLessThan(50);
    }),
    { numRuns: 2000 },
  );
  expect(sent.length).toBeGreaterThan(100);
});

test('a side without a codec that there is, is refused', async () => {
  const options = {
    ptime: 20,
    ssrc: 1,
    sequence: 0,
    timestamp: 0,
    ring: new PacketRing(1),
    send: () => undefined,
  };
  const unknown = [{ payloadType: 97, name: 'iLBC', clockRate: 8000 }];
  await expect(
    openTranscoder({ ...options, from: unknown, to: formatsOf('PCMU') }),
  ).rejects.toThrow(TypeError);
  await expect(
    openTranscoder({ ...options, from: formatsOf('PCMU'), to: unknown }),
  ).rejects.toThrow(TypeError);
});

// Two ends of plain RTP on loopback: what one plays the other records, and hold, resume and keys do as agreed.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { NoCommonMedia, NoMediaLeft, parseSdp } from '@offhook/sip/sdp';
import type { SessionDescription } from '@offhook/sip/sdp';
import { freePorts } from '../../packages/offhook/src/media/free-ports.test-kit.ts';
import { rtp } from '../../packages/offhook/src/media/rtp-negotiator.ts';
import type { RtpEngine, RtpSession } from '../../packages/offhook/src/media/rtp-negotiator.ts';

let folder: string;
let engine: RtpEngine;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'offhook-media-'));
  engine = rtp({ host: '127.0.0.1', portRange: await freePorts(100) });
});

afterAll(async () => {
  await engine.close();
  await rm(folder, { recursive: true });
});

async function agree(
  offerer: RtpSession,
  answerer: RtpSession,
  direction: 'sendrecv' | 'inactive' = 'sendrecv',
) {
  const offer = await offerer.createOffer({ direction });
  await offerer.applyAnswer(await answerer.createAnswer(offer, { direction: 'sendrecv' }));
}

// Real sockets and real time, since this is what is tested; about two seconds in all.
test('a 1 kHz tone arrives as one, a hold stops the packets, and a key arrives once', async () => {
  const alice = engine.open();
  const bob = engine.open();
  const digits: string[] = [];
  let firstPackets = 0;
  bob.on('dtmf', (digit) => digits.push(digit));
  bob.on('firstPacket', () => (firstPackets += 1));
  await agree(alice, bob);

  const file = join(folder, 'heard.wav');
  await bob.record(file);
  const tone = alice.play({ kind: 'tone', hertz: 1000 });
  await pass(900);
  expect(await bob.stopRecording()).toMatchObject({ droppedMilliseconds: 0 });
  const peak = peakHertz(samplesOf(await readFile(file)));
  expect(Math.abs(peak - 1000)).toBeLessThanOrEqual(5);
  expect(firstPackets).toBe(1);

  await alice.stopPlaying();
  expect(await tone).toBe('stopped');
  await alice.dtmf('5#');
  // The peer sends its keys in INFO as well.
  bob.hearKey('5');
  bob.hearKey('#');
  await pass(30);
  expect(digits).toEqual(['5', '#']);

  const before = await alice.statistics();
  await agree(alice, bob, 'inactive');
  const held = await alice.statistics();
  await pass(150);
  expect((await alice.statistics()).sentPackets).toBe(held.sentPackets);

  await agree(alice, bob);
  await pass(150);
  const after = await alice.statistics();
  expect(after.sentPackets).toBeGreaterThanOrEqual(held.sentPackets + 5);
  expect(after.ssrc).toBe(before.ssrc);
  const heard = await bob.statistics();
  expect(heard).toMatchObject({
    lostPackets: 0,
    foreignPackets: 0,
    malformedPackets: 0,
    codec: 'PCMU',
  });
  await Promise.all([alice.close(), bob.close()]);
});

test.each(['G722', 'opus'] as const)(
  '%s is agreed where it is named first, and carries a tone and keys',
  async (name) => {
    const wide = rtp({ codecs: [name, 'PCMU'], portRange: await freePorts(20) });
    const [alice, bob] = [wide.open(), wide.open()];
    const digits: string[] = [];
    bob.on('dtmf', (digit) => digits.push(digit));
    await agree(alice, bob);
    expect(alice.streams[0]?.codec).toBe(name);
    const file = join(folder, `${name}.wav`);
    await bob.record(file);
    const tone = alice.play({ kind: 'tone', hertz: 1000, milliseconds: 800 });
    expect(await tone).toBe('ended');
    await alice.dtmf('7');
    await bob.stopRecording();
    expect(Math.abs(peakHertz(samplesOf(await readFile(file))) - 1000)).toBeLessThanOrEqual(5);
    await expect.poll(() => digits).toEqual(['7']);
    expect(await bob.statistics()).toMatchObject({ codec: name, lostPackets: 0 });
    await wide.close();
  },
);

test('an echo sends back what it hears', async () => {
  const alice = engine.open();
  const echo = engine.open();
  await agree(alice, echo);
  await echo.echo(true);
  const file = join(folder, 'echoed.wav');
  await alice.record(file);
  const ended = alice.play({ kind: 'tone', hertz: 440, milliseconds: 400 });
  expect(await ended).toBe('ended');
  await alice.stopRecording();
  expect(Math.abs(peakHertz(samplesOf(await readFile(file))) - 440)).toBeLessThanOrEqual(5);
  await Promise.all([alice.close(), echo.close()]);
});

const both = { direction: 'sendrecv' } as const;

test('ports are taken in pairs, come back, and their end is told', async () => {
  const { first: begin } = await freePorts(8);
  const small = rtp({ portRange: { first: begin + 1, last: begin + 6 } });
  const [first, second, third] = [small.open(), small.open(), small.open()];
  const ports = [await first.createOffer(both), await second.createOffer(both)].map(portOf);
  expect(new Set(ports)).toEqual(new Set([begin + 2, begin + 4]));
  await expect(third.createOffer(both)).rejects.toMatchObject({ name: 'NoMediaPort' });
  await first.close();
  expect(portOf(await third.createOffer(both))).toBe(ports[0]);
  await expect(first.statistics()).rejects.toMatchObject({ name: 'MediaClosed' });
  await small.close();
  await expect(second.statistics()).rejects.toMatchObject({ name: 'MediaClosed' });
  await small.close();
});

test('offers without answers, early answers and offers again and again take no more ports, and all come back (A50)', async () => {
  const few = await freePorts(8);
  const small = rtp({ portRange: few });
  const parsed = parseSdp(
    'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\n',
  );
  if (!parsed.ok) throw new Error(parsed.error.text);
  for (let round = 0; round < 100; round += 1) {
    const [unanswered, early, long, answering] = [0, 1, 2, 3].map(() => small.open());
    if (unanswered === undefined || early === undefined) throw new Error('There is no session');
    await Promise.all([unanswered.createOffer(both), early.createOffer(both)]);
    await early.applyAnswer(parsed.value);
    for (let again = 0; again < 5; again += 1) {
      await long?.createOffer(both);
      if (again % 2 === 0) long?.rollback();
      else await long?.applyAnswer(parsed.value);
      await answering?.createAnswer(parsed.value, both);
    }
    const fifth = small.open();
    await expect(fifth.createOffer(both)).rejects.toBeInstanceOf(NoMediaLeft);
    for (const each of [unanswered, early, long, answering, fifth]) await each?.close();
  }
  const all = [0, 1, 2, 3].map(() => small.open());
  const ports = await Promise.all(all.map((each) => each.createOffer(both).then(portOf)));
  expect(new Set(ports)).toEqual(new Set([0, 2, 4, 6].map((offset) => few.first + offset)));
  await small.close();
});

test('a peer that is not there changes nothing', async () => {
  const alice = engine.open();
  await alice.createOffer(both);
  await alice.applyAnswer(sdp('m=audio 9 RTP/AVP 8 97\r\na=rtpmap:97 telephone-event/8000\r\n'));
  await alice.dtmf('1');
  const statistics = await alice.statistics();
  expect(statistics).toMatchObject({
    codec: 'PCMA',
    receivedPackets: 0,
    silentMilliseconds: undefined,
  });
  expect(statistics.sentPackets).toBeGreaterThanOrEqual(7);
  await expect(alice.dtmf('x')).rejects.toThrow(TypeError);
  await alice.close();
});

test('RFC 3264 §8: an offer that cannot be taken leaves the agreement, and a rollback brings it back', async () => {
  const alice = engine.open();
  const offer = sdp('m=audio 9 RTP/AVP 0\r\n');
  await alice.createAnswer(offer, both);
  expect(alice.streams).toMatchObject([
    { codec: 'PCMU', direction: 'sendrecv', remote: { port: 9 } },
  ]);
  await expect(alice.createAnswer(sdp('m=audio 9 RTP/AVP 9\r\n'), both)).rejects.toThrow(
    NoCommonMedia,
  );
  expect(alice.streams).toMatchObject([{ codec: 'PCMU', direction: 'sendrecv' }]);
  await alice.createAnswer(sdp('m=audio 9 RTP/AVP 0\r\na=inactive\r\n'), both);
  expect(alice.streams).toMatchObject([{ direction: 'inactive' }]);
  alice.rollback();
  expect(alice.streams).toMatchObject([{ direction: 'sendrecv' }]);
  expect((await alice.createOffer({ direction: 'sendonly' })).media[0]?.direction).toBe('sendonly');
  alice.rollback();
  await expect(alice.applyAnswer(offer)).rejects.toThrow('no offer');
  expect(await alice.statistics()).toMatchObject({ direction: 'sendrecv' });
  await alice.close();
});

test('a file that is not there or is none is told, and one that is there is played to its end', async () => {
  const alice = engine.open();
  await alice.createAnswer(sdp('m=audio 9 RTP/AVP 0\r\n'), both);
  const missing = alice.play({ kind: 'file', path: join(folder, 'missing.wav') });
  await expect(missing).rejects.toMatchObject({ code: 'ENOENT' });
  await expect(alice.record(join(folder, 'missing', 'x.wav'))).rejects.toMatchObject({
    code: 'ENOENT',
  });
  const file = join(folder, 'short.wav');
  await writeFile(file, 'no sound');
  await expect(alice.play({ kind: 'file', path: file })).rejects.toMatchObject({
    name: 'UnplayableFile',
  });
  await alice.record(file);
  await pass(60);
  expect(await alice.stopRecording()).toMatchObject({ droppedMilliseconds: 0 });
  expect(await alice.stopRecording()).toBeUndefined();
  expect(await alice.play({ kind: 'file', path: file })).toBe('ended');
  const endless = alice.play({ kind: 'silence' });
  await alice.close();
  expect(await endless).toBe('stopped');
});

function sdp(lines: string): SessionDescription {
  const text = `v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n${lines}`;
  const parsed = parseSdp(text);
  if (!parsed.ok) throw new Error(parsed.error.text);
  return parsed.value;
}

function portOf(description: SessionDescription): number | undefined {
  return description.media[0]?.port;
}

function samplesOf(wav: Uint8Array): Int16Array {
  const view = new DataView(wav.buffer, wav.byteOffset, wav.byteLength);
  return Int16Array.from({ length: view.getUint32(40, true) / 2 }, (_, index) =>
    view.getInt16(44 + 2 * index, true),
  );
}

/** The strongest frequency in steps of 1 Hz (Goertzel). */
function peakHertz(samples: Int16Array): number {
  let best = { hertz: 0, power: 0 };
  for (let hertz = 200; hertz < 3800; hertz += 1) {
    const factor = 2 * Math.cos((2 * Math.PI * hertz) / 8000);
    let [before, last] = [0, 0];
    for (const sample of samples) [before, last] = [last, sample + factor * last - before];
    const power = before ** 2 + last ** 2 - factor * before * last;
    if (power > best.power) best = { hertz, power };
  }
  return best.hertz;
}

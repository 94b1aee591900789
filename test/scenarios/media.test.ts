// Two ends of plain RTP on loopback: what one plays the other records, and hold, resume and keys do as agreed.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rtp } from '../../packages/offhook/src/media/rtp-negotiator.ts';
import type { RtpEngine, RtpSession } from '../../packages/offhook/src/media/rtp-negotiator.ts';

let folder: string;
let engine: RtpEngine;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'offhook-media-'));
  engine = rtp({ host: '127.0.0.1', portRange: { first: 42_000, last: 42_999 } });
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

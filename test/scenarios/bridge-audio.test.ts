// The audio of bridged telephones on loopback: other codecs made into each other, keys by whichever way, music for who is held.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Bridge, BridgeEngine } from '../../packages/offhook/src/media/bridge.ts';
import type { CodecName } from '../../packages/offhook/src/media/codec/codec.ts';
import { embeddedBridge } from '../../packages/offhook/src/media/embedded/engine.ts';
import { rtp } from '../../packages/offhook/src/media/rtp-negotiator.ts';
import type { RtpEngine, RtpSession } from '../../packages/offhook/src/media/rtp-negotiator.ts';
import { listen, loudSeconds, readWav } from '../peers/audio.ts';

let folder: string;
let engine: BridgeEngine;
const phones: RtpEngine[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'offhook-bridge-'));
  engine = embeddedBridge({ threads: 1, portRange: { first: 63_000, last: 63_499 } });
});

afterAll(async () => {
  await engine.close();
  for (const phone of phones) await phone.close();
  await rm(folder, { recursive: true });
});

function phone(...codecs: readonly CodecName[]): RtpSession {
  const made = rtp({ codecs, portRange: { first: 63_500, last: 63_999 } });
  phones.push(made);
  return made.open();
}

function open(): Bridge {
  const bridge = engine.open();
  bridge.addParty('caller', { kind: 'rtp' });
  bridge.addParty('callee', { kind: 'rtp' });
  return bridge;
}

/** The caller offers, with `wish`, and the callee answers. */
async function agree(
  bridge: Bridge,
  caller: RtpSession,
  callee: RtpSession,
  direction: 'sendrecv' | 'sendonly' = 'sendrecv',
): Promise<void> {
  const offer = await bridge.offer('caller', await caller.createOffer({ direction }), 'callee');
  const answer = await callee.createAnswer(offer, { direction: 'sendrecv' });
  await caller.applyAnswer(await bridge.answer('callee', answer, 'caller'));
}

/** What `listener` hears in a second while `speaker` plays 1000 Hz. */
async function heard(speaker: RtpSession, listener: RtpSession, name: string): Promise<number> {
  const playing = speaker.play({ kind: 'tone', hertz: 1000 });
  await expect
    .poll(async () => (await listener.statistics()).receivedPackets, { timeout: 10_000 })
    .toBeGreaterThan(20);
  const file = join(folder, `${name}.wav`);
  await listener.record(file);
  await pass(1200);
  await listener.stopRecording();
  await speaker.stopPlaying();
  await playing;
  const sound = readWav(file);
  expect(loudSeconds(sound)).toBeGreaterThan(0.5);
  return listen(sound, 0.3, 0.6).hertz;
}

test.each([
  ['opus', 'PCMU'],
  ['opus', 'G722'],
  ['G722', 'PCMA'],
] as const)('%s and %s talk through a bridge, each in its own codec', async (one, other) => {
  const bridge = open();
  const [caller, callee] = [phone(one), phone(other)];
  await agree(bridge, caller, callee);
  expect(caller.streams[0]?.codec).toBe(one);
  expect(callee.streams[0]?.codec).toBe(other);
  expect(Math.abs((await heard(caller, callee, `${one}-${other}`)) - 1000)).toBeLessThan(5);
  expect(Math.abs((await heard(callee, caller, `${other}-${one}`)) - 1000)).toBeLessThan(5);
  const keys: string[] = [];
  const told: string[] = [];
  callee.on('dtmf', (key) => keys.push(key));
  bridge.on('key', ({ party, key }) => told.push(`${party} ${key}`));
  await caller.dtmf('5#');
  await expect.poll(() => keys).toEqual(['5', '#']);
  expect(told).toEqual(['caller 5', 'caller #']);
  for (const side of [caller, callee]) {
    const { lostPackets, malformedPackets } = await side.statistics();
    expect({ lostPackets, malformedPackets }).toEqual({ lostPackets: 0, malformedPackets: 0 });
  }
  await bridge.close();
});

test('where a codec is shared, its packets are passed on, whatever else each side has', async () => {
  const bridge = open();
  const [caller, callee] = [phone('opus', 'PCMU'), phone('PCMU', 'G722')];
  await agree(bridge, caller, callee);
  expect(caller.streams[0]?.codec).toBe('PCMU');
  expect(callee.streams[0]?.codec).toBe('PCMU');
  await bridge.close();
});

test('a key that came by signalling is pressed towards the other party, once', async () => {
  const bridge = open();
  const [caller, callee] = [phone('PCMU'), phone('PCMU')];
  await agree(bridge, caller, callee);
  const keys: string[] = [];
  callee.on('dtmf', (key) => keys.push(key));
  await expect
    .poll(async () => (await callee.statistics()).receivedPackets, { timeout: 10_000 })
    .toBeGreaterThan(5);
  bridge.press('callee', '7');
  await expect.poll(() => keys).toEqual(['7']);
  // Who sends it in the media as well is heard once, from then on by his surer way.
  await caller.dtmf('7');
  bridge.press('callee', '7');
  await caller.dtmf('8');
  bridge.press('callee', '8');
  await expect.poll(() => keys).toContain('8');
  await pass(300);
  expect(keys.filter((key) => key === '8')).toEqual(['8']);
  expect((await callee.statistics()).lostPackets).toBe(0);
  await bridge.close();
});

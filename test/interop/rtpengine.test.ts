// Bridges on a real rtpengine: plain and encrypted phones, forks, re-offers, keys.
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { bridgeContract } from '../../packages/offhook/src/media/bridge-contract.test-kit.ts';
import { rtp } from '../../packages/offhook/src/media/rtp-negotiator.ts';
import type { RtpSession, SrtpPolicy } from '../../packages/offhook/src/media/rtp-negotiator.ts';
import { rtpengineBridge } from '../../packages/offhook/src/media/rtpengine/engine.ts';
import type { Bridge, BridgeEngine } from '../../packages/offhook/src/media/bridge.ts';
import { formatSdp, parseSdp } from '@offhook/sip/sdp';
import type { SessionDescription } from '@offhook/sip/sdp';
import { listen, readWav, tone, writeWav } from '../peers/audio.ts';
import { Chromium, hasChromium } from '../peers/chromium.ts';
import type { TestPage } from '../peers/chromium.ts';
import { servePage } from '../peers/page-server.ts';
import { hasRtpengine, Rtpengine } from '../peers/rtpengine.ts';
import { pause, World } from '../peers/world.ts';

if (hasRtpengine) {
  bridgeContract(
    'rtpengine',
    async () => {
      const world = new World();
      const { engine } = await start(world);
      return { engine, close: async () => await world[Symbol.asyncDispose]() };
    },
    { describe, test },
  );
}

test.runIf(hasRtpengine).each([
  ['off', 'off'],
  ['required', 'off'],
  ['off', 'required'],
  ['optional', 'optional'],
  ['required', 'required'],
] as const)(
  'a phone with SRTP %s calls one with SRTP %s through rtpengine: both hear each other, hold, and go on',
  async (callers, callees) => {
    await using world = new World();
    const { bridge } = await start(world);
    const [alice, bob] = [phone(world, callers), phone(world, callees)];
    bridge.addParty('caller', { kind: 'rtp', srtp: callers });
    bridge.addParty('callee', { kind: 'rtp', srtp: callees });
    await join(bridge, ['caller', alice], ['callee', bob]);
    expect(alice.streams[0]?.codec).toBe('PCMU');
    await hear(world, alice, bob);
    await hear(world, bob, alice);
    // Held by the callee, and talked to again.
    await join(bridge, ['callee', bob], ['caller', alice], 'sendonly');
    expect(alice.streams[0]?.direction).toBe('recvonly');
    await join(bridge, ['callee', bob], ['caller', alice]);
    expect(alice.streams[0]?.direction).toBe('sendrecv');
    await hear(world, alice, bob);
    const counted = await bridge.close();
    expect(counted.get('caller')?.[0]?.receivedPackets).toBeGreaterThan(10);
    expect(counted.get('callee')?.[0]).toMatchObject({ line: 0, codec: 'PCMU' });
  },
);

test.runIf(hasRtpengine)(
  'a call that forks is heard from whichever phone answered last, and goes on when the other is taken out',
  async () => {
    await using world = new World();
    const { bridge } = await start(world);
    const [alice, bob, carol] = [phone(world), phone(world), phone(world)];
    bridge.addParty('caller', { kind: 'rtp' });
    bridge.addParty('callee-1', { kind: 'rtp' });
    bridge.addParty('callee-2', { kind: 'rtp' });
    const offer = await alice.createOffer({ direction: 'sendrecv' });
    const toBob = await bridge.offer('caller', offer, 'callee-1');
    const toCarol = await bridge.offer('caller', offer, 'callee-2');
    const early = await bob.createAnswer(toBob, { direction: 'sendrecv' });
    const first = await bridge.answer('callee-1', early, 'caller');
    await alice.applyAnswer(first);
    await hear(world, bob, alice);
    const late = await carol.createAnswer(toCarol, { direction: 'sendrecv' });
    const second = await bridge.answer('callee-2', late, 'caller');
    expect(second.media[0]?.port).toBe(first.media[0]?.port);
    bridge.removeParty('callee-1');
    await hear(world, carol, alice);
    await hear(world, alice, carol);
  },
);

test.runIf(hasRtpengine)(
  'a refused offer changes nothing, and keys that came by signalling are heard in the media (RFC 4733)',
  async () => {
    await using world = new World();
    const { bridge } = await start(world);
    const [alice, bob] = [phone(world), phone(world)];
    bridge.addParty('caller', { kind: 'rtp' });
    bridge.addParty('callee', { kind: 'rtp' });
    await join(bridge, ['caller', alice], ['callee', bob]);
    await bridge.offer('caller', await alice.createOffer({ direction: 'inactive' }), 'callee');
    alice.rollback();
    bridge.rollback('caller', 'callee');
    await hear(world, alice, bob);
    await hear(world, bob, alice);
    const keys: string[] = [];
    bob.on('dtmf', (key) => keys.push(key));
    for (const key of '15#') bridge.press('callee', key);
    await world.until('three keys', () => keys.length === 3);
    expect(keys).toEqual(['1', '5', '#']);
    await hear(world, alice, bob);
  },
);

test.runIf(hasRtpengine)(
  'a call is told to be broken when rtpengine was started anew, and the next one is taken by the new one (X08)',
  async () => {
    await using world = new World();
    const { bridge, rtpengine, engine } = await start(world);
    const [alice, bob] = [phone(world), phone(world)];
    bridge.addParty('caller', { kind: 'rtp' });
    bridge.addParty('callee', { kind: 'rtp' });
    const broken: string[] = [];
    bridge.on('broken', ({ reason }) => broken.push(reason));
    await join(bridge, ['caller', alice], ['callee', bob]);
    await rtpengine.restart();
    await world.until('the call to be broken', () => broken.length === 2, 20_000);
    expect(broken[0]).toBe('rtpengine has lost the call');
    const next = engine.open();
    next.addParty('caller', { kind: 'rtp' });
    next.addParty('callee', { kind: 'rtp' });
    await join(next, ['caller', phone(world)], ['callee', phone(world)]);
  },
);

test.runIf(hasRtpengine && hasChromium)(
  'a browser and a phone hear each other through rtpengine: called, calling, held, with an ICE restart and with transcoding',
  async () => {
    await using world = new World(90_000);
    const { engine } = await start(world);
    const microphone = path.join(world.folder, 'microphone.wav');
    writeWav(microphone, tone(1_000, 2, 48_000));
    const chromium = await Chromium.start(world, { microphone });
    const page = await chromium.page(await servePage(world, 'peer-connection.ts'));
    const calls = async (codecs: readonly string[] | undefined): Promise<Bridge> => {
      const bridge = engine.open();
      const bob = phone(world);
      bridge.addParty('browser', { kind: 'webrtc' });
      bridge.addParty('phone', { kind: 'rtp' });
      await page.run('open', { bundlePolicy: 'max-bundle' });
      await offerToPhone(bridge, page, bob, { codecs });
      await world.until('media', async () => (await page.run('state')) === 'connected', 20_000);
      const playing = bob.play({ kind: 'tone', hertz: 440 });
      await heardBy(world, page, 440);
      await heardFile(world, bob);
      await offerToPhone(bridge, page, bob, { iceRestart: true });
      await world.until('media', async () => (await page.run('state')) === 'connected', 20_000);
      await heardFile(world, bob);
      // Held by the phone, and talked to again.
      for (const [direction, hertz] of [
        ['inactive', 0],
        ['sendrecv', 440],
      ] as const) {
        const made = await bridge.offer('phone', await bob.createOffer({ direction }), 'browser');
        const answer = asDescription(await page.run<string>('answer', formatSdp(made)));
        await bob.applyAnswer(await bridge.answer('browser', answer, 'phone'));
        await heardBy(world, page, hertz);
      }
      const keys: string[] = [];
      bob.on('dtmf', (key) => keys.push(key));
      await page.run('press', '42');
      await world.until('two keys', () => keys.length >= 2);
      expect(keys).toEqual(['4', '2']);
      await bob.stopPlaying();
      await playing;
      expect(await page.run('counted')).toMatchObject({ lost: 0 });
      await page.run('close');
      return bridge;
    };
    const plain = await (await calls(undefined)).close();
    expect(plain.get('browser')?.[0]?.codec).toBe('PCMU');
    // A browser with Opus alone, and a phone that has none.
    const transcoded = await (await calls(['audio/opus', 'audio/telephone-event'])).close();
    expect(transcoded.get('browser')?.[0]?.codec).toBe('opus');
    expect(transcoded.get('phone')?.[0]?.codec).toBe('PCMU');
    // And called by the phone.
    const bridge = engine.open();
    const bob = phone(world);
    bridge.addParty('browser', { kind: 'webrtc' });
    bridge.addParty('phone', { kind: 'rtp' });
    await page.run('open');
    const offer = await bridge.offer(
      'phone',
      await bob.createOffer({ direction: 'sendrecv' }),
      'browser',
    );
    const answer = asDescription(await page.run<string>('answer', formatSdp(offer)));
    await bob.applyAnswer(await bridge.answer('browser', answer, 'phone'));
    await world.until('media', async () => (await page.run('state')) === 'connected', 20_000);
    await heardFile(world, bob);
    await page.run('close');
  },
  100_000,
);

async function offerToPhone(
  bridge: Bridge,
  page: TestPage,
  phone: RtpSession,
  options: object,
): Promise<void> {
  const offer = asDescription(await page.run<string>('offer', options));
  const made = await bridge.offer('browser', offer, 'phone');
  const answer = await phone.createAnswer(made, { direction: 'sendrecv' });
  await page.run('accept', formatSdp(await bridge.answer('phone', answer, 'browser')));
}

async function heardBy(world: World, page: TestPage, hertz: number): Promise<void> {
  await world.until(
    `${hertz} Hz`,
    async () => Math.abs((await page.run<number>('hears')) - hertz) < 20,
    15_000,
  );
}

async function heardFile(world: World, by: RtpSession): Promise<void> {
  await world.until(
    '1000 Hz',
    async () => {
      const file = path.join(world.folder, 'heard.wav');
      await by.record(file);
      await pause(500);
      await by.stopRecording();
      return Math.abs(listen(readWav(file), 0.2, 0.25).hertz - 1_000) < 10;
    },
    15_000,
  );
}

function asDescription(sdp: string): SessionDescription {
  const parsed = parseSdp(sdp);
  if (!parsed.ok) throw new Error(parsed.error.text);
  return parsed.value;
}

async function start(
  world: World,
): Promise<{ bridge: Bridge; rtpengine: Rtpengine; engine: BridgeEngine }> {
  const rtpengine = await Rtpengine.start(world);
  const engine = rtpengineBridge({
    addresses: [rtpengine.address],
    keyLog: rtpengine.keyLog,
  });
  world.own(engine);
  return { bridge: engine.open(), rtpengine, engine };
}

function phone(world: World, srtp: SrtpPolicy = 'off'): RtpSession {
  const engine = rtp({ host: '127.0.0.1', srtp });
  world.own(engine);
  return engine.open();
}

async function join(
  bridge: Bridge,
  [from, offerer]: readonly [string, RtpSession],
  [to, answerer]: readonly [string, RtpSession],
  direction: 'sendrecv' | 'sendonly' = 'sendrecv',
): Promise<void> {
  const offer = await bridge.offer(from, await offerer.createOffer({ direction }), to);
  const answer = await answerer.createAnswer(offer, { direction: 'sendrecv' });
  await offerer.applyAnswer(await bridge.answer(to, answer, from));
}

async function hear(world: World, from: RtpSession, to: RtpSession): Promise<void> {
  const playing = from.play({ kind: 'tone', hertz: 1_000 });
  await heardFile(world, to);
  await from.stopPlaying();
  await playing;
}

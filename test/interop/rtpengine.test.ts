// Bridges on a real rtpengine: plain and encrypted phones, forks, re-offers, keys.
import path from 'node:path';
import { expect, test } from 'vitest';
import { rtp } from '../../packages/offhook/src/media/rtp-negotiator.ts';
import type { RtpSession, SrtpPolicy } from '../../packages/offhook/src/media/rtp-negotiator.ts';
import { rtpengineBridge } from '../../packages/offhook/src/media/rtpengine/engine.ts';
import type { Bridge } from '../../packages/offhook/src/media/bridge.ts';
import { listen, readWav } from '../peers/audio.ts';
import { hasRtpengine, Rtpengine } from '../peers/rtpengine.ts';
import { pause, World } from '../peers/world.ts';

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

async function start(world: World): Promise<{ bridge: Bridge; rtpengine: Rtpengine }> {
  const rtpengine = await Rtpengine.start(world);
  const engine = rtpengineBridge({ addresses: [rtpengine.address] });
  world.own(engine);
  return { bridge: engine.open(), rtpengine };
}

function phone(world: World, srtp: SrtpPolicy): RtpSession {
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
  const file = path.join(world.folder, 'heard.wav');
  const playing = from.play({ kind: 'tone', hertz: 1_000 });
  await to.record(file);
  await pause(800);
  await to.stopRecording();
  await from.stopPlaying();
  await playing;
  expect(Math.abs(listen(readWav(file), 0.3, 0.4).hertz - 1_000)).toBeLessThan(5);
}

// What a bridge says of its own: music, and keys as events or as sound.
import { dtmfDigit, parseRtp, parseTelephoneEvent } from '@offhook/sip/rtp';
import type { RtpPacket } from '@offhook/sip/rtp';
import { expect, test } from 'vitest';
import { music } from '../audio/music.ts';
import { tone } from '../audio/tone.ts';
import { amplitude } from '../audio/measure.test-kit.ts';
import { codecNamed } from '../codec/codec.ts';
import type { CodecName } from '../codec/codec.ts';
import { KeyListener } from '../key/listening.ts';
import { PacketRing } from '../packet-ring.ts';
import { openKeyPlayer } from './key-player.ts';
import { openPlayer } from './player.ts';
import type { PlayerOptions } from './player.ts';
import { formatsOf, heardBy } from './transcode.test-kit.ts';

function optionsFor(name: CodecName): { options: PlayerOptions; sent: RtpPacket[] } {
  const sent: RtpPacket[] = [];
  const options: PlayerOptions = {
    to: formatsOf(name),
    ptime: 20,
    ssrc: 9,
    sequence: 1,
    timestamp: 1000,
    ring: new PacketRing(4),
    send: (packet, length) => {
      const parsed = parseRtp(packet.slice(0, length));
      if (parsed !== undefined) sent.push(parsed);
    },
  };
  return { options, sent };
}

const names: readonly CodecName[] = ['PCMU', 'PCMA', 'G722', 'opus'];

test.each(names)('who is held hears what is played in %s', async (name) => {
  const { options, sent } = optionsFor(name);
  const player = await openPlayer(options);
  const source = tone({ hertz: 1000, amplitude: 0.3, milliseconds: 500 });
  for (let tick = 0; tick < 25; tick += 1) expect(player.play(source)).toBe(true);
  expect(player.play(source)).toBe(false);
  player.skip(10);
  player.play(tone({ hertz: 1000 }));
  const clockRate = codecNamed(name)?.clockRate ?? 0;
  expect(sent).toHaveLength(27);
  expect((sent[1]?.timestamp ?? 0) - 1000).toBe(clockRate / 50);
  expect((sent[26]?.timestamp ?? 0) - 1000).toBe((36 * clockRate) / 50);
  expect(sent.flatMap(({ marker }, index) => (marker ? [index] : []))).toEqual([0, 26]);
  const heard = await heardBy(name, sent.slice(0, 25));
  expect(amplitude(heard.subarray(1600), 1000, 16_000)).toBeCloseTo(0.3, 1);
  player.close();
});

test('the music is neither loud nor silent, and never the same for two seconds', () => {
  const source = music();
  const second = new Int16Array(8000);
  const levels = Array.from({ length: 60 }, () => {
    source.read(second);
    const power = second.reduce((sum, sample) => sum + sample ** 2, 0) / 8000;
    expect(Math.max(...second.map(Math.abs))).toBeLessThan(0.35 * 32_767);
    return Math.round(10 * Math.log10(power / 32_768 ** 2));
  });
  expect(Math.max(...levels)).toBeLessThan(-20);
  expect(Math.min(...levels)).toBeGreaterThan(-40);
});

test.each(names)('a key from signalling goes to %s as an event, once', async (name) => {
  const { options, sent } = optionsFor(name);
  const player = await openKeyPlayer(options);
  expect(player.active).toBe(false);
  expect(player.press('7')).toBe(true);
  expect(player.press('x')).toBe(false);
  for (let tick = 0; tick < 20; tick += 1) player.tick();
  expect(player.active).toBe(false);
  const clockRate = codecNamed(name)?.clockRate ?? 0;
  expect(sent.map(({ payload }) => parseTelephoneEvent(payload)?.duration)).toEqual(
    [1, 2, 3, 4, 5, 5, 5].map((part) => (part * clockRate) / 50),
  );
  expect(sent.map(({ payload }) => dtmfDigit(payload[0] ?? 0))).toEqual(Array(7).fill('7'));
  expect(new Set(sent.map(({ timestamp }) => timestamp))).toEqual(new Set([1000]));
  expect(sent.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  player.close();
});

test.each(names)('who takes no events hears the key in %s', async (name) => {
  const { options, sent } = optionsFor(name);
  const player = await openKeyPlayer({ ...options, to: formatsOf(name).slice(0, 1) });
  player.press('7');
  player.press('#');
  while (player.active) player.tick();
  const heard = await heardBy(name, sent);
  const ear = new KeyListener();
  const keys: string[] = [];
  // The ear listens at 8000 Hz; half of the samples are enough for tones below 2000 Hz.
  const half = heard.filter((_, index) => index % 2 === 0);
  for (let at = 0; at < half.length; at += 80) {
    const key = ear.take(half.subarray(at, at + 80));
    if (key !== undefined) keys.push(key);
  }
  expect(keys).toEqual(['7', '#']);
  player.close();
});

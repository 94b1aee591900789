// The sound of a stream: samples where they belong, loss as silence, Opus in packets, and never more than ten minutes.
import { expect, test } from 'vitest';
import type { StreamDocument } from '../document/document.ts';
import { audioOf } from './audio.ts';
import { alice, bob, datagrams, evenly, tone } from './packets.test-kit.ts';
import type { SentPacket } from './packets.test-kit.ts';
import { StreamTable } from './table.ts';

function walk(packets: readonly SentPacket[], name = 'PCMU'): ReturnType<typeof audioOf> {
  const seen = datagrams(packets);
  const table = new StreamTable();
  const clockRate = name === 'opus' ? 48_000 : 8000;
  const codec = { payloadType: packets[0]?.payloadType ?? 0, name, clockRate };
  table.learn({ ...bob, codecs: [{ ...codec, channels: undefined, format: undefined }] });
  for (const each of seen) table.add(each);
  const [stream] = table.all;
  // Packets of another stream stand between.
  const others = datagrams(evenly(20), bob, alice, 3);
  return stream && audioOf(stream, [...others, ...seen, ...others]);
}

test('G.711 as samples at 8 kHz: what is late stands in its place, what is lost is silence', () => {
  const sent = evenly(10);
  const [late, next] = [sent[4], sent[5]];
  if (late === undefined || next === undefined) throw new Error('There are too few packets');
  const sound = walk([
    ...sent.slice(0, 4),
    { ...late, at: next.at + 1 },
    ...sent.slice(5, 7),
    ...sent.slice(8),
  ]);
  if (sound?.kind !== 'pcm') throw new Error('It is no sound');
  expect(sound).toMatchObject({ startedAt: 0, sampleRate: 8000 });
  expect(sound.samples.length).toBe(1600);
  const loud = Array.from({ length: 10 }, (_, at) =>
    sound.samples.slice(160 * at, 160 * at + 160).some(Boolean),
  );
  expect(loud).toEqual(Array.from({ length: 10 }, (_, at) => at !== 7));
});

test('Opus as packets with their times', () => {
  const packets = evenly(5).map((each) => ({
    ...each,
    payloadType: 111,
    timestamp: each.timestamp * 6,
  }));
  const sound = walk(packets, 'opus');
  expect(sound).toMatchObject({ kind: 'opus', startedAt: 0 });
  expect(
    sound?.kind === 'opus' && sound.packets.map(({ at, payload }) => [at, payload.length]),
  ).toEqual([0, 20, 40, 60, 80].map((at) => [at, tone.length]));
});

test('a timestamp that jumps does not stretch it, and ten minutes are the most', () => {
  const far = evenly(10, 200).map((each) => ({
    ...each,
    sequence: each.sequence + 10,
    timestamp: each.timestamp + 2 ** 31,
  }));
  const sound = walk([...evenly(10), ...far]);
  expect(sound?.kind === 'pcm' && sound.samples.length).toBe(3200);
  const long = [...evenly(10), ...evenly(10, 700_000, 35_000)];
  const cut = walk(long);
  expect(cut?.kind === 'pcm' && cut.samples.length).toBe(1600);
});

test('what is encrypted, and what is in another codec, cannot be listened to', () => {
  const seen = datagrams(evenly(10));
  const table = new StreamTable();
  table.learn({ ...bob, codecs: [], encrypted: true });
  for (const each of seen) table.add(each);
  const [stream] = table.all;
  expect(stream?.encrypted).toBe(true);
  const plain: StreamDocument | undefined = stream && {
    ...stream,
    encrypted: false,
    codec: 'G722',
  };
  expect(stream && audioOf(stream, seen)).toBeUndefined();
  const wide = datagrams(evenly(10).map((each) => ({ ...each, payloadType: 9 })));
  expect(plain && audioOf(plain, wide)).toBeUndefined();
});

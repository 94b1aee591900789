// The jitter buffer on virtual time: a packet every 20 ms on one side, a frame every 20 ms on the other.
import { expect, test } from 'vitest';
import { JitterBuffer } from './jitter.ts';
import type { FrameKind } from './jitter.ts';

interface Arrival {
  readonly packet: number;
  readonly at: number;
}

interface Played {
  readonly kinds: FrameKind[];
  /** The number of the packet that was heard in each frame; 0 for silence. */
  readonly heard: number[];
}

const start = 0xffff_ff00;

/** Plays what arrives; packet n holds 160 samples of the value n. */
function play(
  buffer: JitterBuffer,
  arrivals: readonly Arrival[],
  frames: number,
  samples = 160,
): Played {
  const played: Played = { kinds: [], heard: [] };
  const frame = new Int16Array(160);
  const waiting = arrivals.toSorted((a, b) => a.at - b.at);
  for (let now = 0; now < frames * 20; now += 20) {
    while (waiting[0] !== undefined && waiting[0].at <= now) {
      const { packet, at } = waiting.shift() ?? { packet: 0, at: 0 };
      const value = new Int16Array(samples).fill(packet);
      buffer.push((start + (packet - 1) * samples) >>> 0, value, samples, at);
    }
    played.kinds.push(buffer.pull(frame, now));
    played.heard.push(frame[0] ?? 0);
  }
  return played;
}

const inTime = (count: number): Arrival[] =>
  Array.from({ length: count }, (_, index) => ({ packet: index + 1, at: index * 20 }));

test('packets in time are played in order after the delay, over the wrap of the timestamp', () => {
  const { heard, kinds } = play(new JitterBuffer(40), inTime(20), 12);
  expect(heard).toEqual([0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(kinds.slice(0, 3)).toEqual(['silence', 'silence', 'audio']);
});

test('packets that overtake each other are put in order', () => {
  const arrivals = inTime(20).map(({ packet, at }) => ({
    packet,
    at: packet % 3 === 2 ? at + 35 : at,
  }));
  const buffer = new JitterBuffer(40);
  expect(play(buffer, arrivals, 12).heard).toEqual([0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(buffer).toMatchObject({ late: 0, concealed: 0 });
});

test('a packet that left before the first that arrived is played first', () => {
  const arrivals = [{ packet: 2, at: 0 }, { packet: 1, at: 10 }, ...inTime(10).slice(2)];
  expect(play(new JitterBuffer(40), arrivals, 6).heard).toEqual([0, 0, 1, 2, 3, 4]);
});

test('a lost packet is covered by what came before it, softer', () => {
  const arrivals = inTime(20).map(({ packet, at }) => ({ packet: packet * 100, at }));
  const frame = new Int16Array(160);
  const buffer = new JitterBuffer(40);
  const heard: number[] = [];
  for (let tick = 0; tick < 12; tick += 1) {
    const arrival = arrivals[tick];
    if (arrival !== undefined && tick !== 5) {
      buffer.push(tick * 160, new Int16Array(160).fill(arrival.packet), 160, tick * 20);
    }
    buffer.pull(frame, tick * 20);
    heard.push(frame[0] ?? 0);
  }
  expect(heard).toEqual([0, 0, 100, 200, 300, 400, 500, 250, 700, 800, 900, 1000]);
  expect(buffer.concealed).toBe(1);
});

test('a long loss is covered for 60 ms and then silent', () => {
  const buffer = new JitterBuffer(40);
  const { kinds } = play(buffer, inTime(3), 12);
  expect(kinds.slice(2)).toEqual([
    ...['audio', 'audio', 'audio', 'concealed', 'concealed', 'concealed'],
    ...['silence', 'silence', 'silence', 'silence'],
  ]);
});

test('a packet after its time is dropped and counted', () => {
  const arrivals = inTime(20).map(({ packet, at }) => ({
    packet,
    at: packet === 5 ? at + 50 : at,
  }));
  const buffer = new JitterBuffer(40);
  const { heard, kinds } = play(buffer, arrivals, 12);
  expect(heard).toEqual([0, 0, 1, 2, 3, 4, 2, 6, 7, 8, 9, 10]);
  expect(kinds[6]).toBe('concealed');
  expect(buffer).toMatchObject({ late: 1, concealed: 1 });
});

test('when the way becomes longer for good, the delay grows with it', () => {
  const arrivals = inTime(60).map(({ packet, at }) => ({
    packet,
    at: packet > 10 ? at + 200 : at,
  }));
  const buffer = new JitterBuffer(40);
  const { heard } = play(buffer, arrivals, 60);
  expect(buffer.late).toBe(1);
  expect(heard.slice(25, 30)).toEqual([14, 15, 16, 17, 18]);
});

test('when the way becomes shorter again, the delay shrinks a frame at a time', () => {
  const arrivals = inTime(1500).map(({ packet, at }) => ({
    packet,
    at: packet > 10 && packet < 100 ? at + 200 : at,
  }));
  const buffer = new JitterBuffer(40);
  play(buffer, arrivals, 1500);
  expect(buffer.depth).toBeLessThanOrEqual(100);
  expect(buffer.leftOut).toBeGreaterThan(5);
});

test('a faster clock at the far end does not fill the buffer, and a slower one is covered', () => {
  const fast = new JitterBuffer(40);
  play(
    fast,
    inTime(6000).map(({ packet, at }) => ({ packet, at: at * 0.999 })),
    5990,
  );
  expect(fast.depth).toBeLessThanOrEqual(120);
  const slow = new JitterBuffer(40);
  const { kinds } = play(
    slow,
    inTime(6000).map(({ packet, at }) => ({ packet, at: at * 1.001 })),
    5990,
  );
  expect(kinds.filter((kind) => kind === 'audio').length).toBeGreaterThan(5900);
});

test('packets of 10, 30 and 60 ms are played without gaps', () => {
  for (const samples of [80, 240, 480]) {
    const arrivals = Array.from({ length: 60 }, (_, index) => ({
      packet: index + 1,
      at: (index * samples) / 8,
    }));
    const buffer = new JitterBuffer(40);
    const { kinds } = play(buffer, arrivals, 30, samples);
    expect(kinds.filter((kind) => kind !== 'audio')).toEqual(['silence', 'silence']);
  }
});

test('a pause of the sender is no loss of what follows', () => {
  const arrivals = inTime(100).filter(({ packet }) => packet <= 10 || packet > 60);
  const { heard } = play(new JitterBuffer(40), arrivals, 100);
  expect(heard.slice(62, 66)).toEqual([61, 62, 63, 64]);
});

test('timestamps that jump begin anew', () => {
  const buffer = new JitterBuffer(40);
  play(buffer, inTime(10), 10);
  const frame = new Int16Array(160);
  for (const jump of [500_000, -500_000]) {
    buffer.push(start + jump, new Int16Array(160).fill(7), 160, 1000);
    expect(buffer.pull(frame, 1020)).toBe('silence');
    expect(buffer.pull(frame, 1040)).toBe('audio');
    expect(frame[0]).toBe(7);
  }
  buffer.reset();
  expect(buffer.pull(frame, 2000)).toBe('silence');
});

test('X11: 5 % loss and 30 ms of jitter leave no gap above 200 ms', () => {
  let seed = 1;
  const chance = (): number => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  const arrivals = inTime(3000)
    .filter(() => chance() > 0.05)
    .map(({ packet, at }) => ({ packet, at: at + chance() * 30 }));
  const buffer = new JitterBuffer(40);
  const { kinds } = play(buffer, arrivals, 2990);
  let longest = 0;
  let gap = 0;
  for (const kind of kinds) {
    gap = kind === 'audio' ? 0 : gap + 20;
    longest = Math.max(longest, gap);
  }
  expect(longest).toBeLessThanOrEqual(200);
  expect(kinds.filter((kind) => kind === 'audio').length / kinds.length).toBeGreaterThan(0.93);
});

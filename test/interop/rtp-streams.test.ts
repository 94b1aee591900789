// The figures of RTP streams are those of tshark's `rtp,streams`: packets, losses, the longest pause, mean and highest jitter.
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import '@offhook/sip/node';
import { formatRtp, writeTelephoneEvent } from '@offhook/sip/rtp';
import { seededRandom } from '@offhook/sip/testing';
import { CaptureReader, PcapWriter, TraceBook } from '@offhook/sip/trace';
import type { WrittenDatagram } from '@offhook/sip/trace';
import { expect, test } from 'vitest';
import { installed } from '../peers/program.ts';
import { World } from '../peers/world.ts';

const faults = path.join(import.meta.dirname, '../../packages/offhook/faults');

/** One stream: packets, lost; longest pause, mean and highest jitter in milliseconds. */
type Figures = readonly [number, number, number, number, number];

/** By our own reader and book. */
function ours(bytes: Uint8Array): ReadonlyMap<string, Figures> {
  const reader = new CaptureReader();
  const book = new TraceBook();
  for (const item of [...reader.push(bytes), ...reader.end()]) book.add(item);
  return new Map(
    book.streams.map(({ source, destination, ssrc, packets, lost, ...stream }) => [
      `${source.host} ${source.port} ${destination.host} ${destination.port} ${ssrc}`,
      [packets, lost, stream.maxDelta, stream.meanJitter, stream.maxJitter],
    ]),
  );
}

/** By tshark. */
function theirs(file: string): ReadonlyMap<string, Figures> {
  const flags = ['-n', '-r', file, '-q', '-o', 'rtp.heuristic_rtp:TRUE', '-z', 'rtp,streams'];
  const table = execFileSync('tshark', flags, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const row =
    /^\s*\S+\s+\S+\s+(\S+)\s+(\d+)\s+(\S+)\s+(\d+)\s+0x(\S+)\s.*?\s(\d+)\s+(-?\d+) \([^)]*\)\s+\S+\s+\S+\s+(\S+)\s+\S+\s+(\S+)\s+(\S+)/;
  return new Map(
    table.split('\n').flatMap((line) => {
      const [, source, from, destination, to, ssrc = '', ...figures] = row.exec(line) ?? [];
      const [packets = 0, lost = 0, delta = 0, mean = 0, most = 0] = figures.map(Number);
      const key = `${source} ${from} ${destination} ${to} ${Number.parseInt(ssrc, 16)}`;
      return source === undefined ? [] : [[key, [packets, lost, delta, mean, most]] as const];
    }),
  );
}

/** They print three decimals, and round each time that they measure. */
function expectEqual(own: ReadonlyMap<string, Figures>, other: ReadonlyMap<string, Figures>): void {
  expect([...own.keys()].toSorted()).toEqual([...other.keys()].toSorted());
  for (const [key, [packets, lost, ...times]] of own) {
    const [theirPackets, theirLost, ...theirTimes] = other.get(key) ?? [];
    expect([packets, lost], key).toEqual([theirPackets, theirLost]);
    for (const [at, time] of times.entries())
      expect(Math.abs(time - (theirTimes[at] ?? Infinity)), `${key}: ${time}`).toBeLessThan(0.003);
  }
}

interface Weather {
  readonly loss: number;
  readonly twice: number;
  /** Share of packets that another overtakes. */
  readonly overtaken: number;
  /** Milliseconds. */
  readonly jitter: number;
}

/** A minute of one stream as it comes through bad weather; it begins and ends with packets that come in order. */
function stream(
  index: number,
  codec: { type: number; rate: number },
  weather: Weather,
): WrittenDatagram[] {
  const random = seededRandom(index + 1);
  const chance = (): number => random.fraction();
  const host = (last: number): string =>
    index % 2 === 0 ? `192.0.2.${last}` : `2001:db8::${last}`;
  const [source, destination] = [host(1), host(2)].map((each) => ({
    host: each,
    port: 20_000 + 2 * index,
  }));
  if (source === undefined || destination === undefined) throw new Error('There are two ends');
  const count = 1500;
  // Where numbers wrap while packets overtake each other, tshark counts the wrap twice.
  const first = weather.overtaken > 0 ? 1000 : 65_000;
  const sent: WrittenDatagram[] = [];
  for (let at = 0; at < count; at += 1) {
    const edge = at < 5 || at > count - 10;
    // A key is pressed now and then, and every hundredth packet begins a talkspurt.
    const isKey = at % 300 > 290 && !edge;
    const payload = new Uint8Array(isKey ? 4 : 160).fill(at);
    if (isKey) writeTelephoneEvent(payload, 0, { event: 5, end: false, volume: 10, duration: 160 });
    const bytes = formatRtp({
      payloadType: isKey ? 101 : at % 400 === 200 ? 13 : codec.type,
      sequence: (first + at) % 65_536,
      timestamp:
        ((isKey ? at - (at % 300) : at) * (codec.rate / 50) + 2 ** 32 - 5_000_000) % 2 ** 32,
      ssrc: 1000 + index,
      marker: at % 100 === 0,
      payload,
    });
    if (!edge && chance() < weather.loss) continue;
    const late = edge ? 0 : chance() * weather.jitter + (chance() < weather.overtaken ? 50 : 0);
    const arrived = 1_767_225_600_000 + index * 137 + at * 20 + Math.round(late * 1000) / 1000;
    sent.push({ at: arrived, source, destination, bytes });
    if (!edge && chance() < weather.twice)
      sent.push({ at: arrived + 0.5, source, destination, bytes });
  }
  return sent;
}

test.runIf(installed('tshark'))(
  'streams in all weathers: loss, doubles, overtaking, jitter, keys, comfort noise, talkspurts, numbers that wrap',
  async () => {
    await using world = new World();
    const weathers: readonly Weather[] = [
      { loss: 0, twice: 0, overtaken: 0, jitter: 0 },
      { loss: 0.1, twice: 0, overtaken: 0, jitter: 5 },
      { loss: 0.4, twice: 0, overtaken: 0, jitter: 15 },
      { loss: 0, twice: 0.05, overtaken: 0, jitter: 10 },
      { loss: 0.02, twice: 0.02, overtaken: 0.05, jitter: 40 },
    ];
    const codecs = [
      { type: 0, rate: 8000 },
      { type: 8, rate: 8000 },
      { type: 9, rate: 8000 },
    ];
    const writer = new PcapWriter();
    const packets = weathers
      .flatMap((weather, at) =>
        codecs.flatMap((codec, own) => stream(3 * at + own, codec, weather)),
      )
      .toSorted((one, other) => one.at - other.at);
    const bytes = Buffer.concat([writer.head, ...packets.map((one) => writer.datagram(one))]);
    const file = path.join(world.folder, 'weather.pcap');
    writeFileSync(file, bytes);
    const own = ours(bytes);
    expect(own.size).toBe(15);
    expectEqual(own, theirs(file));
  },
);

test.runIf(installed('tshark'))(
  'streams of real programs, in captures of the Fault Lab',
  async () => {
    await using world = new World();
    const names = readdirSync(faults).filter((name) => name.endsWith('.pcap.gz'));
    const spoken = names.filter((name) => /^(?:healthy|12|13|35)-/.test(name)).slice(0, 16);
    for (const name of spoken) {
      const bytes = gunzipSync(readFileSync(path.join(faults, name)));
      const file = path.join(world.folder, name.slice(0, -3));
      writeFileSync(file, bytes);
      expectEqual(ours(bytes), theirs(file));
    }
  },
);

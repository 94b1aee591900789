// Plays RTP packet by packet, well or badly on purpose: a tone, silence, pressed keys, with losses and delays as told.
import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { mulawBytes, tone } from '../peers/audio.ts';
import { hertz } from './lab.ts';
import type { Lab } from './lab.ts';

/** One end of a stream. */
export interface Place {
  readonly host: string;
  readonly port: number;
}

/** How a stream is played. */
export interface Playing {
  readonly from: Place;
  readonly to: Place;
  readonly seconds: number;
  /** Milliseconds after which it begins; its port is open from the start. */
  readonly after?: number;
  readonly ssrc: number;
  /** True for packets that are lost before anybody sees them. */
  readonly isLost?: (packet: number) => boolean;
  /** Milliseconds by which a packet is late. */
  readonly delay?: (packet: number) => number;
  /** Digital silence in place of the tone. */
  readonly silent?: boolean;
  /** Keys, pressed one after another for 160 ms each from the second half second on (RFC 4733). */
  readonly keys?: string;
  /** The payload type of the keys; 101 unless said. */
  readonly keyType?: number;
  /** Leaves the marker bit out of a key's first packet. */
  readonly withoutMarker?: boolean;
  /** The payload type of the sound; 0 unless said. Its octets are the same. */
  readonly type?: number;
  /** True for packets that are not sent because nobody speaks: no number is spent on them. */
  readonly pauses?: (packet: number) => boolean;
  /** Tells at the start of a pause how the silence sounds (RFC 3389). */
  readonly comfortNoise?: boolean;
}

const step = 20;
const samples = 160;
const packetsOfKey = 8;

const sockets = new WeakMap<Lab, Map<string, Socket>>();

/** The UDP socket of a place, open until the capture is over. */
export async function socketAt(lab: Lab, { host, port }: Place): Promise<Socket> {
  const open = sockets.get(lab) ?? new Map<string, Socket>();
  sockets.set(lab, open);
  const there = open.get(`${host} ${port}`);
  if (there !== undefined) return there;
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  open.set(`${host} ${port}`, socket);
  lab.world.own({ close: () => void socket.close() });
  await new Promise<void>((resolve) => {
    socket.bind(port, host, resolve);
  });
  return socket;
}

/** How far a source has counted: what it plays later goes on there (RFC 3550 §5.1). */
interface Counted {
  sequence: number;
  timestamp: number;
  at: number;
}

const counted = new WeakMap<Lab, Map<number, Counted>>();

function countOf(lab: Lab, ssrc: number): Counted {
  const sources = counted.get(lab) ?? new Map<number, Counted>();
  counted.set(lab, sources);
  const known = sources.get(ssrc) ?? { sequence: 1000, timestamp: 0, at: performance.now() };
  sources.set(ssrc, known);
  return known;
}

/** Plays it to its end. */
export async function plays(lab: Lab, playing: Playing): Promise<void> {
  const socket = await socketAt(lab, playing.from);
  const count = (playing.seconds * 1000) / step;
  const sound =
    playing.silent === true ? Buffer.alloc(samples, 0xff) : mulawBytes(tone(hertz, 0.02));
  const begin = performance.now() + (playing.after ?? 0);
  const source = countOf(lab, playing.ssrc);
  source.timestamp += Math.round((begin - source.at) / step) * samples;
  source.at = begin;
  for (let number = 0; number < count; number += 1) {
    const pauses = playing.pauses?.(number) === true;
    const told = playing.comfortNoise === true && playing.pauses?.(number - 1) !== true;
    if (pauses && !told) continue;
    const packet = pauses ? noiseOf(playing, number) : packetOf(playing, number, sound);
    packet.writeUInt16BE(source.sequence & 0xffff, 2);
    packet.writeUInt32BE(source.timestamp + packet.readUInt32BE(4), 4);
    source.sequence += 1;
    if (playing.isLost?.(number) === true) continue;
    const due = begin + number * step + (playing.delay?.(number) ?? 0) - performance.now();
    setTimeout(
      () => {
        socket.send(packet, playing.to.port, playing.to.host);
      },
      Math.max(0, due),
    );
  }
  const longest = Math.max(
    0,
    ...Array.from({ length: count }, (_, number) => playing.delay?.(number) ?? 0),
  );
  await new Promise((resolve) => {
    setTimeout(resolve, (playing.after ?? 0) + count * step + longest);
  });
}

function packetOf(
  { keys = '', keyType = 101, ssrc, ...playing }: Playing,
  number: number,
  sound: Buffer,
): Buffer {
  const head = Buffer.alloc(12);
  head.writeUInt8(0x80, 0);
  head.writeUInt32BE(ssrc, 8);
  const at = number - 25;
  const key = at < 0 ? undefined : keys[Math.floor(at / (2 * packetsOfKey))];
  const within = at % (2 * packetsOfKey);
  if (key === undefined || within >= packetsOfKey) {
    const begins = number === 0 || playing.pauses?.(number - 1) === true;
    head.writeUInt8((playing.type ?? 0) | (begins ? 0x80 : 0), 1);
    head.writeUInt32BE(number * samples, 4);
    return Buffer.concat([head, sound]);
  }
  const isFirst = within === 0 && playing.withoutMarker !== true;
  head.writeUInt8(keyType | (isFirst ? 0x80 : 0), 1);
  head.writeUInt32BE((number - within) * samples, 4);
  const event = Buffer.alloc(4);
  event.writeUInt8('0123456789*#ABCD'.indexOf(key), 0);
  event.writeUInt8((within >= packetsOfKey - 3 ? 0x80 : 0) | 10, 1);
  event.writeUInt16BE(Math.min(within + 1, packetsOfKey - 2) * samples, 2);
  return Buffer.concat([head, event]);
}

function noiseOf({ ssrc }: Playing, number: number): Buffer {
  const packet = Buffer.alloc(13);
  packet.writeUInt8(0x80, 0);
  packet.writeUInt8(13, 1);
  packet.writeUInt32BE(number * samples, 4);
  packet.writeUInt32BE(ssrc, 8);
  packet.writeUInt8(70, 12);
  return packet;
}

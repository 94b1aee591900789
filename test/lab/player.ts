// Plays RTP packet by packet, well or badly on purpose: a tone, silence, pressed keys, with losses and delays as told.
import { createSocket } from 'node:dgram';
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
}

const step = 20;
const samples = 160;
const packetsOfKey = 8;

/** Plays it to its end. */
export async function plays(lab: Lab, playing: Playing): Promise<void> {
  const socket = createSocket('udp4');
  lab.world.own({ close: () => void socket.close() });
  await new Promise<void>((resolve) => {
    socket.bind(playing.from.port, playing.from.host, resolve);
  });
  const count = (playing.seconds * 1000) / step;
  const sound =
    playing.silent === true ? Buffer.alloc(samples, 0xff) : mulawBytes(tone(hertz, 0.02));
  const begin = performance.now() + (playing.after ?? 0);
  for (let number = 0; number < count; number += 1) {
    const packet = packetOf(playing, number, sound);
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
  head.writeUInt16BE((1000 + number) & 0xffff, 2);
  head.writeUInt32BE(ssrc, 8);
  const at = number - 25;
  const key = at < 0 ? undefined : keys[Math.floor(at / (2 * packetsOfKey))];
  const within = at % (2 * packetsOfKey);
  if (key === undefined || within >= packetsOfKey) {
    head.writeUInt8(number === 0 ? 0x80 : 0, 1);
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

// A speaker of one codec and a listener of another with a transcoder between them, for tests.
import {
  parseRtp,
  RtpView,
  SequenceTracker,
  writeRtpHeader,
  writeTelephoneEvent,
} from '@offhook/sip/rtp';
import type { RtpPacket } from '@offhook/sip/rtp';
import { codecNamed } from '../codec/codec.ts';
import type { AudioEncoder, CodecName, SampleRate } from '../codec/codec.ts';
import { openDecoder, openEncoder } from '../codec/rates.ts';
import { PacketRing } from '../packet-ring.ts';
import type { LineFormat } from './format.ts';
import { openTranscoder } from './transcoder.ts';
import type { Transcoder, TranscoderOptions } from './transcoder.ts';

/** The formats of a party that speaks `name`, with keys and, if wished, comfort noise. */
export function formatsOf(name: CodecName, withNoise = false): readonly LineFormat[] {
  const codec = codecNamed(name);
  const clockRate = codec?.clockRate ?? 8000;
  const formats = [
    { payloadType: codec?.payloadType ?? 0, name, clockRate },
    { payloadType: clockRate === 48_000 ? 110 : 101, name: 'telephone-event', clockRate },
  ];
  return withNoise ? [...formats, { payloadType: 13, name: 'CN', clockRate: 8000 }] : formats;
}

/** A transcoder and what came out of it. */
export interface Bench {
  readonly transcoder: Transcoder;
  readonly sent: RtpPacket[];
  readonly speaker: Speaker;
}

/** Opens a transcoder from one codec to another, with a speaker in front of it. */
export async function bench(
  from: CodecName,
  to: CodecName,
  changes: Partial<TranscoderOptions> & { readonly ptime?: number; readonly speaks?: number } = {},
): Promise<Bench> {
  const sent: RtpPacket[] = [];
  const transcoder = await openTranscoder({
    from: formatsOf(from),
    to: formatsOf(to),
    ptime: 20,
    ssrc: 77,
    sequence: 65_534,
    timestamp: 0xffff_fe00,
    ring: new PacketRing(4),
    send: (packet, length) => {
      const parsed = parseRtp(packet.slice(0, length));
      if (parsed !== undefined) sent.push(parsed);
    },
    ...changes,
  });
  return { transcoder, sent, speaker: await Speaker.open(from, transcoder, changes.speaks ?? 20) };
}

/** Speaks one codec into a transcoder. */
export class Speaker {
  readonly clockRate: number;
  sequence = 100;
  timestamp = 4_000_000_000;
  ssrc = 5;
  now = 1000;
  readonly #milliseconds: number;
  readonly #transcoder: Transcoder;
  readonly #encoder: AudioEncoder;
  readonly #rate: SampleRate;
  readonly #payloadType: number;
  #tracker = new SequenceTracker();
  #phase = 0;

  static async open(
    name: CodecName,
    transcoder: Transcoder,
    milliseconds: number,
  ): Promise<Speaker> {
    const codec = codecNamed(name);
    if (codec === undefined) throw new TypeError('no codec');
    return new Speaker(transcoder, await openEncoder(codec, 16_000), codec, milliseconds);
  }

  private constructor(
    transcoder: Transcoder,
    encoder: AudioEncoder,
    codec: { readonly payloadType: number; readonly clockRate: number },
    milliseconds: number,
  ) {
    this.#transcoder = transcoder;
    this.#encoder = encoder;
    this.#rate = 16_000;
    this.#payloadType = codec.payloadType;
    this.clockRate = codec.clockRate;
    this.#milliseconds = milliseconds;
  }

  /** The next packet of a tone of 1000 Hz, as bytes; time goes on. */
  packet(): Uint8Array {
    const count = (this.#rate / 1000) * this.#milliseconds;
    const sound = Int16Array.from({ length: count }, (_, index) =>
      Math.round(9830 * Math.sin((2 * Math.PI * 1000 * (this.#phase + index)) / this.#rate)),
    );
    this.#phase += count;
    const bytes = new Uint8Array(1500);
    const length = this.#encoder.encode(sound, count, bytes, 12);
    return this.#numbered(
      bytes,
      length,
      this.#payloadType,
      false,
      this.timestamp,
      this.#milliseconds,
    );
  }

  /** A report of a key that began `begun` milliseconds ago. */
  key(event: number, begun: number, end: boolean, marker: boolean): Uint8Array {
    const units = (milliseconds: number): number => (milliseconds * this.clockRate) / 1000;
    const bytes = new Uint8Array(16);
    const start = this.timestamp - units(begun);
    writeTelephoneEvent(bytes, 12, { event, end, volume: 10, duration: units(begun + 20) });
    return this.#numbered(bytes, 4, this.clockRate === 48_000 ? 110 : 101, marker, start, 20);
  }

  /** A packet of comfort noise. */
  noise(payload: Uint8Array): Uint8Array {
    const bytes = new Uint8Array(12 + payload.length);
    bytes.set(payload, 12);
    return this.#numbered(bytes, payload.length, 13, false, this.timestamp, 20);
  }

  /** Time passes without packets. */
  pause(milliseconds: number): void {
    this.now += milliseconds;
    this.timestamp = (this.timestamp + (milliseconds * this.clockRate) / 1000) >>> 0;
  }

  /** Gives packets to the transcoder. */
  give(...packets: readonly Uint8Array[]): void {
    for (const bytes of packets) {
      const view = new RtpView();
      view.read(bytes);
      this.#transcoder.take(view, bytes, this.#tracker.update(view.sequence), this.now);
    }
  }

  /** Speaks for so long. */
  speak(milliseconds: number): void {
    for (let said = 0; said < milliseconds; said += this.#milliseconds) this.give(this.packet());
  }

  /** Another source takes over, with numbers of its own. */
  begin(sequence: number, timestamp: number): void {
    [this.sequence, this.timestamp, this.ssrc] = [sequence, timestamp, this.ssrc + 1];
    this.#tracker = new SequenceTracker();
  }

  #numbered(
    bytes: Uint8Array,
    length: number,
    payloadType: number,
    marker: boolean,
    timestamp: number,
    milliseconds: number,
  ): Uint8Array {
    writeRtpHeader(bytes, payloadType, marker, this.sequence, timestamp >>> 0, this.ssrc);
    this.sequence = (this.sequence + 1) & 0xffff;
    this.pause(milliseconds);
    return bytes.slice(0, 12 + length);
  }
}

/** What a listener of `name` hears in `packets`, at 16000 Hz. */
export async function heardBy(name: CodecName, packets: readonly RtpPacket[]): Promise<Int16Array> {
  const codec = codecNamed(name);
  if (codec === undefined) throw new TypeError('no codec');
  const decoder = await openDecoder(codec, 16_000);
  const all: number[] = [];
  const samples = new Int16Array(16_000);
  for (const { payload } of packets) {
    const count = decoder.decode(payload, 0, payload.length, samples);
    all.push(...samples.subarray(0, count));
  }
  decoder.close();
  return Int16Array.from(all);
}

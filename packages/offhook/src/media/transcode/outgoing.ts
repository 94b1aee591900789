// Audio on its way out in packets of one length: numbers, timestamps and markers go on whatever the source does (RFC 3550 §5.1).
import { rtpHeaderLength, writeRtpHeader } from '@offhook/sip/rtp';
import type { AudioEncoder } from '../codec/codec.ts';
import { longestPacket } from '../packet-ring.ts';
import type { PacketRing } from '../packet-ring.ts';

/** What it is made of. */
export interface OutgoingOptions {
  readonly ssrc: number;
  /** Of the first packet. */
  readonly sequence: number;
  readonly timestamp: number;
  readonly ring: PacketRing;
  /** Sends the first `length` octets of a whole RTP packet; the bytes are used again later. */
  readonly send: (packet: Uint8Array, length: number) => void;
  /** Closed with it; undefined where no audio is added. */
  readonly encoder: AudioEncoder | undefined;
  readonly payloadType: number;
  /** Units a second of the timestamps. */
  readonly clockRate: number;
  /** Samples a second of what is added. */
  readonly rate: number;
  /** Samples in each packet. */
  readonly packetSamples: number;
}

/** A 500th of a second, 2 ms, by which timestamps may be off their samples. */
const unevenness = 500;

/** Cuts samples into packets. Places in time are counted in samples and may begin anywhere. */
export class OutgoingAudio {
  readonly #options: OutgoingOptions;
  #pending: Int16Array<ArrayBuffer>;
  #count = 0;
  #sequence: number;
  /** The place that the first timestamp stands for. */
  #origin: number | undefined;
  #end = 0;
  #spurtBegins = true;

  constructor(options: OutgoingOptions) {
    this.#options = options;
    this.#sequence = options.sequence;
    this.#pending = new Int16Array(2 * options.packetSamples);
  }

  /** The place behind the last sample. */
  get end(): number {
    return this.#end;
  }

  /** Adds the first `count` of `samples`, which begin at `place`: what lies before the end is left out, a gap is a pause. */
  add(place: number, samples: Int16Array, count: number): void {
    this.#origin ??= place;
    const ahead = place - this.#end;
    // A sender whose timestamps are not quite those of its samples does not pause each time.
    if (ahead > this.#options.rate / unevenness || (this.#spurtBegins && this.#count === 0)) {
      this.flush();
      this.#end = Math.max(place, this.#end);
      this.#spurtBegins = true;
    }
    const from = Math.min(count, Math.max(0, this.#end - place));
    this.#append(samples, from, count);
    while (this.#count >= this.#options.packetSamples) this.#sendAudio();
  }

  /** Sends what waits for the rest of its packet, with silence as the rest. */
  flush(): void {
    if (this.#count === 0) return;
    const { packetSamples } = this.#options;
    this.#pending.fill(0, this.#count, packetSamples);
    this.#end += packetSamples - this.#count;
    this.#count = packetSamples;
    this.#sendAudio();
  }

  /** Sends a packet that is no audio, for `place`: `write` puts `length` octets into it. */
  sendOther(
    place: number,
    payloadType: number,
    marker: boolean,
    length: number,
    write: (packet: Uint8Array, at: number) => void,
  ): void {
    this.flush();
    this.#origin ??= place;
    const packet = this.#options.ring.next(longestPacket);
    write(packet, rtpHeaderLength);
    this.#put(packet, payloadType, marker, place, length);
    this.#spurtBegins = true;
  }

  /** Frees the encoder. */
  close(): void {
    this.#options.encoder?.close();
  }

  #append(samples: Int16Array, from: number, to: number): void {
    const needed = this.#count + to - from;
    if (needed > this.#pending.length) {
      const longer = new Int16Array(needed + this.#options.packetSamples);
      longer.set(this.#pending);
      this.#pending = longer;
    }
    for (let index = from; index < to; index += 1)
      this.#pending[this.#count + index - from] = samples[index] ?? 0;
    this.#count = needed;
    this.#end += to - from;
  }

  #sendAudio(): void {
    const { encoder, packetSamples, payloadType, ring } = this.#options;
    const packet = ring.next(longestPacket);
    const length = encoder?.encode(this.#pending, packetSamples, packet, rtpHeaderLength) ?? 0;
    const place = this.#end - this.#count;
    this.#pending.copyWithin(0, packetSamples, this.#count);
    this.#count -= packetSamples;
    this.#put(packet, payloadType, this.#spurtBegins, place, length);
    this.#spurtBegins = false;
  }

  #put(
    packet: Uint8Array,
    payloadType: number,
    marker: boolean,
    place: number,
    length: number,
  ): void {
    const { clockRate, rate, send, ssrc, timestamp } = this.#options;
    const passed = Math.round(((place - (this.#origin ?? place)) * clockRate) / rate);
    const now = (timestamp + passed) % 2 ** 32;
    writeRtpHeader(packet, payloadType, marker, this.#sequence, now, ssrc);
    this.#sequence = (this.#sequence + 1) & 0xffff;
    send(packet, rtpHeaderLength + length);
  }
}

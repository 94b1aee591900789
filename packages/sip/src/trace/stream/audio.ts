// The sound of one stream, collected in a second walk through the capture: G.711 as samples, Opus as packets for a decoder.
import { timestampDistance } from '../../rtp/sequence.ts';
import { staticCodec } from '../../sdp/payload.ts';
import type { CapturedDatagram } from '../capture/captured.ts';
import type { StreamDocument } from '../document/document.ts';
import { g711Samples, lawOf } from './g711.ts';
import type { Law } from './g711.ts';
import { CapturedRtp } from './header.ts';
import { looksLikeKey } from './keys.ts';
import { hostKey } from './place.ts';

/** What can be listened to of a stream. Times in milliseconds since 1970. */
export type StreamAudio = PcmAudio | OpusAudio;

/** Sound as 16-bit samples; what was lost is silence. */
export interface PcmAudio {
  readonly kind: 'pcm';
  readonly startedAt: number;
  readonly sampleRate: number;
  readonly samples: Int16Array;
}

/** Packets as a decoder of Opus takes them, in the order of their coming (RFC 7587 §4.2). */
export interface OpusAudio {
  readonly kind: 'opus';
  readonly startedAt: number;
  readonly packets: readonly OpusPacket[];
}

/** One packet of Opus. */
export interface OpusPacket {
  /** When it is to be heard, in milliseconds from the first one. */
  readonly at: number;
  readonly payload: Uint8Array;
}

const g711Rate = 8000;
const opusRate = 48_000;
const longest = 600;
/** How far a timestamp may be from the time that went by; beyond it the sender began to count anew. Milliseconds. */
const newClock = 2000;

/** The sound of `stream` in `datagrams`, ten minutes at most; undefined when it is encrypted or in another codec. */
export function audioOf(
  stream: StreamDocument,
  datagrams: Iterable<CapturedDatagram>,
): StreamAudio | undefined {
  const collector = new AudioCollector(stream);
  for (const datagram of datagrams) collector.add(datagram);
  return collector.end();
}

/** Collects the sound of one stream out of all datagrams of its capture. */
export class AudioCollector {
  readonly #stream: StreamDocument;
  readonly #rtp = new CapturedRtp();
  readonly #packets: OpusPacket[] = [];
  readonly #rate: number;
  #samples = new Int16Array(g711Rate);
  #length = 0;
  #startedAt: number | undefined;
  #last = { at: 0, timestamp: 0, position: 0 };

  /** For a stream of the capture's first walk. */
  constructor(stream: StreamDocument) {
    this.#stream = stream;
    this.#rate = isOpus(stream) ? opusRate : g711Rate;
  }

  /** Takes a datagram; those of other streams are passed over. */
  add(datagram: CapturedDatagram): void {
    if (!this.#isOurs(datagram) || !this.#rtp.read(datagram)) return;
    const { view, payload } = this.#rtp;
    if (view.ssrc !== this.#stream.ssrc || payload.length === 0) return;
    if (isOpus(this.#stream)) {
      if (view.payloadType < 96 || looksLikeKey(payload)) return;
      const position = this.#place(datagram.at, view.timestamp);
      if (position <= longest * opusRate)
        this.#packets.push({ at: (position * 1000) / opusRate, payload: payload.slice() });
      return;
    }
    const law = this.#lawOf(view.payloadType, payload);
    if (law !== undefined) this.#put(law, payload, this.#place(datagram.at, view.timestamp));
  }

  /** What was collected; undefined when there is nothing that can be listened to. */
  end(): StreamAudio | undefined {
    if (this.#startedAt === undefined) return undefined;
    const startedAt = this.#startedAt;
    if (isOpus(this.#stream)) return { kind: 'opus', startedAt, packets: this.#packets };
    const samples = this.#samples.slice(0, this.#length);
    return { kind: 'pcm', startedAt, sampleRate: g711Rate, samples };
  }

  #isOurs({ family, frame, source, destination }: CapturedDatagram): boolean {
    const { encrypted, firstFrame, lastFrame, ...stream } = this.#stream;
    return (
      family === 'rtp' &&
      !encrypted &&
      frame >= firstFrame &&
      frame <= lastFrame &&
      source.port === stream.source.port &&
      destination.port === stream.destination.port &&
      hostKey(source.host) === hostKey(stream.source.host) &&
      hostKey(destination.host) === hostKey(stream.destination.host)
    );
  }

  // A dynamic payload type is the stream's own codec, if it is no key.
  #lawOf(payloadType: number, payload: Uint8Array): Law | undefined {
    const fixed = staticCodec(payloadType);
    if (fixed !== undefined) return lawOf(fixed.name);
    return looksLikeKey(payload) ? undefined : lawOf(this.#stream.codec);
  }

  /** Where a packet stands, in units of its clock from the first one. */
  #place(at: number, timestamp: number): number {
    if (this.#startedAt === undefined) {
      this.#startedAt = at;
      this.#last = { at, timestamp, position: 0 };
      return 0;
    }
    const step = timestampDistance(this.#last.timestamp, timestamp);
    const isSteady = Math.abs(at - this.#last.at - (step * 1000) / this.#rate) < newClock;
    const position = isSteady
      ? this.#last.position + step
      : Math.round(((at - this.#startedAt) * this.#rate) / 1000);
    this.#last = { at, timestamp, position };
    return position;
  }

  #put(law: Law, payload: Uint8Array, position: number): void {
    const end = position + payload.length;
    if (position < 0 || end > longest * g711Rate) return;
    if (end > this.#samples.length) {
      const larger = new Int16Array(
        Math.min(longest * g711Rate, Math.max(end, 2 * this.#samples.length)),
      );
      larger.set(this.#samples);
      this.#samples = larger;
    }
    const table = g711Samples[law];
    for (let index = 0; index < payload.length; index += 1)
      this.#samples[position + index] = table[payload[index] ?? 0] ?? 0;
    this.#length = Math.max(this.#length, end);
  }
}

function isOpus({ codec }: StreamDocument): boolean {
  return codec?.toLowerCase() === 'opus';
}

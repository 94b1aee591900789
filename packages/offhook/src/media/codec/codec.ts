// What an audio codec is to the media path, and the codecs there are.
import { pcma, pcmu } from './g711.ts';
import { g722 } from './g722.ts';
import { opus } from './opus.ts';

/** Names of the codecs, as in rtpmap. */
export type CodecName = 'PCMU' | 'PCMA' | 'G722' | 'opus';

/** Samples a second at which audio is given to codecs and taken from them. */
export type SampleRate = 8000 | 16_000 | 48_000;

/** What is known of a codec without running it. */
export interface AudioCodec {
  readonly name: CodecName;
  /** The static payload type (RFC 3551 §6), or for a codec without one the number under which we offer it. */
  readonly payloadType: number;
  /** Units a second of its RTP timestamps. */
  readonly clockRate: number;
  /** As its rtpmap says; the audio itself is always one channel here. */
  readonly channels: number;
  /** The text of its fmtp line. */
  readonly fmtp: string | undefined;
  /** The rates at which it works without a change of the rate, best first. */
  readonly sampleRates: readonly SampleRate[];
  /** Milliseconds of audio that a packet can hold; any number of whole milliseconds when undefined. */
  readonly packetMilliseconds: readonly number[] | undefined;
  /** A new encoder for one of `sampleRates`; the first one of a codec may have to be loaded. */
  encoder(sampleRate: SampleRate): Promise<AudioEncoder>;
  /** A new decoder for one of `sampleRates`. */
  decoder(sampleRate: SampleRate): Promise<AudioDecoder>;
}

/** One direction of one stream: it may remember what it encoded before. */
export interface AudioEncoder {
  /** Writes `count` samples as one payload into `into` at `at`, and tells how many octets it has. */
  encode(samples: Int16Array, count: number, into: Uint8Array, at: number): number;
  /** Frees what it holds. */
  close(): void;
}

/** One direction of one stream: it may remember what it decoded before. */
export interface AudioDecoder {
  /** Reads the payload between `start` and `end` into `samples` and tells how many there were; 0 when it is none. */
  decode(payload: Uint8Array, start: number, end: number, samples: Int16Array): number;
  /**
   * Fills `count` samples for a packet that was lost. `next`, between `start` and `end`, is the payload after it, if it has
   * come: a codec may have put a copy of the lost one in it.
   */
  conceal(
    samples: Int16Array,
    count: number,
    next: Uint8Array | undefined,
    start: number,
    end: number,
  ): void;
  /** Frees what it holds. */
  close(): void;
}

/** The codecs, those first that everybody has. */
export const codecs: readonly AudioCodec[] = [pcmu, pcma, g722, opus];

/** The codec of that name, in any case; undefined when there is none. */
export function codecNamed(name: string): AudioCodec | undefined {
  const lower = name.toLowerCase();
  return codecs.find((codec) => codec.name.toLowerCase() === lower);
}

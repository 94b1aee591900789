// What an audio codec is to the media path, and the codecs there are.
import { pcma, pcmu } from './g711.ts';

/** Names of the codecs, as in rtpmap. */
export type CodecName = 'PCMU' | 'PCMA';

/** A codec of whole samples, without state: it fills buffers that it is given. */
export interface AudioCodec {
  readonly name: CodecName;
  /** The static payload type (RFC 3551 §6). */
  readonly payloadType: number;
  readonly clockRate: 8000;
  /** Writes `count` samples as payload into `into` at `at`. */
  encode(samples: Int16Array, count: number, into: Uint8Array, at: number): void;
  /** Reads the payload between `start` and `end` into `samples` and tells how many there were. */
  decode(payload: Uint8Array, start: number, end: number, samples: Int16Array): number;
}

/** The codecs in order of preference. */
export const codecs: readonly AudioCodec[] = [pcmu, pcma];

/** The codec of that name, in any case; undefined when there is none. */
export function codecNamed(name: string): AudioCodec | undefined {
  const upper = name.toUpperCase();
  return codecs.find((codec) => codec.name === upper);
}

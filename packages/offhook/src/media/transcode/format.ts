// What may arrive from one side of a bridge and what the other takes, told apart: audio, keys, noise.
import { codecNamed } from '../codec/codec.ts';
import type { AudioCodec } from '../codec/codec.ts';

/** A payload type and what it carries, as in rtpmap. */
export interface LineFormat {
  readonly payloadType: number;
  readonly name: string;
  readonly clockRate: number;
}

/** A payload type of audio with its codec. */
export interface AudioFormat {
  readonly payloadType: number;
  readonly codec: AudioCodec;
}

/** The formats among `formats` that carry audio of a codec there is, in their order. */
export function audioFormats(formats: readonly LineFormat[]): readonly AudioFormat[] {
  return formats.flatMap(({ payloadType, name, clockRate }) => {
    const codec = codecNamed(name);
    return codec?.clockRate === clockRate ? [{ payloadType, codec }] : [];
  });
}

/** Those that carry keys (RFC 4733). */
export function keyFormats(formats: readonly LineFormat[]): readonly LineFormat[] {
  return formats.filter(({ name }) => name.toLowerCase() === 'telephone-event');
}

/** The one of them for a stream of that clock rate, else any (RFC 4733 §2.1). */
export function keyFormatFor(
  formats: readonly LineFormat[],
  clockRate: number,
): LineFormat | undefined {
  const keys = keyFormats(formats);
  return keys.find((format) => format.clockRate === clockRate) ?? keys[0];
}

/** The one that carries comfort noise (RFC 3389). */
export function noiseFormat(formats: readonly LineFormat[]): LineFormat | undefined {
  return formats.find(({ name }) => name.toUpperCase() === 'CN');
}

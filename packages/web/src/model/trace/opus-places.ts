// Where the sound of Opus packets stands: what a decoder gives follows on without gaps, while packets were lost, doubled or late.
import type { OpusPacket } from '@offhook/sip/trace';

/** Samples a second of what decoders of Opus give. */
export const opusRate = 48_000;

/** Packets in the order in which they are heard, each once, with the way from decoded samples to their places. */
export interface OpusPlaces {
  readonly packets: readonly OpusPacket[];
  /** Samples from the first packet to the end of the last one. */
  readonly length: number;
  /** The place of decoded sample number `decoded`; past what the packets hold, the place after all of them. */
  placeOf(decoded: number): number;
}

/** Puts packets in order. */
export function opusPlaces(all: readonly OpusPacket[]): OpusPlaces {
  const packets = all
    .toSorted((one, other) => one.at - other.at)
    .filter(({ at }, index, ordered) => at !== ordered[index - 1]?.at);
  const starts: { readonly decoded: number; readonly place: number }[] = [];
  let [sum, length] = [0, 0];
  for (const { at, payload } of packets) {
    const place = Math.round((at * opusRate) / 1_000);
    starts.push({ decoded: sum, place });
    sum += opusSamples(payload);
    length = Math.max(length, place + opusSamples(payload));
  }
  let last = 0;
  return {
    packets,
    length,
    placeOf: (decoded) => {
      if (decoded >= sum) return length;
      // A decoder goes on from where it was.
      if ((starts[last]?.decoded ?? 0) > decoded) last = 0;
      while ((starts[last + 1]?.decoded ?? Infinity) <= decoded) last += 1;
      const start = starts[last];
      return start === undefined ? length : start.place + decoded - start.decoded;
    },
  };
}

/** Samples at 48 kHz that a packet holds (RFC 6716 §3.1, §3.2). */
export function opusSamples(payload: Uint8Array): number {
  const [toc = 0, second = 0] = payload;
  const size = sizes[toc >> 3] ?? 0;
  switch (toc & 3) {
    case 0:
      return size;
    case 3:
      return size * (second & 0x3f);
    default:
      return 2 * size;
  }
}

// RFC 6716 table 2: SILK of 10 to 60 ms, hybrid of 10 and 20, CELT of 2.5 to 20.
const sizes: readonly number[] = [
  ...[1, 2, 3].flatMap(() => [480, 960, 1_920, 2_880]),
  ...[1, 2].flatMap(() => [480, 960]),
  ...[1, 2, 3, 4].flatMap(() => [120, 240, 480, 960]),
];

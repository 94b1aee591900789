// G.722 as a codec of RTP: 16000 samples a second in 8000 octets (RFC 3551 §4.5.2).
import type { AudioCodec } from './codec.ts';
import { Concealment } from './concealment.ts';
import { G722Decoder } from './g722/decoder.ts';
import { G722Encoder } from './g722/encoder.ts';

/** G.722 at 64 kbit/s, payload type 9. Its RTP clock counts 8000 a second by an old mistake that stays (RFC 3551 §4.5.2). */
export const g722: AudioCodec = {
  name: 'G722',
  payloadType: 9,
  clockRate: 8000,
  channels: 1,
  fmtp: undefined,
  sampleRates: [16_000],
  packetMilliseconds: undefined,
  encoder() {
    const encoder = new G722Encoder();
    return Promise.resolve({
      encode: (samples, count, into, at) => encoder.encode(samples, count, into, at),
      close: () => undefined,
    });
  },
  decoder() {
    const decoder = new G722Decoder();
    const concealment = new Concealment(16_000);
    return Promise.resolve({
      decode(payload, start, end, samples) {
        const count = decoder.decode(payload, start, end, samples);
        concealment.heard(samples, count);
        return count;
      },
      conceal: (samples, count) => concealment.fill(samples, count),
      close: () => undefined,
    });
  },
};

// Opus by libopus in WebAssembly, loaded when the first call needs it (RFC 6716, RFC 7587).
import type { OpusDecoderHandle } from 'libopus-wasm';
import type { AudioCodec, AudioDecoder, AudioEncoder, SampleRate } from './codec.ts';

/**
 * Opus as a codec of one channel; what a peer sends in two is mixed down. Its RTP clock is always 48000 (RFC 7587 §4.1). It
 * changes the rate itself, so that a bridge to G.711 works with it at 8000 Hz. Lost frames are restored from the copy that
 * the next packet may carry; we send no such copies, as they cost four times the encoding.
 */
export const opus: AudioCodec = {
  name: 'opus',
  payloadType: 111,
  clockRate: 48_000,
  channels: 2,
  fmtp: 'minptime=10;useinbandfec=1',
  sampleRates: [48_000, 16_000, 8000],
  packetMilliseconds: [10, 20, 40, 60],
  async encoder(sampleRate): Promise<AudioEncoder> {
    const { Application, createEncoder, Signal } = await import('libopus-wasm');
    const encoder = await createEncoder({
      application: Application.Voip,
      bitrate: bitrates[sampleRate],
      channels: 1,
      complexity,
      sampleRate,
      signal: Signal.Auto,
    });
    return {
      encode(samples, count, into, at) {
        const packet = encoder.encode(samples.subarray(0, count), {
          frameSize: count,
          maxPacketBytes,
        });
        into.set(packet, at);
        return packet.length;
      },
      close: () => encoder.free(),
    };
  },
  async decoder(sampleRate): Promise<AudioDecoder> {
    const { createDecoder } = await import('libopus-wasm');
    const decoder = await createDecoder({ channels: 1, sampleRate });
    const read = reader(decoder);
    return {
      decode: (payload, start, end, samples) =>
        read(payload.subarray(start, end), samples, undefined),
      conceal(samples, count, next, start, end) {
        const copy = next?.subarray(start, end);
        if (copy === undefined || read(copy, samples, count) !== count) read(null, samples, count);
      },
      close: () => decoder.free(),
    };
  },
};

/** Bits a second: between the sweet spots of speech and of music at each bandwidth (RFC 7587 §3.1.1). */
const bitrates: Readonly<Record<SampleRate, number>> = {
  8000: 16_000,
  16_000: 28_000,
  48_000: 40_000,
};

/** Of 0 to 10. */
const complexity = 5;

/** Octets of the longest frame (RFC 6716 §3.2.1). */
const maxPacketBytes = 1275;

/** Reads a packet, or makes up `lost` samples from it or from nothing; tells 0 for what is no packet. */
function reader(decoder: OpusDecoderHandle) {
  return (packet: Uint8Array | null, samples: Int16Array, lost: number | undefined): number => {
    try {
      const audio =
        lost === undefined
          ? decoder.decode(packet)
          : decoder.decode(packet, { frameSize: lost, decodeFec: packet !== null });
      const count = Math.min(audio.length, samples.length);
      samples.set(audio.subarray(0, count));
      return count;
    } catch {
      // The library throws on packets that are none; nothing else of it can fail here.
      return 0;
    }
  };
}

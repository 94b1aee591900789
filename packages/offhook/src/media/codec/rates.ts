// Codecs at a sampling rate that is not theirs.
import { Resampler } from '../audio/resampler.ts';
import type { AudioCodec, AudioDecoder, AudioEncoder, SampleRate } from './codec.ts';

/** Milliseconds of audio for which there is room: more than a datagram of G.722 holds, or a packet of Opus. */
const longestPacketMilliseconds = 200;

/** An encoder of `codec` that takes audio of `sampleRate`. */
export async function openEncoder(
  codec: AudioCodec,
  sampleRate: SampleRate,
): Promise<AudioEncoder> {
  const own = ownRate(codec, sampleRate);
  const encoder = await codec.encoder(own);
  if (own === sampleRate) return encoder;
  const resampler = new Resampler(sampleRate, own);
  const changed = frameOf(own);
  return {
    encode(samples, count, into, at) {
      const made = resampler.take(samples, count, changed);
      return encoder.encode(changed, made, into, at);
    },
    close: () => encoder.close(),
  };
}

/** A decoder of `codec` that gives audio of `sampleRate`. */
export async function openDecoder(
  codec: AudioCodec,
  sampleRate: SampleRate,
): Promise<AudioDecoder> {
  const own = ownRate(codec, sampleRate);
  const decoder = await codec.decoder(own);
  if (own === sampleRate) return decoder;
  const resampler = new Resampler(own, sampleRate);
  const decoded = frameOf(own);
  return {
    decode(payload, start, end, samples) {
      const count = decoder.decode(payload, start, end, decoded);
      return resampler.take(decoded, count, samples);
    },
    conceal(samples, count, next, start, end) {
      const lost = Math.round((count * own) / sampleRate);
      decoder.conceal(decoded, lost, next, start, end);
      resampler.take(decoded, lost, samples);
    },
    close: () => decoder.close(),
  };
}

function ownRate(codec: AudioCodec, sampleRate: SampleRate): SampleRate {
  return codec.sampleRates.find((rate) => rate === sampleRate) ?? codec.sampleRates[0] ?? 8000;
}

function frameOf(sampleRate: SampleRate): Int16Array {
  return new Int16Array((sampleRate / 1000) * longestPacketMilliseconds);
}

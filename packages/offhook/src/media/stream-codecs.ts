// The codecs of one stream, with what they remember of it: opened before an agreement that needs them comes into force.
import type { StreamAgreement } from './agreement.ts';
import { sampleRate } from './audio/source.ts';
import { codecNamed } from './codec/codec.ts';
import type { AudioDecoder, AudioEncoder, CodecName } from './codec/codec.ts';
import { aLaw, g711Decoder, g711Encoder, muLaw } from './codec/g711.ts';
import { openDecoder, openEncoder } from './codec/rates.ts';

/** One encoder and one decoder of each codec, all for audio of 8000 Hz. Those of G.711 are there from the start. */
export class StreamCodecs {
  readonly #encoders = new Map<CodecName, AudioEncoder>([
    ['PCMU', g711Encoder(muLaw)],
    ['PCMA', g711Encoder(aLaw)],
  ]);
  readonly #decoders = new Map<CodecName, AudioDecoder>([
    ['PCMU', g711Decoder(muLaw)],
    ['PCMA', g711Decoder(aLaw)],
  ]);
  #closed = false;

  /** Opens what `agreement` needs; what is open stays open, and goes on where it was. */
  async open({ send, receive }: StreamAgreement): Promise<void> {
    const names = new Set([...send, ...receive].map((format) => format.codec));
    for (const name of names) {
      const codec = codecNamed(name);
      if (codec === undefined || this.#encoders.has(name)) continue;
      const encoder = await openEncoder(codec, sampleRate);
      const decoder = await openDecoder(codec, sampleRate);
      this.#encoders.get(name)?.close();
      this.#decoders.get(name)?.close();
      this.#encoders.set(name, encoder);
      this.#decoders.set(name, decoder);
    }
    if (this.#closed) this.close();
  }

  /** The encoder of an open codec. */
  encoder(name: CodecName): AudioEncoder | undefined {
    return this.#encoders.get(name);
  }

  /** The decoder of an open codec. */
  decoder(name: CodecName): AudioDecoder | undefined {
    return this.#decoders.get(name);
  }

  /** Frees them all, those too that are being opened. */
  close(): void {
    this.#closed = true;
    for (const encoder of this.#encoders.values()) encoder.close();
    for (const decoder of this.#decoders.values()) decoder.close();
    this.#encoders.clear();
    this.#decoders.clear();
  }
}

// Audio of our own towards a party, in its codec: music for one who is held.
import type { AudioSource } from '../audio/source.ts';
import { frameSamples, sampleRate } from '../audio/source.ts';
import { openEncoder } from '../codec/rates.ts';
import { packetMilliseconds } from '../stream-agreement.ts';
import { audioFormats } from './format.ts';
import { OutgoingAudio } from './outgoing.ts';
import type { TranscoderOptions } from './transcoder.ts';

/** What a player is made of. */
export type PlayerOptions = Omit<TranscoderOptions, 'from'>;

/** Opens a player; throws a TypeError when the party takes no codec that there is. */
export async function openPlayer(options: PlayerOptions): Promise<Player> {
  const sent = audioFormats(options.to)[0];
  if (sent === undefined) throw new TypeError('A player needs a codec that there is');
  return new Player(
    new OutgoingAudio({
      ...options,
      rate: sampleRate,
      encoder: await openEncoder(sent.codec, sampleRate),
      payloadType: sent.payloadType,
      clockRate: sent.codec.clockRate,
      packetSamples: (sampleRate / 1000) * packetMilliseconds(options.ptime, sent.codec.name),
    }),
  );
}

/** Plays 20 ms with each tick; between two times of playing the timestamps go on with the ticks. */
export class Player {
  readonly #outgoing: OutgoingAudio;
  readonly #frame = new Int16Array(frameSamples);
  #place = 0;

  /** Made by `openPlayer`. */
  constructor(outgoing: OutgoingAudio) {
    this.#outgoing = outgoing;
  }

  /** Plays the next 20 ms of `source`; false when it has ended. */
  play(source: AudioSource): boolean {
    const count = source.read(this.#frame);
    this.#frame.fill(0, Math.max(0, count));
    this.#outgoing.add(this.#place, this.#frame, frameSamples);
    this.#place += frameSamples;
    return count === frameSamples;
  }

  /** Lets so many times 20 ms pass in silence, without packets. */
  skip(ticks: number): void {
    this.#place += ticks * frameSamples;
  }

  /** Frees the codec. */
  close(): void {
    this.#outgoing.close();
  }
}

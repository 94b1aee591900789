// Keys towards a party that came by signalling, or whose sender's way the party does not know: as events, else as their sound.
import { dtmfDigit, dtmfEvent, writeTelephoneEvent } from '@offhook/sip/rtp';
import { frameSamples, sampleRate } from '../audio/source.ts';
import { openEncoder } from '../codec/rates.ts';
import { DtmfSender } from '../key/events.ts';
import { writeKeyTones } from '../key/tones.ts';
import { packetMilliseconds } from '../stream-agreement.ts';
import { audioFormats, keyFormatFor } from './format.ts';
import type { LineFormat } from './format.ts';
import { OutgoingAudio } from './outgoing.ts';
import type { PlayerOptions } from './player.ts';

/** Opens a player of keys; throws a TypeError when the party takes no codec that there is. */
export async function openKeyPlayer(options: PlayerOptions): Promise<KeyPlayer> {
  const sent = audioFormats(options.to)[0];
  if (sent === undefined) throw new TypeError('Keys need a codec that there is');
  const { name, clockRate } = sent.codec;
  const format = keyFormatFor(options.to, clockRate);
  const outgoing = new OutgoingAudio({
    ...options,
    rate: sampleRate,
    encoder: format === undefined ? await openEncoder(sent.codec, sampleRate) : undefined,
    payloadType: sent.payloadType,
    clockRate,
    packetSamples: (sampleRate / 1000) * packetMilliseconds(options.ptime, name),
  });
  return new KeyPlayer(outgoing, format);
}

/** Plays keys one after the other, 100 ms each; what else goes to the party is left out as long as it is `active`. */
export class KeyPlayer {
  readonly #outgoing: OutgoingAudio;
  readonly #format: LineFormat | undefined;
  readonly #keys = new DtmfSender();
  readonly #frame = new Int16Array(frameSamples);
  #place = 0;

  /** Made by `openKeyPlayer`. */
  constructor(outgoing: OutgoingAudio, format: LineFormat | undefined) {
    this.#outgoing = outgoing;
    this.#format = format;
  }

  /** Presses a key `0`-`9`, `*`, `#`, `A`-`D` behind those that wait; false for what is none. */
  press(key: string): boolean {
    const event = dtmfEvent(key);
    if (event !== undefined) this.#keys.press([event], () => undefined);
    return event !== undefined;
  }

  /** True while keys wait or sound. */
  get active(): boolean {
    return this.#keys.active;
  }

  /** Does what is due each 20 ms, also while it is not active. */
  tick(): void {
    if (this.#keys.active) this.#play();
    this.#place += frameSamples;
  }

  /** Frees the codec. */
  close(): void {
    this.#outgoing.close();
  }

  #play(): void {
    const report = this.#keys.next(this.#place);
    const format = this.#format;
    if (format === undefined) {
      this.#frame.fill(0);
      if (report?.sounds === true)
        writeKeyTones(dtmfDigit(report.event) ?? '', this.#frame, this.#place - report.timestamp);
      this.#outgoing.add(this.#place, this.#frame, frameSamples);
      return;
    }
    if (report === undefined) return;
    const duration = (report.duration * format.clockRate) / sampleRate;
    this.#outgoing.sendOther(report.timestamp, format.payloadType, report.marker, 4, (packet, at) =>
      writeTelephoneEvent(packet, at, { ...report, duration }),
    );
  }
}

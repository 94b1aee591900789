// One direction of a bridge between codecs: packets of one go in, packets of the other come out, and nothing waits (RFC 3550 §7.1).
import { parseTelephoneEvent, timestampDistance, writeTelephoneEvent } from '@offhook/sip/rtp';
import type { RtpView, SequenceStep } from '@offhook/sip/rtp';
import { ComfortNoise } from '../audio/comfort-noise.ts';
import type { AudioDecoder, AudioEncoder, SampleRate } from '../codec/codec.ts';
import { openDecoder, openEncoder } from '../codec/rates.ts';
import { packetMilliseconds } from '../stream-agreement.ts';
import { audioFormats, keyFormatFor, keyFormats, noiseFormat } from './format.ts';
import type { AudioFormat, LineFormat } from './format.ts';
import { OutgoingAudio } from './outgoing.ts';
import type { OutgoingOptions } from './outgoing.ts';

/** What a transcoder is made of. */
export interface TranscoderOptions extends Pick<
  OutgoingOptions,
  'ssrc' | 'sequence' | 'timestamp' | 'ring' | 'send'
> {
  /** What may arrive, under the numbers under which it does; what is used most comes first. */
  readonly from: readonly LineFormat[];
  /** What the other side takes, under its numbers; the first codec is sent. */
  readonly to: readonly LineFormat[];
  /** Milliseconds of audio in a packet that the other side wants. */
  readonly ptime: number;
}

/** Milliseconds of loss that are covered; a longer one becomes a pause. */
const longestCover = 200;
/** Octets of an Opus packet that only says that nobody speaks (RFC 6716 §2.1.9). */
const longestDtx = 2;

/** Opens a transcoder, whose codecs may have to be loaded; throws a TypeError when a side has no codec that there is. */
export async function openTranscoder(options: TranscoderOptions): Promise<Transcoder> {
  const [heard, sent] = [audioFormats(options.from), audioFormats(options.to)[0]];
  if (heard[0] === undefined || sent === undefined)
    throw new TypeError('Both sides of a transcoder need a codec that there is');
  const rate = commonRate(heard[0], sent);
  const encoder = await openEncoder(sent.codec, rate);
  const decoders = new Map<number, Source>();
  for (const { payloadType, codec } of heard) {
    const decoder = await openDecoder(codec, rate);
    decoders.set(payloadType, {
      decoder,
      clockRate: codec.clockRate,
      isOpus: codec.name === 'opus',
    });
  }
  return new Transcoder({ options, rate, sent, encoder, decoders });
}

/** The lower of the best rates of both, so that nothing is computed that the other could not carry. */
function commonRate(heard: AudioFormat, sent: AudioFormat): SampleRate {
  const [a, b] = [heard.codec.sampleRates[0] ?? 8000, sent.codec.sampleRates[0] ?? 8000];
  return a < b ? a : b;
}

interface Source {
  readonly decoder: AudioDecoder;
  readonly clockRate: number;
  readonly isOpus: boolean;
}

interface Parts {
  readonly options: TranscoderOptions;
  readonly rate: SampleRate;
  readonly sent: AudioFormat;
  readonly encoder: AudioEncoder;
  readonly decoders: ReadonlyMap<number, Source>;
}

/**
 * Decodes each packet when it comes and encodes it at once: it has no jitter buffer, which is the receiver's. What was lost is
 * covered when the packet behind it comes, by the copy in it if there is one; what comes later still is dropped.
 */
export class Transcoder {
  readonly #decoders: ReadonlyMap<number, Source>;
  readonly #rate: SampleRate;
  readonly #outgoing: OutgoingAudio;
  readonly #keysFrom: ReadonlyMap<number, LineFormat>;
  readonly #keysTo: LineFormat | undefined;
  readonly #noiseFrom: LineFormat | undefined;
  readonly #noiseTo: LineFormat | undefined;
  readonly #noise = new ComfortNoise();
  readonly #samples: Int16Array;
  #clockRate: number;
  #lastCount: number;
  #lastSequence = -1;
  #lastAt = 0;
  #lost = false;
  #concealed = 0;
  /** The timestamp that came last, and the place in samples of ours that it stands for. */
  #timestamp: number | undefined;
  #place = 0;

  /** Made by `openTranscoder`. */
  constructor({ options, rate, sent, encoder, decoders }: Parts) {
    const { from, to, ptime } = options;
    this.#decoders = decoders;
    this.#rate = rate;
    this.#samples = new Int16Array((rate / 1000) * longestCover);
    this.#clockRate = decoders.values().next().value?.clockRate ?? rate;
    this.#lastCount = rate / 50;
    this.#keysFrom = new Map(keyFormats(from).map((format) => [format.payloadType, format]));
    this.#keysTo = keyFormatFor(to, sent.codec.clockRate);
    this.#noiseFrom = noiseFormat(from);
    this.#noiseTo = noiseFormat(to);
    this.#outgoing = new OutgoingAudio({
      ...options,
      rate,
      encoder,
      payloadType: sent.payloadType,
      clockRate: sent.codec.clockRate,
      packetSamples: (rate / 1000) * packetMilliseconds(ptime, sent.codec.name),
    });
  }

  /** Packets that were made up for lost ones. */
  get concealed(): number {
    return this.#concealed;
  }

  /** Takes a packet that came at `now` milliseconds, with how its sequence number stands to those before. */
  take(view: RtpView, bytes: Uint8Array, step: SequenceStep, now: number): void {
    if (step === 'jump') return;
    if (step === 'first' || step === 'restart') this.#begin(now);
    // Its time is over: what stood there was made up.
    if (step === 'late') {
      if (this.#keysFrom.has(view.payloadType)) this.#takeKey(view, bytes);
      return;
    }
    this.#lost ||= this.#lastSequence >= 0 && view.sequence !== ((this.#lastSequence + 1) & 0xffff);
    this.#lastSequence = view.sequence;
    this.#lastAt = now;
    const source = this.#decoders.get(view.payloadType);
    if (source !== undefined) this.#takeAudio(view, bytes, source);
    else if (this.#keysFrom.has(view.payloadType)) this.#takeKey(view, bytes);
    else if (this.#noiseFrom?.payloadType === view.payloadType) this.#takeNoise(view, bytes);
  }

  /** Frees the codecs. */
  close(): void {
    this.#outgoing.close();
    for (const { decoder } of this.#decoders.values()) decoder.close();
  }

  // Another source: it goes on where the one before was, and as much later as it came.
  #begin(now: number): void {
    if (this.#timestamp !== undefined) {
      const passed = Math.round(((now - this.#lastAt) * this.#rate) / 1000);
      this.#place = this.#outgoing.end + Math.max(0, passed - this.#lastCount);
    }
    this.#timestamp = undefined;
    this.#lastSequence = -1;
    this.#lost = false;
  }

  #takeAudio(view: RtpView, bytes: Uint8Array, source: Source): void {
    const { payloadStart, payloadEnd } = view;
    this.#clockRate = source.clockRate;
    const place = this.#placeOf(view);
    const gap = place - this.#outgoing.end;
    if (this.#lost && gap > 0 && gap <= this.#samples.length) {
      this.#cover(gap, source.decoder, bytes, payloadStart, payloadEnd);
    }
    this.#lost = false;
    const count = source.decoder.decode(bytes, payloadStart, payloadEnd, this.#samples);
    if (count === 0) return;
    this.#lastCount = count;
    const isPause = source.isOpus && payloadEnd - payloadStart <= longestDtx;
    if (isPause && this.#noiseTo !== undefined) {
      this.#describeNoise(place, this.#noiseTo, count);
      return;
    }
    this.#outgoing.add(place, this.#samples, count);
  }

  #cover(gap: number, decoder: AudioDecoder, next: Uint8Array, start: number, end: number): void {
    for (let left = gap; left > 0;) {
      const count = Math.min(left, this.#lastCount);
      left -= count;
      // Only the last of those that are missing can have a copy in the packet behind them.
      decoder.conceal(this.#samples, count, left === 0 ? next : undefined, start, end);
      this.#outgoing.add(this.#outgoing.end, this.#samples, count);
      this.#concealed += 1;
    }
  }

  #takeKey(view: RtpView, bytes: Uint8Array): void {
    const to = this.#keysTo;
    const from = this.#keysFrom.get(view.payloadType);
    const report = parseTelephoneEvent(bytes.subarray(view.payloadStart, view.payloadEnd));
    if (to === undefined || from === undefined || report === undefined) return;
    // A faster clock cannot say so long a time in 16 bits (RFC 4733 §2.3.5).
    const scaled = Math.round((report.duration * to.clockRate) / from.clockRate);
    const duration = Math.min(scaled, 0xffff);
    this.#outgoing.sendOther(this.#placeOf(view), to.payloadType, view.marker, 4, (packet, at) =>
      writeTelephoneEvent(packet, at, { ...report, duration }),
    );
  }

  // RFC 3389 §4: passed on as it is, or made audible for a moment where the other has no word for it.
  #takeNoise(view: RtpView, bytes: Uint8Array): void {
    const payload = bytes.subarray(view.payloadStart, view.payloadEnd);
    const place = this.#placeOf(view);
    const to = this.#noiseTo;
    if (to !== undefined) {
      this.#outgoing.sendOther(place, to.payloadType, false, payload.length, (packet, at) =>
        packet.set(payload, at),
      );
      return;
    }
    const frame = this.#samples.subarray(0, this.#rate / 50);
    this.#noise.describe(payload);
    this.#noise.fill(frame);
    this.#outgoing.add(place, frame, frame.length);
  }

  #describeNoise(place: number, to: LineFormat, count: number): void {
    let power = 1;
    for (let index = 0; index < count; index += 1)
      power += (this.#samples[index] ?? 0) ** 2 / count;
    // RFC 3389 §3.1: in decibels below the loudest square wave.
    const level = Math.min(127, Math.max(0, Math.round(-10 * Math.log10(power / 32_768 ** 2))));
    this.#outgoing.sendOther(place, to.payloadType, false, 1, (packet, at) => {
      packet[at] = level;
    });
  }

  #placeOf({ timestamp }: RtpView): number {
    const ahead = timestampDistance(this.#timestamp ?? timestamp, timestamp);
    this.#timestamp = timestamp;
    this.#place += (ahead * this.#rate) / this.#clockRate;
    // A clock that was set back under running numbers: time goes on nevertheless.
    if (this.#place < this.#outgoing.end - this.#samples.length) this.#place = this.#outgoing.end;
    return Math.round(this.#place);
  }
}

// The receiving half of an audio stream: who may be heard, what was lost, and the frames to be played.
import { parseTelephoneEvent, ReceptionStatistics, RtpView, dtmfDigit } from '@offhook/sip/rtp';
import type { SequenceStep } from '@offhook/sip/rtp';
import { mayReceive, noAgreement } from './agreement.ts';
import type { StreamAgreement } from './agreement.ts';
import { codecNamed } from './codec/codec.ts';
import type { AudioCodec, AudioDecoder, CodecName } from './codec/codec.ts';
import { ComfortNoise } from './audio/comfort-noise.ts';
import { sampleRate } from './audio/source.ts';
import { DtmfReceiver } from './key/events.ts';
import { JitterBuffer } from './jitter.ts';
import type { FrameKind } from './jitter.ts';
import { longestPacket } from './packet-ring.ts';
import { SourceLock } from './source-lock.ts';
import type { MediaAddress } from './source-lock.ts';
import type { StreamCodecs } from './stream-codecs.ts';
import { TimestampScale } from './timestamp-scale.ts';

/** A packet of audio, whose parts are used again for the next one. */
export interface ReceivedAudio {
  readonly view: RtpView;
  readonly bytes: Uint8Array;
  readonly codec: AudioCodec;
  /** It decoded, at 8000 Hz. */
  readonly samples: Int16Array;
  readonly count: number;
}

/** What a receiver tells. */
export interface ReceiverListener {
  /** The first packet of the peer. */
  firstPacket(): void;
  /** A key was pressed, told once. */
  digit(digit: string): void;
  /** The peer is elsewhere than its SDP said. */
  learnt(source: MediaAddress): void;
  /** A packet with audio that may be heard. */
  audio(packet: ReceivedAudio, step: SequenceStep): void;
  /** A packet that may be heard and is not audio. */
  notAudio(step: SequenceStep): void;
}

interface Format {
  readonly codec: AudioCodec;
  readonly decoder: AudioDecoder;
}

/** Milliseconds that the jitter buffer holds unless said. */
export const usualDelay = 40;

/** Receives the RTP of one stream. */
export class Receiver {
  readonly statistics: ReceptionStatistics = new ReceptionStatistics(sampleRate);
  readonly jitter: JitterBuffer;
  readonly lock: SourceLock = new SourceLock();
  readonly #listener: ReceiverListener;
  readonly #view = new RtpView();
  readonly #samples = new Int16Array(longestPacket);
  readonly #dtmf = new DtmfReceiver();
  readonly #codecs: StreamCodecs;
  readonly #formats = Array.from<Format | undefined>({ length: 128 });
  /** The clock rates of those payload types that are keys, in Hertz. */
  readonly #events = new Uint32Array(128);
  readonly #timestamps = new TimestampScale(sampleRate);
  #clockRate = sampleRate;
  readonly #noises = new Uint8Array(128);
  readonly #noise = new ComfortNoise();
  /** True from a description of noise to the next audio. */
  #quiet = false;
  #agreement: StreamAgreement = noAgreement;
  #heard = false;
  #ssrc = 0;
  #lastAt = 0;
  #octets = 0;
  #foreign = 0;
  #malformed = 0;

  constructor(listener: ReceiverListener, codecs: StreamCodecs, delay: number = usualDelay) {
    this.#listener = listener;
    this.#codecs = codecs;
    this.jitter = new JitterBuffer(delay);
  }

  /** The peer's SSRC; undefined as long as nothing came. */
  get ssrc(): number | undefined {
    return this.#heard ? this.#ssrc : undefined;
  }

  /** When the last packet of the peer came, in the milliseconds given to `received`; undefined when none did. */
  get lastAt(): number | undefined {
    return this.#heard ? this.#lastAt : undefined;
  }

  /** Octets of payload received. */
  get octets(): number {
    return this.#octets;
  }

  /** Packets of others than the peer, dropped. */
  get foreign(): number {
    return this.#foreign;
  }

  /** Packets that were none, dropped. */
  get malformed(): number {
    return this.#malformed;
  }

  /** Puts an agreement in force. */
  agree(agreement: StreamAgreement): void {
    this.lock.expect(agreement.remote, this.#agreement.remote);
    if (!mayReceive(agreement.direction)) this.jitter.reset();
    this.#agreement = agreement;
    this.#formats.fill(undefined);
    this.#events.fill(0);
    for (const format of agreement.receive)
      this.#formats[format.payloadType] = this.#format(format.codec);
    this.#noises.fill(0);
    for (const { payloadType, clockRate } of agreement.receiveEvents)
      this.#events[payloadType] = clockRate;
    for (const payloadType of agreement.receiveNoise) this.#noises[payloadType] = 1;
  }

  /** Takes a packet that came at `now` milliseconds. */
  received(bytes: Uint8Array, host: string, port: number, now: number): void {
    const view = this.#view;
    if (bytes.length > longestPacket || !view.read(bytes)) {
      this.#malformed += 1;
      return;
    }
    const format = this.#formats[view.payloadType];
    const isEvent = (this.#events[view.payloadType] ?? 0) > 0;
    // A packet that carries nothing that was agreed proves nothing about its sender.
    const isNoise = this.#noises[view.payloadType] === 1;
    const known = format !== undefined || isEvent || isNoise;
    const carries = known && view.payloadEnd > view.payloadStart;
    if (!this.#isPeer(carries, host, port, now)) {
      this.#foreign += 1;
      return;
    }
    if (!this.#heard || view.ssrc !== this.#ssrc) this.#newSource(view.ssrc);
    this.#lastAt = now;
    if (format !== undefined) this.#countBy(format.codec.clockRate);
    const step = this.statistics.arrived(view.sequence, view.timestamp, now);
    this.#octets += view.payloadEnd - view.payloadStart;
    if (step === 'jump' || !mayReceive(this.#agreement.direction)) return;
    if (step === 'restart') this.#dtmf.reset();
    if (format !== undefined && carries) this.#takeAudio(bytes, format, step, now);
    else if (isNoise && carries) this.#takeNoise(bytes, step);
    else this.#takeOther(bytes, isEvent, step);
  }

  /** The next frame to be heard. */
  pull(frame: Int16Array, now: number): FrameKind | 'noise' {
    const kind = this.jitter.pull(frame, now);
    if (kind !== 'silence' || !this.#quiet) return kind;
    this.#noise.fill(frame);
    return 'noise';
  }

  #isPeer(carries: boolean, host: string, port: number, now: number): boolean {
    if (!carries) return this.lock.knows(host, port);
    switch (this.lock.judge(host, port, this.#view.ssrc, now)) {
      case 'foreign':
        return false;
      case 'learnt':
        this.#listener.learnt({ host, port });
        return true;
      case 'taken':
        return true;
    }
  }

  #newSource(ssrc: number): void {
    const first = !this.#heard;
    this.#heard = true;
    this.#ssrc = ssrc;
    this.statistics.changeSource();
    this.jitter.reset();
    this.#timestamps.reset();
    this.#dtmf.reset();
    this.#quiet = false;
    if (first) this.#listener.firstPacket();
  }

  #takeAudio(bytes: Uint8Array, format: Format, step: SequenceStep, now: number): void {
    const view = this.#view;
    const samples = this.#samples;
    const count = format.decoder.decode(bytes, view.payloadStart, view.payloadEnd, samples);
    this.#quiet = false;
    this.jitter.push(this.#timestamp(), samples, count, now);
    this.#listener.audio({ view, bytes, codec: format.codec, samples, count }, step);
  }

  /** The timestamp of the packet at hand, by a clock of 8000 Hz. */
  #timestamp(): number {
    return this.#timestamps.take(this.#view.timestamp, this.#clockRate);
  }

  #countBy(clockRate: number): void {
    if (clockRate === this.#clockRate) return;
    this.#clockRate = clockRate;
    this.statistics.countBy(clockRate);
  }

  #format(name: CodecName): Format | undefined {
    const codec = codecNamed(name);
    const decoder = this.#codecs.decoder(name);
    return codec && decoder && { codec, decoder };
  }

  // RFC 3389 §4: it stands for all that follows, up to the next audio. What lies in the buffer still is played before.
  #takeNoise(bytes: Uint8Array, step: SequenceStep): void {
    this.#listener.notAudio(step);
    if (step === 'late') return;
    this.#noise.describe(bytes.subarray(this.#view.payloadStart, this.#view.payloadEnd));
    this.#quiet = true;
  }

  #takeOther(bytes: Uint8Array, isEvent: boolean, step: SequenceStep): void {
    const view = this.#view;
    this.#listener.notAudio(step);
    if (!isEvent) return;
    const report = parseTelephoneEvent(bytes.subarray(view.payloadStart, view.payloadEnd));
    if (report === undefined) return;
    const clockRate = this.#events[view.payloadType] ?? sampleRate;
    const duration = Math.round((report.duration * sampleRate) / clockRate);
    if (!this.#dtmf.isNew({ ...report, duration }, this.#timestamp(), view.marker)) return;
    const digit = dtmfDigit(report.event);
    if (digit !== undefined) this.#listener.digit(digit);
  }
}

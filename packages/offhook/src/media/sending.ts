// The sending half of an audio stream: one packet each 20 ms of what is played, or keys, or what came back as an echo.
import {
  dtmfDigit,
  rtpHeaderLength,
  sequenceDistance,
  writeRtpHeader,
  writeTelephoneEvent,
} from '@offhook/sip/rtp';
import type { RtpView, SequenceStep } from '@offhook/sip/rtp';
import { maySend, noAgreement } from './agreement.ts';
import type { CodecFormat, StreamAgreement } from './agreement.ts';
import { frameSamples, sampleRate } from './audio/source.ts';
import type { AudioSource } from './audio/source.ts';
import { codecNamed } from './codec/codec.ts';
import type { AudioCodec, AudioEncoder } from './codec/codec.ts';
import { DtmfSender } from './key/events.ts';
import { writeKeyTones } from './key/tones.ts';
import { longestPtime } from './stream-agreement.ts';
import { longestPacket } from './packet-ring.ts';
import type { PacketRing } from './packet-ring.ts';
import type { ReceivedAudio } from './receiving.ts';
import type { MediaAddress } from './source-lock.ts';
import type { StreamCodecs } from './stream-codecs.ts';
import { TimestampScale } from './timestamp-scale.ts';

/** Why playing came to an end. */
export type PlayEnd = 'ended' | 'stopped';

/** What a sender is made of. */
export interface SenderOptions {
  /** Random, as are the first sequence number and the first timestamp (RFC 3550 §5.1). */
  readonly ssrc: number;
  readonly sequence: number;
  readonly timestamp: number;
  readonly ring: PacketRing;
  readonly codecs: StreamCodecs;
  /** Sends the first `length` octets; the bytes are used again later. */
  readonly send: (bytes: Uint8Array, length: number, to: MediaAddress) => void;
}

interface Echo {
  /** From a number of the peer to ours. */
  sequence: number;
  readonly timestamps: TimestampScale;
  readonly clockRate: number;
  /** Our first number, or one that is near. */
  from: number;
}

/** Sends the RTP of one stream. The timestamp goes on with time whether or not anything is sent (RFC 3550 §5.1). */
export class Sender {
  readonly ssrc: number;
  readonly #ring: PacketRing;
  readonly #send: SenderOptions['send'];
  readonly #frame = new Int16Array(frameSamples);
  /** What was read and does not fill a packet yet. */
  readonly #pending = new Int16Array((longestPtime * sampleRate) / 1000 + frameSamples);
  readonly #dtmf = new DtmfSender();
  #pendingCount = 0;
  #packetSamples = frameSamples;
  #sequence: number;
  #timestamp: number;
  #agreement: StreamAgreement = noAgreement;
  readonly #codecs: StreamCodecs;
  #codec: AudioCodec | undefined;
  #encoder: AudioEncoder | undefined;
  #target: MediaAddress | undefined;
  #packets = 0;
  #octets = 0;
  #spurtBegins = true;
  #source: AudioSource | undefined;
  #sourceEnded: ((end: PlayEnd) => void) | undefined;
  #echo: Echo | undefined;
  #echoing = false;

  constructor(options: SenderOptions) {
    this.ssrc = options.ssrc;
    this.#sequence = options.sequence;
    this.#timestamp = options.timestamp;
    this.#ring = options.ring;
    this.#codecs = options.codecs;
    this.#send = options.send;
  }

  /** Packets sent. */
  get packets(): number {
    return this.#packets;
  }

  /** Octets of payload sent. */
  get octets(): number {
    return this.#octets;
  }

  /** Units a second of its timestamps. */
  get clockRate(): number {
    return this.#codec?.clockRate ?? sampleRate;
  }

  /** The timestamp of now. */
  get timestamp(): number {
    return this.#timestamp;
  }

  /** Puts an agreement in force; keys that were not sent when sending ends are forgotten. */
  agree(agreement: StreamAgreement, target: MediaAddress | undefined): void {
    this.#agreement = agreement;
    const format = agreement.send[0];
    this.#codec = codecNamed(format?.codec ?? '');
    this.#encoder = format && this.#codecs.encoder(format.codec);
    this.#target = target;
    this.#packetSamples = Math.round((agreement.packetMilliseconds * sampleRate) / 1000);
    this.#pendingCount = 0;
    if (!this.#maySend()) this.#dtmf.clear();
  }

  /** Sends to where the peer turned out to be. */
  retarget(target: MediaAddress): void {
    this.#target = target;
  }

  /** Plays `source` instead of what is played; `ended` is called once. */
  play(source: AudioSource, ended: (end: PlayEnd) => void): void {
    this.stopPlaying();
    this.#source = source;
    this.#sourceEnded = ended;
  }

  /** Plays silence from now on. */
  stopPlaying(): void {
    this.#endPlaying('stopped');
  }

  /** Sends back what is received instead of what is played, or stops doing so. */
  set echoing(on: boolean) {
    this.#echoing = on;
    this.#echo = undefined;
    this.#spurtBegins = true;
  }

  /**
   * Presses keys; false when they cannot be sent as agreed. `done` is called once, with whether they were. A peer that takes
   * no events hears them as tones.
   */
  press(events: readonly number[], done: (sent: boolean) => void): boolean {
    const agreed = this.#agreement.sendEvents;
    if (!this.#maySend()) return false;
    if (agreed !== undefined && events.some((event) => !agreed.events.includes(event)))
      return false;
    this.#dtmf.press(events, done);
    return true;
  }

  /** Sends what is due in this frame of 20 ms. */
  tick(): void {
    if (this.#maySend()) this.#sendFrame();
    else this.#breakOff();
    this.#timestamp = this.#after(frameSamples);
  }

  /** Lets `frames` pass without sending, after the thread was held up. */
  skip(frames: number): void {
    this.#timestamp = this.#after(frames * frameSamples);
    this.#breakOff();
  }

  /** Sends back a packet that was received, when there is an echo. */
  echo(audio: ReceivedAudio, step: SequenceStep): void {
    if (!this.#echoing || this.#dtmf.active || !this.#maySend()) return;
    const { view } = audio;
    const format = this.#agreement.send.find((each) => each.codec === audio.codec.name);
    const clockRate = format === undefined ? this.clockRate : audio.codec.clockRate;
    const echo = this.#echoFor(view, clockRate, step);
    const sequence = (view.sequence + echo.sequence) & 0xffff;
    // Before the echo began: that number was used for something else.
    if (sequenceDistance(echo.from, sequence) < 0) return;
    const packet = this.#ring.next(longestPacket);
    const length = this.#echoed(audio, format, packet);
    const payloadType = format?.payloadType ?? this.#agreement.send[0]?.payloadType ?? 0;
    const timestamp = echo.timestamps.take(view.timestamp, audio.codec.clockRate);
    writeRtpHeader(packet, payloadType, view.marker, sequence, timestamp, this.ssrc);
    if (sequenceDistance(this.#sequence, sequence) >= 0) this.#sequence = (sequence + 1) & 0xffff;
    this.#put(packet, rtpHeaderLength + length);
  }

  /** A packet was received that is not echoed, such as a key: its number is not left out of what is sent. */
  notEchoed(step: SequenceStep): void {
    if (this.#echo !== undefined && step === 'next') this.#echo.sequence -= 1;
  }

  /** Ends what is played and forgets the keys. */
  close(): void {
    this.stopPlaying();
    this.#dtmf.clear();
    this.#target = undefined;
  }

  #maySend(): boolean {
    return (
      this.#target !== undefined &&
      this.#encoder !== undefined &&
      maySend(this.#agreement.direction)
    );
  }

  #sendFrame(): void {
    const asTones = this.#agreement.sendEvents === undefined;
    if (this.#dtmf.active && !asTones && this.#sendKey()) return;
    const sounds = this.#dtmf.active && asTones;
    if (this.#echoing && !sounds) return;
    this.#echo = undefined;
    if (sounds) this.#readKey();
    else if (!this.#readSource()) this.#frame.fill(0);
    this.#pending.set(this.#frame, this.#pendingCount);
    this.#pendingCount += frameSamples;
    while (this.#pendingCount >= this.#packetSamples) this.#sendPending();
  }

  #sendPending(): void {
    const count = this.#packetSamples;
    const encoder = this.#encoder;
    const payloadType = this.#agreement.send[0]?.payloadType;
    // Where the first sample that waits belongs: the frame that was read last begins at the timestamp of now.
    const timestamp = this.#after(frameSamples - this.#pendingCount);
    this.#pendingCount -= count;
    if (encoder === undefined || payloadType === undefined) return;
    const packet = this.#ring.next(longestPacket);
    const length = encoder.encode(this.#pending, count, packet, rtpHeaderLength);
    this.#pending.copyWithin(0, count, count + this.#pendingCount);
    // RFC 3551 §4.1: the marker tells the first packet after a time without packets.
    writeRtpHeader(
      packet,
      payloadType,
      this.#spurtBegins,
      this.#nextSequence(),
      timestamp,
      this.ssrc,
    );
    this.#spurtBegins = false;
    this.#put(packet, rtpHeaderLength + length);
  }

  #breakOff(): void {
    this.#spurtBegins = true;
    this.#pendingCount = 0;
  }

  // The key as sound, in the rhythm in which it would go as events.
  #readKey(): void {
    const report = this.#dtmf.next(this.#timestamp);
    this.#frame.fill(0);
    if (report?.sounds !== true) return;
    const units = (this.#timestamp - report.timestamp) >>> 0;
    const offset = (units * sampleRate) / this.clockRate;
    writeKeyTones(dtmfDigit(report.event) ?? '', this.#frame, offset);
  }

  #readSource(): boolean {
    const source = this.#source;
    if (source === undefined) return false;
    const count = source.read(this.#frame);
    if (count < frameSamples) {
      this.#frame.fill(0, Math.max(0, count));
      this.#endPlaying('ended');
    }
    return count > 0;
  }

  #sendKey(): boolean {
    const agreed = this.#agreement.sendEvents;
    const report = this.#dtmf.next(this.#timestamp);
    if (report === undefined || agreed === undefined) return false;
    this.#echo = undefined;
    this.#pendingCount = 0;
    const packet = this.#ring.next(rtpHeaderLength + 4);
    writeRtpHeader(
      packet,
      agreed.payloadType,
      report.marker,
      this.#nextSequence(),
      report.timestamp,
      this.ssrc,
    );
    const duration = (report.duration * agreed.clockRate) / sampleRate;
    writeTelephoneEvent(packet, rtpHeaderLength, { ...report, duration });
    this.#put(packet, rtpHeaderLength + 4);
    return true;
  }

  #echoFor(view: RtpView, clockRate: number, step: SequenceStep): Echo {
    const begins = step === 'first' || step === 'restart';
    if (this.#echo === undefined || begins || this.#echo.clockRate !== clockRate) {
      this.#echo = {
        sequence: this.#sequence - view.sequence,
        timestamps: new TimestampScale(clockRate, this.#timestamp),
        clockRate,
        from: this.#sequence,
      };
    }
    // Numbers are compared over half their range, so the beginning has to stay near.
    if (sequenceDistance(this.#echo.from, this.#sequence) > 1000)
      this.#echo.from = (this.#sequence - 500) & 0xffff;
    return this.#echo;
  }

  /** Writes the payload as it came, or in our codec when the peer takes no packets of its own; tells its length. */
  #echoed(audio: ReceivedAudio, format: CodecFormat | undefined, packet: Uint8Array): number {
    const { view, bytes, samples, count } = audio;
    if (format === undefined)
      return this.#encoder?.encode(samples, count, packet, rtpHeaderLength) ?? 0;
    packet.set(bytes.subarray(view.payloadStart, view.payloadEnd), rtpHeaderLength);
    return view.payloadEnd - view.payloadStart;
  }

  /** The timestamp so many samples of 8000 Hz after now. */
  #after(samples: number): number {
    return (this.#timestamp + (samples * this.clockRate) / sampleRate) >>> 0;
  }

  #nextSequence(): number {
    const sequence = this.#sequence;
    this.#sequence = (sequence + 1) & 0xffff;
    return sequence;
  }

  #put(packet: Uint8Array, length: number): void {
    if (this.#target === undefined) return;
    this.#packets += 1;
    this.#octets += length - rtpHeaderLength;
    this.#send(packet, length, this.#target);
  }

  #endPlaying(end: PlayEnd): void {
    const ended = this.#sourceEnded;
    this.#source = undefined;
    this.#sourceEnded = undefined;
    ended?.(end);
  }
}

// One media line of a party in a media thread: what the party sends goes to the line that it is joined to, and back.
import {
  formatRtcp,
  ntpTime,
  parseTelephoneEvent,
  ReceptionStatistics,
  RtpView,
  dtmfDigit,
  writeRtpHeader,
  writeTelephoneEvent,
  rtpHeaderLength,
  translateRtcp,
} from '@offhook/sip/rtp';
import type { ReportBlock, RtcpPacket, SequenceStep } from '@offhook/sip/rtp';
import type { StreamReport } from '@offhook/sip/sdp';
import { mayReceive, maySend } from '../agreement.ts';
import { DtmfReceiver } from '../key/events.ts';
import { longestPacket } from '../packet-ring.ts';
import type { PacketRing } from '../packet-ring.ts';
import { Forwarder } from './forwarder.ts';
import { routeOf } from './leg-agreement.ts';
import type { LineAgreement, LineFormat, LineMedia } from './leg-agreement.ts';
import { LineTranscoding } from './line-transcoding.ts';
import { LineVoice } from './line-voice.ts';

/** What a line needs from around it. */
export interface PartyLineOptions {
  readonly media: LineMedia;
  /** Random (RFC 3550 §5.1). */
  readonly ssrc: number;
  readonly sequence: number;
  readonly timestamp: number;
  readonly cname: string;
  /** Chance from 0 to 1. */
  readonly fraction: () => number;
  /** Milliseconds since 1970 when the monotonic clock was 0. */
  readonly epoch: number;
  readonly ring: PacketRing;
  /** Sends a packet in whose buffer there is room behind `length` octets for what SRTP adds. */
  readonly sendRtp: (bytes: Uint8Array, length: number) => void;
  readonly sendRtcp: (compound: Uint8Array) => void;
  /** Sends the packet of that number once more; false when it is not kept. */
  readonly resend: (sequence: number) => boolean;
  /** The party pressed a key. */
  readonly key: (key: string) => void;
  /** True for a browser, which sends silence to whom it holds. */
  readonly isBrowser: boolean;
  /** A fault of ours. */
  readonly failed: (reason: string) => void;
}

const mediaKind = 0;
const keyKind = 1;
const noiseKind = 2;

/** Milliseconds between reports, on average (RFC 3550 §6.2); video is steered by them, so they come oftener. */
const interval: Readonly<Record<LineMedia, number>> = { audio: 5000, video: 1000 };

/** How often a picture is asked for when somebody begins to see, and the milliseconds between. */
const picturesAsked = 3;
const pictureWait = 500;

/** One line. Times are milliseconds of one monotonic clock. */
export class PartyLine {
  readonly media: LineMedia;
  readonly ssrc: number;
  readonly #options: PartyLineOptions;
  readonly #view = new RtpView();
  readonly #keys = new DtmfReceiver();
  readonly #forwarder: Forwarder;
  readonly #received = new Uint8Array(128);
  /** What the payload types are that come: audio, or something that goes along with it. */
  readonly #kinds = new Uint8Array(128);
  #agreement: LineAgreement | undefined;
  #statistics = new ReceptionStatistics(8000);
  #clockRate = 8000;
  #joined: PartyLine | undefined;
  #route: Uint8Array = new Uint8Array(128).fill(255);
  /** For keys that go on in units of another clock: how many of them one of the party's is. */
  readonly #scales = new Float32Array(128).fill(1);
  readonly #ownView = new RtpView();
  readonly #voice: LineVoice;
  readonly #transcoding: LineTranscoding;
  #transcodes = false;
  #now = 0;
  #remoteSsrc: number | undefined;
  #heardAt: number | undefined;
  #sentPackets = 0;
  #sentOctets = 0;
  #sentBefore = 0;
  #dropped = 0;
  #reportAt = 0;
  #pictureAt = Infinity;
  #pictures = 0;

  constructor(options: PartyLineOptions) {
    this.#options = options;
    this.media = options.media;
    this.ssrc = options.ssrc;
    this.#forwarder = new Forwarder(options.sequence, options.timestamp);
    const { ring, failed } = options;
    this.#voice = new LineVoice({
      ...{ ring, failed },
      send: (packet, clockRate) => this.#say(this.#voice, packet, clockRate, this.#now),
    });
    this.#transcoding = new LineTranscoding({
      ...{ ring, failed },
      send: (packet, clockRate) =>
        this.#joined?.forwardOwn(this.#transcoding, packet, clockRate, this.#now),
    });
  }

  /** What is in force. */
  get agreement(): LineAgreement | undefined {
    return this.#agreement;
  }

  /** True for a browser. */
  get isBrowser(): boolean {
    return this.#options.isBrowser;
  }

  /** When the party was last heard. */
  get heardAt(): number | undefined {
    return this.#heardAt;
  }

  /** Packets dropped: malformed, or of a payload type that was not agreed. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Whether the party should be heard. */
  get listens(): boolean {
    return this.#agreement !== undefined && mayReceive(this.#agreement.direction);
  }

  /** Puts an agreement in force; undefined for a line that was refused or removed. */
  agree(agreement: LineAgreement | undefined): void {
    this.#agreement = agreement;
    this.#received.fill(0);
    this.#kinds.fill(mediaKind);
    for (const { payloadType, isEvent, codec } of agreement?.receive ?? []) {
      this.#received[payloadType] = 1;
      if (isEvent) this.#kinds[payloadType] = keyKind;
      else if (codec.startsWith('cn/')) this.#kinds[payloadType] = noiseKind;
    }
    const clockRate = agreement?.receive[0]?.clockRate ?? this.#clockRate;
    if (clockRate !== this.#clockRate && this.#remoteSsrc === undefined)
      this.#statistics = new ReceptionStatistics(clockRate);
    this.#clockRate = clockRate;
    this.#reroute();
    this.#joined?.reroute(this);
  }

  /** What comes from this party goes to `other` from now on; undefined for nowhere. */
  join(other: PartyLine | undefined): void {
    this.#joined = other;
    this.#reroute();
  }

  /** `other` was agreed upon anew. */
  reroute(other: PartyLine): void {
    if (this.#joined === other) this.#reroute();
  }

  /** Whether the packet may belong to this line, by its payload type. */
  takes(payloadType: number): boolean {
    return this.#received[payloadType] === 1;
  }

  /** Takes an authentic packet of the party. */
  received(bytes: Uint8Array, now: number): void {
    const view = this.#view;
    if (bytes.length > longestPacket || !view.read(bytes)) {
      this.#dropped += 1;
      return;
    }
    if (this.#received[view.payloadType] !== 1) {
      this.#dropped += 1;
      return;
    }
    if (view.ssrc !== this.#remoteSsrc) {
      this.#remoteSsrc = view.ssrc;
      this.#statistics.changeSource();
      this.#keys.reset();
    }
    this.#heardAt = now;
    const step = this.#statistics.arrived(view.sequence, view.timestamp, now);
    if (!this.listens) {
      this.#joined?.interrupt();
      return;
    }
    const kind = this.#kinds[view.payloadType];
    if (kind === keyKind) this.#listen(bytes, step);
    const payloadType = this.#route[view.payloadType] ?? 255;
    // Keys and noise go the way of the audio that they belong to.
    if (kind === mediaKind) this.#transcodes = payloadType === 255;
    if (this.#transcodes && this.media === 'audio') {
      this.#now = now;
      this.#transcoding.take(view, bytes, step, now);
    } else if (payloadType !== 255)
      this.#joined?.forward(this, view, bytes, payloadType, step, this.#clockRate, now);
  }

  /** Sends a packet of another party to this one, under numbers of ours. */
  forward(
    source: PartyLine,
    view: RtpView,
    bytes: Uint8Array,
    payloadType: number,
    step: SequenceStep,
    clockRate: number,
    now: number,
  ): void {
    if (this.#voice.speaks) this.interrupt();
    else this.#send(source, view, bytes, payloadType, step, clockRate, now);
  }

  /** A packet for the party was left out on purpose, which is no loss. */
  interrupt(): void {
    this.#forwarder.interrupt();
  }

  /** Sends a packet that was made of another party's, under numbers of ours. */
  forwardOwn(source: object, packet: Uint8Array, clockRate: number, now: number): void {
    if (!this.#voice.speaks) this.#say(source, packet, clockRate, now);
  }

  /** Presses a key towards the party. */
  press(key: string): void {
    this.#voice.press(key);
  }

  /** Frees its codecs. */
  close(): void {
    this.#voice.close();
    this.#transcoding.close();
  }

  #say(source: object, packet: Uint8Array, clockRate: number, now: number): void {
    const view = this.#ownView;
    if (view.read(packet))
      this.#send(source, view, packet, view.payloadType, 'next', clockRate, now);
  }

  #send(
    source: object,
    view: RtpView,
    bytes: Uint8Array,
    payloadType: number,
    step: SequenceStep,
    clockRate: number,
    now: number,
  ): void {
    if (this.#agreement === undefined || !maySend(this.#agreement.direction)) {
      this.interrupt();
      return;
    }
    const forwarder = this.#forwarder;
    if (!forwarder.number(source, view, step, clockRate, now)) return;
    const length = rtpHeaderLength + view.payloadEnd - view.payloadStart;
    const packet = this.#options.ring.next(length);
    writeRtpHeader(
      packet,
      payloadType,
      view.marker,
      forwarder.sequence,
      forwarder.timestamp,
      this.ssrc,
    );
    packet.set(bytes.subarray(view.payloadStart, view.payloadEnd), rtpHeaderLength);
    this.#sentPackets += 1;
    this.#sentOctets += length - rtpHeaderLength;
    this.#options.sendRtp(packet, length);
  }

  /** Takes an authentic compound of the party. */
  receivedRtcp(packets: readonly RtcpPacket[], now: number): void {
    for (const packet of packets) {
      if (packet.kind !== 'sender-report' || packet.ssrc !== this.#remoteSsrc) continue;
      this.#heardAt = now;
      this.#statistics.senderReported(packet, now);
    }
    const wishes = packets.flatMap((packet) => this.#wishIn(packet));
    if (wishes.length > 0) this.#joined?.askFor(this, wishes, this.#forwarder.sequenceShift);
  }

  /**
   * Asks the party for what `other` wishes of it, such as a picture or what was lost; `other` sees its packets with numbers
   * shifted so far.
   */
  askFor(other: PartyLine, wishes: readonly RtcpPacket[], sequenceShift: number): void {
    const source = this.#remoteSsrc;
    if (source === undefined || this.#agreement === undefined) return;
    const asked = translateRtcp(wishes, {
      sender: () => undefined,
      heard: (ssrc) =>
        ssrc === other.ssrc ? { ssrc: source, sequenceShift: -sequenceShift } : undefined,
      listener: this.ssrc,
    });
    if (asked.length > 0) this.#ask(asked);
  }

  /** Does what is due each 20 ms; true when a report went out. */
  tick(now: number): boolean {
    this.#now = now;
    this.#voice.tick();
    if (now >= this.#pictureAt) this.#askPicture(now);
    if (this.#agreement === undefined || now < this.#reportAt) return false;
    const first = this.#reportAt === 0;
    // RFC 3550 §6.2: spread, so that the reports of many do not fall together; the first after half the time.
    const wait = interval[this.media] * (0.5 + this.#options.fraction()) * (first ? 0.5 : 1);
    this.#reportAt = now + wait;
    if (!first) this.report(now, false);
    return !first;
  }

  /** Reports to the party, with a goodbye when it is the last time. */
  report(now: number, goodbye: boolean): void {
    if (this.#agreement === undefined) return;
    const packets: RtcpPacket[] = [
      this.#stateOfThings(now),
      { kind: 'source-description', chunks: [{ ssrc: this.ssrc, cname: this.#options.cname }] },
    ];
    if (goodbye) packets.push({ kind: 'goodbye', ssrcs: [this.ssrc], reason: undefined });
    this.#options.sendRtcp(formatRtcp(packets));
  }

  /** The counters now; undefined for a line that never was agreed upon. */
  statistics(): StreamReport | undefined {
    if (this.#agreement === undefined) return undefined;
    const { received, lost, jitterMilliseconds } = this.#statistics;
    return {
      line: this.#agreement.line,
      codec: this.#agreement.codec,
      sentPackets: this.#sentPackets,
      receivedPackets: received,
      lostPackets: lost,
      jitterMilliseconds,
    };
  }

  #reroute(): void {
    const from = this.#agreement;
    const to = this.#joined?.agreement;
    this.#route =
      from === undefined || to === undefined ? new Uint8Array(128).fill(255) : routeOf(from, to);
    this.#scales.fill(1);
    for (const format of from?.receive ?? []) this.#routeKeys(format, to?.send ?? []);
    this.#transcoding.connect(from, to);
    // Who begins to see has no picture to begin with (RFC 5104 §3.5.1).
    this.#pictures = this.media === 'video' && to !== undefined ? picturesAsked : 0;
    this.#pictureAt = this.#pictures > 0 ? this.#now : Infinity;
    // RFC 3264 §8.4: who may only hear is held. A telephone plays its own music; a browser sends silence.
    const holds = from?.direction === 'sendonly' && this.#joined?.isBrowser === true;
    this.#voice.agree(from, holds && this.media === 'audio');
  }

  // What went out from here is sent again from here; what never came is asked for at its source.
  #wishIn(packet: RtcpPacket): readonly RtcpPacket[] {
    if (packet.kind === 'picture-loss' || packet.kind === 'full-intra-request') return [packet];
    if (packet.kind !== 'nack' || packet.media !== this.ssrc) return [];
    const lost = packet.lost.filter((sequence) => !this.#options.resend(sequence));
    return lost.length === 0 ? [] : [{ ...packet, lost }];
  }

  // A sender that has just begun may miss the first request.
  #askPicture(now: number): void {
    this.#pictures -= 1;
    this.#pictureAt = this.#pictures > 0 ? now + pictureWait : Infinity;
    const media = this.#remoteSsrc;
    if (media !== undefined && this.#agreement !== undefined)
      this.#ask([{ kind: 'picture-loss', ssrc: this.ssrc, media }]);
  }

  // RFC 3550 §6.1: a compound starts with a report, be it empty.
  #ask(wishes: readonly RtcpPacket[]): void {
    const { ssrc } = this;
    this.#options.sendRtcp(formatRtcp([{ kind: 'receiver-report', ssrc, reports: [] }, ...wishes]));
  }

  // Where the other party takes keys at another clock rate only.
  #routeKeys({ payloadType, clockRate, isEvent }: LineFormat, taken: readonly LineFormat[]): void {
    const other = taken.find((format) => format.isEvent);
    if (!isEvent || other === undefined || this.#route[payloadType] !== 255) return;
    this.#route[payloadType] = other.payloadType;
    this.#scales[payloadType] = other.clockRate / clockRate;
  }

  #listen(bytes: Uint8Array, step: SequenceStep): void {
    const view = this.#view;
    if (step === 'restart') this.#keys.reset();
    const report = parseTelephoneEvent(bytes.subarray(view.payloadStart, view.payloadEnd));
    if (report === undefined) return;
    const isNew = this.#keys.isNew(report, view.timestamp, view.marker);
    const scale = this.#scales[view.payloadType] ?? 1;
    // RFC 4733 §2.3.5: the other party may count the length by another clock.
    if (scale !== 1) {
      const duration = Math.min(0xffff, Math.round(report.duration * scale));
      writeTelephoneEvent(bytes, view.payloadStart, { ...report, duration });
    }
    const key = dtmfDigit(report.event);
    if (isNew && key !== undefined) this.#options.key(key);
  }

  #stateOfThings(now: number): RtcpPacket {
    const { ssrc } = this;
    const heard = this.#remoteSsrc;
    const reports: ReportBlock[] = heard === undefined ? [] : [this.#statistics.report(heard, now)];
    const sent = this.#sentPackets !== this.#sentBefore;
    this.#sentBefore = this.#sentPackets;
    // RFC 3550 §6.4: who sent nothing since the report before is no sender.
    if (!sent) return { kind: 'receiver-report', ssrc, reports };
    return {
      kind: 'sender-report',
      ssrc,
      ntp: ntpTime(this.#options.epoch + now),
      timestamp: this.#forwarder.timestampAt(this.#clockRate, now),
      packets: this.#sentPackets,
      octets: this.#sentOctets,
      reports,
    };
  }
}

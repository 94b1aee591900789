// RTCP of one stream: when to report, what to say, and what the peer's reports tell (RFC 3550 §6).
import { formatRtcp, ntpTime, parseRtcp, roundTripMilliseconds } from '@offhook/sip/rtp';
import type { ReportBlock, RtcpPacket } from '@offhook/sip/rtp';
import type { Receiver } from './receiving.ts';
import type { Sender } from './sending.ts';

/** Ticks of 20 ms between reports, on average: five seconds (RFC 3550 §6.2). */
const usualInterval = 250;

/** What the peer says of our stream. */
export interface RemoteView {
  readonly lostPackets: number | undefined;
  readonly jitterMilliseconds: number | undefined;
  readonly roundTripMilliseconds: number | undefined;
}

/** What a reporter is made of. */
export interface ReporterOptions {
  readonly sender: Sender;
  readonly receiver: Receiver;
  readonly cname: string;
  /** Chance from 0 to 1, so that the reports of many streams do not fall together (RFC 3550 §6.2). */
  readonly fraction: () => number;
  /** Milliseconds since 1970 when the monotonic clock was 0. */
  readonly epoch: number;
}

/** Writes and reads the reports of one stream. */
export class Reporter {
  readonly #sender: Sender;
  readonly #receiver: Receiver;
  readonly #cname: string;
  readonly #fraction: () => number;
  readonly #epoch: number;
  #ticksLeft: number;
  #packetsBefore = 0;
  #remote: RemoteView = {
    lostPackets: undefined,
    jitterMilliseconds: undefined,
    roundTripMilliseconds: undefined,
  };

  /** Takes the two halves of the stream. */
  constructor(options: ReporterOptions) {
    this.#sender = options.sender;
    this.#receiver = options.receiver;
    this.#cname = options.cname;
    this.#fraction = options.fraction;
    this.#epoch = options.epoch;
    // RFC 3550 §6.2: the first report comes after half the time.
    this.#ticksLeft = Math.round(this.#interval() / 2);
  }

  /** The newest that the peer told. */
  get remote(): RemoteView {
    return this.#remote;
  }

  /** Counts a tick of 20 ms; true when a report is due. */
  tick(): boolean {
    this.#ticksLeft -= 1;
    if (this.#ticksLeft > 0) return false;
    this.#ticksLeft = this.#interval();
    return true;
  }

  /** A report, with our name, and with a goodbye when the stream ends. */
  report(now: number, goodbye: boolean): Uint8Array {
    const { ssrc } = this.#sender;
    const packets: RtcpPacket[] = [
      this.#stateOfThings(now),
      { kind: 'source-description', chunks: [{ ssrc, cname: this.#cname }] },
    ];
    if (goodbye) packets.push({ kind: 'goodbye', ssrcs: [ssrc], reason: undefined });
    return formatRtcp(packets);
  }

  /** Reads a compound of the peer that came at `now`; false when it is none. */
  received(bytes: Uint8Array, now: number): boolean {
    const packets = parseRtcp(bytes);
    if (packets === undefined) return false;
    for (const packet of packets) {
      if (packet.kind === 'sender-report' && packet.ssrc === this.#receiver.ssrc) {
        this.#receiver.statistics.senderReported(packet, now);
      }
      if (packet.kind === 'sender-report' || packet.kind === 'receiver-report') {
        const block = packet.reports.find((each) => each.ssrc === this.#sender.ssrc);
        if (block !== undefined) this.#reported(block, this.#epoch + now);
      }
    }
    return true;
  }

  #stateOfThings(now: number): RtcpPacket {
    const { ssrc: heard, statistics } = this.#receiver;
    const reports = heard === undefined ? [] : [statistics.report(heard, now)];
    const { ssrc, packets, octets, timestamp } = this.#sender;
    const sent = packets !== this.#packetsBefore;
    this.#packetsBefore = packets;
    // RFC 3550 §6.4: who sent nothing since the report before is no sender.
    if (!sent) return { kind: 'receiver-report', ssrc, reports };
    return {
      kind: 'sender-report',
      ssrc,
      ntp: ntpTime(this.#epoch + now),
      timestamp,
      packets,
      octets,
      reports,
    };
  }

  #reported(block: ReportBlock, wall: number): void {
    this.#remote = {
      lostPackets: block.lost,
      jitterMilliseconds: (block.jitter * 1000) / this.#sender.clockRate,
      roundTripMilliseconds:
        roundTripMilliseconds(block, wall) ?? this.#remote.roundTripMilliseconds,
    };
  }

  #interval(): number {
    return Math.round(usualInterval * (0.5 + this.#fraction()));
  }
}

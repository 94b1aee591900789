// How well one source is heard: losses, jitter and the report block that says so (RFC 3550 §6.4.1, appendices A.3 and A.8).
import { ntpMiddle } from './rtcp/packet.ts';
import type { ReportBlock, SenderReport } from './rtcp/packet.ts';
import { SequenceTracker } from './sequence.ts';
import type { SequenceStep } from './sequence.ts';

/** Statistics of one received source. A restart of the source keeps the totals of before. */
export class ReceptionStatistics {
  #clockRate: number;
  readonly #sequence = new SequenceTracker();
  #earlierReceived = 0;
  #earlierLost = 0;
  #expectedBefore = 0;
  #receivedBefore = 0;
  #transit: number | undefined;
  #jitter = 0;
  #lastReport = 0;
  #lastReportAt = 0;

  /** For a source whose timestamps count `clockRate` units a second. */
  constructor(clockRate: number) {
    this.#clockRate = clockRate;
  }

  /** Takes a packet that arrived at `now` milliseconds and tells how it stands to those before it. */
  arrived(sequence: number, timestamp: number, now: number): SequenceStep {
    const { received, lost } = this.#sequence;
    const step = this.#sequence.update(sequence);
    if (step === 'restart') {
      this.#earlierReceived += received;
      this.#earlierLost += lost;
      this.#forgetInterval();
    }
    if (step === 'jump') return step;
    const arrival = (now * this.#clockRate) / 1000;
    // Compared in 32 bits, so that a wrap of the sender's timestamp counts as no jitter. RFC 4733 §2.5.2.2: packets that
    // share one timestamp count like all others.
    const transit = arrival - timestamp;
    if (this.#transit !== undefined) {
      this.#jitter += (Math.abs(wrap32(transit - this.#transit)) - this.#jitter) / 16;
    }
    this.#transit = transit;
    return step;
  }

  /** From now on the source's timestamps count `clockRate` units a second: its codec changed. */
  countBy(clockRate: number): void {
    this.#jitter *= clockRate / this.#clockRate;
    this.#clockRate = clockRate;
    this.#transit = undefined;
  }

  /** Begins anew with another source, keeping the totals. */
  changeSource(): void {
    this.#earlierReceived = this.received;
    this.#earlierLost = this.lost;
    this.#sequence.reset();
    this.#forgetInterval();
    this.#lastReport = 0;
  }

  /** Remembers the sender report that arrived at `now`, for the report block's round trip fields. */
  senderReported(report: SenderReport, now: number): void {
    this.#lastReport = ntpMiddle(report.ntp);
    this.#lastReportAt = now;
  }

  /** Packets received in all. */
  get received(): number {
    return this.#earlierReceived + this.#sequence.received;
  }

  /** Packets lost in all. */
  get lost(): number {
    return this.#earlierLost + this.#sequence.lost;
  }

  /** In timestamp units (RFC 3550 appendix A.8). */
  get jitter(): number {
    return this.#jitter;
  }

  /** The jitter in milliseconds. */
  get jitterMilliseconds(): number {
    return (this.#jitter * 1000) / this.#clockRate;
  }

  /** The report block about `ssrc` at `now`; the loss fraction counts from the block before (RFC 3550 appendix A.3). */
  report(ssrc: number, now: number): ReportBlock {
    const { expected, received, lost, highest } = this.#sequence;
    const expectedNow = expected - this.#expectedBefore;
    const lostNow = expectedNow - (received - this.#receivedBefore);
    this.#expectedBefore = expected;
    this.#receivedBefore = received;
    return {
      ssrc,
      fractionLost:
        expectedNow <= 0 || lostNow <= 0
          ? 0
          : Math.min(255, Math.floor((lostNow * 256) / expectedNow)),
      lost,
      highestSequence: highest % 2 ** 32,
      jitter: Math.floor(this.#jitter),
      lastReport: this.#lastReport,
      delay: this.#lastReport === 0 ? 0 : Math.round(((now - this.#lastReportAt) / 1000) * 65_536),
    };
  }

  #forgetInterval(): void {
    this.#expectedBefore = 0;
    this.#receivedBefore = 0;
    this.#transit = undefined;
  }
}

function wrap32(value: number): number {
  const range = 2 ** 32;
  return value - range * Math.round(value / range);
}

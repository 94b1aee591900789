// Keys as RTP events: when to send which report, and which reports received are a new key (RFC 4733 §2.5).
import { timestampDistance } from '@offhook/sip/rtp';
import type { TelephoneEvent } from '@offhook/sip/rtp';
import { frameSamples } from '../audio/source.ts';

/** Keys cannot be sent: not agreed, not among those that the peer takes, or the stream does not send. */
export class DtmfRefused extends Error {
  override readonly name = 'DtmfRefused';
}

/** Ticks of 20 ms that a key sounds unless said. */
export const usualTicks = 5;
/** RFC 4733 §2.5.1.4: the final report is sent three times. */
const finalReports = 3;
/** Ticks of pause behind a key; the repeats of its final report lie in it. */
const pauseTicks = 4;
/** RFC 4733 table 3 leaves the level open; -10 dBm0 is what telephones send. */
const volume = 10;

/** A report to send. */
export interface DtmfReport extends TelephoneEvent {
  /** When the key was pressed; the same in all its reports. */
  readonly timestamp: number;
  /** Set in the first report only (RFC 4733 §2.5.1.2). */
  readonly marker: boolean;
  /** False in the repeats of the final report, when the key is up already. */
  readonly sounds: boolean;
}

interface Press {
  readonly event: number;
  /** Of the last key of some: called with true after its last report, with false when it is forgotten. */
  readonly done: ((sent: boolean) => void) | undefined;
}

/** Sends keys one after the other; asked at each tick of 20 ms what to send. */
export class DtmfSender {
  readonly #ticks: number;
  readonly #queue: Press[] = [];
  #start = 0;
  #tick = 0;

  /** Each key sounds for `ticks` ticks of 20 ms. */
  constructor(ticks: number = usualTicks) {
    this.#ticks = ticks;
  }

  /** Adds the events of some keys; `done` is called once, with whether the last report of the last is out. */
  press(events: readonly number[], done: (sent: boolean) => void): void {
    if (events.length === 0) done(true);
    events.forEach((event, index) => {
      this.#queue.push({ event, done: index === events.length - 1 ? done : undefined });
    });
  }

  /** True while keys wait or sound. */
  get active(): boolean {
    return this.#queue.length > 0;
  }

  /** Forgets all keys. */
  clear(): void {
    const forgotten = this.#queue.splice(0);
    this.#tick = 0;
    for (const press of forgotten) press.done?.(false);
  }

  /** The report for the tick at `timestamp`; undefined in a pause, when audio may be sent. */
  next(timestamp: number): DtmfReport | undefined {
    const press = this.#queue[0];
    if (press === undefined) return undefined;
    if (this.#tick === 0) this.#start = timestamp;
    const tick = this.#tick;
    const lastReport = this.#ticks + finalReports - 2;
    this.#tick += 1;
    if (this.#tick === this.#ticks + pauseTicks) {
      this.#queue.shift();
      this.#tick = 0;
      press.done?.(true);
    }
    if (tick > lastReport) return undefined;
    return {
      event: press.event,
      end: tick >= this.#ticks - 1,
      volume,
      duration: Math.min(tick + 1, this.#ticks) * frameSamples,
      timestamp: this.#start,
      marker: tick === 0,
      sounds: tick < this.#ticks,
    };
  }
}

/** Tells new keys from further reports of the same one, with the marker bit and without it. */
export class DtmfReceiver {
  #event = -1;
  #timestamp = 0;
  #duration = 0;
  #ended = true;

  /** Begins anew with another source. */
  reset(): void {
    this.#event = -1;
    this.#ended = true;
  }

  /** True when this report is the first that is seen of a key. */
  isNew(report: TelephoneEvent, timestamp: number, marker: boolean): boolean {
    // RFC 4733 §2.3.5: a report without duration says nothing yet.
    if (report.duration === 0 && !report.end && !marker) return false;
    const known = this.#event >= 0;
    const ahead = timestampDistance(this.#timestamp, timestamp);
    if (known && ahead < 0 && ahead > -80_000) return false;
    const same =
      known &&
      report.event === this.#event &&
      (ahead === 0 || (!marker && this.#continues(report, ahead)));
    if (known && ahead === 0 && !same) return false;
    this.#event = report.event;
    this.#timestamp = timestamp;
    this.#duration =
      ahead === 0 && same ? Math.max(this.#duration, report.duration) : report.duration;
    this.#ended = same ? this.#ended || report.end : report.end;
    return !same;
  }

  /**
   * The same key under another timestamp: a new segment of a long one (RFC 4733 §2.5.1.3), or a sender that wrongly moves
   * the timestamp on with each report. Either way it starts where the report before ended, and nobody presses a key again
   * within 20 ms.
   */
  #continues(report: TelephoneEvent, ahead: number): boolean {
    const gapless = ahead <= this.#duration + frameSamples;
    return gapless && (!this.#ended || report.end);
  }
}

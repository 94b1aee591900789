// The keys pressed in a stream: reports of one event put together (RFC 4733 §2.3, §2.5.1).
import { dtmfDigit, parseTelephoneEvent } from '../../rtp/telephone-event.ts';
import type { DtmfDocument } from '../document/document.ts';

/** How many keys of a stream are told. */
const mostKeys = 256;

interface Key {
  readonly at: number;
  readonly frame: number;
  readonly timestamp: number;
  readonly event: number;
  readonly marker: boolean;
  duration: number;
  ended: boolean;
}

/** Collects the keys of one stream. */
export class PressedKeys {
  readonly #keys: Key[] = [];
  readonly #clockRate: number;

  /** For events whose durations count `clockRate` units a second. */
  constructor(clockRate: number) {
    this.#clockRate = clockRate;
  }

  /** Takes a packet of events. */
  add(
    payload: Uint8Array,
    packet: { at: number; frame: number; timestamp: number; marker: boolean },
  ): void {
    const report = parseTelephoneEvent(payload);
    if (report === undefined || dtmfDigit(report.event) === undefined) return;
    const { event, end, duration } = report;
    // RFC 4733 §2.5.1.2: all reports of an event have the timestamp of its beginning.
    const known = this.#keys.findLast((key) => key.timestamp === packet.timestamp);
    if (known?.event === event) {
      known.duration = Math.max(known.duration, duration);
      known.ended ||= end;
      return;
    }
    if (this.#keys.length < mostKeys) this.#keys.push({ ...packet, event, duration, ended: end });
  }

  /** The keys in their order. */
  get all(): readonly DtmfDocument[] {
    return this.#keys.map(({ at, frame, event, marker, duration, ended }) => ({
      at,
      frame,
      key: dtmfDigit(event) ?? '?',
      milliseconds: (duration * 1000) / this.#clockRate,
      marker,
      ended,
    }));
  }
}

/** Whether a payload without a known format is likely a report of a key: four octets, the reserved bit zero (RFC 4733 §2.3). */
export function looksLikeKey(payload: Uint8Array): boolean {
  const [event = 255, flags = 64] = payload;
  return payload.length === 4 && event < 16 && (flags & 64) === 0;
}

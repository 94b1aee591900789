// Keys of a telephone as RTP payload: four octets that say which, how loud and for how long (RFC 4733 §2.3).

/** One report of an event. */
export interface TelephoneEvent {
  /** 0 to 255; 0 to 15 are the keys (RFC 4733 §3.2). */
  readonly event: number;
  /** True in the last report of the event. */
  readonly end: boolean;
  /** Level in dBm0 without its sign, 0 to 63. */
  readonly volume: number;
  /** In timestamp units, up to 65535. */
  readonly duration: number;
}

const keys = '0123456789*#ABCD';

/** The report in a payload; undefined when it is shorter than four octets. What follows the first report is not read. */
export function parseTelephoneEvent(payload: Uint8Array): TelephoneEvent | undefined {
  const [event, flags, high, low] = payload;
  if (event === undefined || flags === undefined || high === undefined || low === undefined)
    return undefined;
  return { event, end: flags >= 128, volume: flags & 63, duration: (high << 8) | low };
}

/** Writes a report into `into` at `at`: four octets (RFC 4733 §2.3). */
export function writeTelephoneEvent(into: Uint8Array, at: number, report: TelephoneEvent): void {
  into[at] = report.event & 255;
  into[at + 1] = (report.end ? 128 : 0) | (report.volume & 63);
  into[at + 2] = (report.duration >>> 8) & 255;
  into[at + 3] = report.duration & 255;
}

/** The event of a key `0`-`9`, `*`, `#`, `A`-`D` in either case; undefined for anything else. */
export function dtmfEvent(digit: string): number | undefined {
  const event = digit.length === 1 ? keys.indexOf(digit.toUpperCase()) : -1;
  return event < 0 ? undefined : event;
}

/** The key of an event; undefined when the event is none. */
export function dtmfDigit(event: number): string | undefined {
  return keys[event];
}

/**
 * The events that a format's `fmtp` lists, such as `0-15,66`; without a list, and where it is malformed, the keys 0 to 15
 * (RFC 4733 §2.4.1, §2.5.1.1).
 */
export function parseEventList(text: string | undefined): ReadonlySet<number> {
  const events = new Set<number>();
  for (const element of (text ?? '0-15').slice(0, 1024).split(',')) {
    const range = /^ ?(?:events=)?(\d{1,3})(?:-(\d{1,3}))? ?$/.exec(element);
    if (range === null) return parseEventList(undefined);
    const first = Number(range[1]);
    const last = Math.min(255, Number(range[2] ?? range[1]));
    for (let event = first; event <= last; event += 1) events.add(event);
  }
  return events;
}

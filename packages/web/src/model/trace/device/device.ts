// A device as the server logs it: who registered from where, what became of that, and how long its answers take.

/** What can become of a device's registration; `closed`: its connection is gone. */
export type DeviceEvent = 'registered' | 'refreshed' | 'expired' | 'removed' | 'closed';

/** How long it takes until a device answers, in milliseconds. */
export interface RoundTrips {
  readonly last: number;
  readonly least: number;
  readonly most: number;
  readonly mean: number;
  readonly count: number;
  /** Moments with how long it took then; absent in logs that an older version wrote. */
  readonly times?: readonly Measured[];
}

/** A moment in milliseconds since 1970, and how long an answer took then. */
export type Measured = readonly [at: number, milliseconds: number];

/** Where a device registers from. */
interface DevicePlace {
  readonly aor: string;
  readonly contact: string;
  readonly userAgent?: string | undefined;
  readonly instance?: string | undefined;
  readonly transport: string;
  readonly host: string;
  readonly port: number;
}

/** One entry of its log; refreshes that changed nothing are one. */
export interface DeviceEntry extends DevicePlace {
  readonly event: DeviceEvent;
  /** Milliseconds since 1970, the first time and the last time of `count` times. */
  readonly at: number;
  readonly until: number;
  readonly count: number;
  /** How long the registration is good; 0 for one that is gone. */
  readonly expiresSeconds: number;
  readonly roundTrips?: RoundTrips | undefined;
}

/** A device, as it was last heard of. */
export interface Device extends DevicePlace {
  /** What tells it from the user's other devices. */
  readonly device: string;
  readonly isRegistered: boolean;
  readonly roundTrips?: RoundTrips | undefined;
  /** The newest first. */
  readonly log: readonly DeviceEntry[];
}

/** How a device stands: what became of it last, or that its registration ran out unseen. */
export type DeviceStanding = 'registered' | 'expired' | 'removed' | 'closed';

/** The clocks of server and page may differ by this, in milliseconds. */
const grace = 60_000;

/** How it stands at `now`, in milliseconds since 1970. */
export function deviceStanding({ log, isRegistered }: Device, now: number): DeviceStanding {
  const [last] = log;
  if (!isRegistered) {
    return last?.event === 'removed' || last?.event === 'closed' ? last.event : 'expired';
  }
  // Whoever was switched off with the server never told of it.
  const goodUntil = last === undefined ? now : goodUntilOf(last);
  return now > goodUntil + grace ? 'expired' : 'registered';
}

/** When a registration ends unless it is refreshed, in milliseconds since 1970. */
export function goodUntilOf({ until, expiresSeconds }: DeviceEntry): number {
  return until + expiresSeconds * 1_000;
}

/** A device's name in links and lists: no other has it. */
export function deviceKey({ aor, device }: Device): string {
  return `${aor} ${device}`;
}

/** All that was measured of it, in the order of time. */
export function measuredOf({ log }: Device): readonly Measured[] {
  return log
    .flatMap(({ roundTrips }) => roundTrips?.times ?? [])
    .toSorted(([one], [other]) => one - other);
}

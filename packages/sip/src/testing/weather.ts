// What a bad network does to one packet, drawn from a seed: the same for virtual and for real sockets.
import type { Random } from '../base/random.ts';

/** How bad the way is; times in milliseconds, shares from 0 to 1. */
export interface Weather {
  /** One way: fixed, or drawn between two bounds. */
  readonly latency: number | readonly [least: number, most: number];
  /** Share of datagrams lost. A stream delivers all the same, 200 ms later for each loss. */
  readonly loss: number;
  /** Share of datagrams delivered twice. */
  readonly duplicate: number;
  /** Share of datagrams held back so that later ones overtake them. */
  readonly reorder: number;
}

/** How long a stream takes to notice a lost segment and send it again, in milliseconds. */
export const recovery = 200;

/** True for `share` of all calls. Draws nothing when the share is 0, so that a calm network costs no chance. */
export function happens(random: Random, share: number): boolean {
  return share > 0 && random.fraction() < share;
}

/** How long one packet travels, in milliseconds. */
export function travelTime(random: Random, { latency }: Pick<Weather, 'latency'>): number {
  if (typeof latency === 'number') return latency;
  const [least, most] = latency;
  return least + random.fraction() * (most - least);
}

/** When each copy of a datagram that was not lost arrives, in milliseconds from now. */
export function arrivals(random: Random, weather: Weather): readonly number[] {
  const copies = happens(random, weather.duplicate) ? 2 : 1;
  return Array.from(
    { length: copies },
    () => travelTime(random, weather) + heldBack(random, weather),
  );
}

function heldBack(random: Random, { reorder, latency }: Weather): number {
  if (!happens(random, reorder)) return 0;
  const most = typeof latency === 'number' ? latency : latency[1];
  return random.fraction() * (20 + 4 * most);
}

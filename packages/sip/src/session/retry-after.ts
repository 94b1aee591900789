// When a peer may try again what came at the wrong moment (RFC 3261 §14.2, RFC 3311 §5.2).
import type { HeaderInit } from '../message/build.ts';
import type { SessionSurroundings } from './surroundings.ts';

/** Retry-After with a random number of seconds from 0 to 10. */
export function retryAfter({ endpoint }: SessionSurroundings): HeaderInit {
  return ['Retry-After', String(Math.floor(endpoint.random.fraction() * 11))];
}

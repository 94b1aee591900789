// Arithmetic of media directions: each is a pair of permissions, to send and to receive.
import type { Direction } from './negotiator.ts';

/** Whether the one who says `direction` sends media. */
export function sends(direction: Direction): boolean {
  return direction === 'sendrecv' || direction === 'sendonly';
}

/** Whether the one who says `direction` receives media. */
export function receives(direction: Direction): boolean {
  return direction === 'sendrecv' || direction === 'recvonly';
}

/** The direction that allows just these two. */
export function directionOf(send: boolean, receive: boolean): Direction {
  if (send) return receive ? 'sendrecv' : 'sendonly';
  return receive ? 'recvonly' : 'inactive';
}

/** `text` as a direction, when it is the name of one (RFC 8866 §6.7). */
export function asDirection(text: string): Direction | undefined {
  switch (text) {
    case 'sendrecv':
    case 'sendonly':
    case 'recvonly':
    case 'inactive':
      return text;
    default:
      return undefined;
  }
}

/**
 * What both sides allow, seen from the one whose own word is `local`: the answer to an offer of `remote` by one who wants
 * `local`, and what is in force once both have spoken (RFC 3264 §6.1).
 */
export function meet(local: Direction, remote: Direction): Direction {
  return directionOf(sends(local) && receives(remote), receives(local) && sends(remote));
}

/** Whether `answer` is one that RFC 3264 §6.1 allows to an offer of `offer`. */
export function mayAnswer(offer: Direction, answer: Direction): boolean {
  return (receives(offer) || !sends(answer)) && (sends(offer) || !receives(answer));
}

/**
 * The direction of a later offer by one who wants `wish` of a stream for which it last said `said` and that stands at
 * `inForce`. A new hold of a stream on which it sends nothing is `inactive` (RFC 3264 §8.4). Any other wish is offered as
 * it is, and a hold again as it was, so that nobody stays on hold for ever (RFC 6337 §5.3).
 */
export function laterDirection(said: Direction, inForce: Direction, wish: Direction): Direction {
  return wish === 'sendonly' && said !== 'sendonly' && !sends(inForce) ? 'inactive' : wish;
}

// What the user wants of the media: the wish that is under way, and the one that waits for its turn (RFC 3261 §14.1).
import { SipError } from '../message/errors.ts';
import type { Direction } from '../sdp/negotiator.ts';
import type { OfferMethod } from './modify.ts';

/** A wish of the user, and who waits for it. */
export interface Wish {
  readonly direction: Direction;
  /** What carries the offer. */
  readonly method: OfferMethod;
  readonly resolve: () => void;
  readonly reject: (error: SipError) => void;
}

/** At most one wish is under way, and at most one waits: a newer one takes its place. */
export class Wishes {
  #underWay: Wish | undefined;
  #waiting: Wish | undefined;

  /** True when a wish waits for its turn. */
  get waiting(): boolean {
    return this.#waiting !== undefined;
  }

  /** Takes a new wish; one that waited is told that it comes to nothing. */
  add(wish: Wish): void {
    this.#waiting?.reject(overtaken());
    this.#waiting = wish;
  }

  /** The wish whose turn it is: the newest. */
  begin(): Wish | undefined {
    if (this.#waiting === undefined) return this.#underWay;
    this.#underWay?.reject(overtaken());
    this.#underWay = this.#waiting;
    this.#waiting = undefined;
    return this.#underWay;
  }

  /** The peer's change goes first: ours waits again, unless a newer one does. */
  putBack(): void {
    if (this.#waiting === undefined) this.#waiting = this.#underWay;
    else this.#underWay?.reject(overtaken());
    this.#underWay = undefined;
  }

  /** The wish under way is in force, if there is one; returns it. */
  fulfil(): Wish | undefined {
    const wish = this.#underWay;
    this.#underWay = undefined;
    return wish;
  }

  /** The wish under way was refused. */
  refuse(error: SipError): void {
    const wish = this.#underWay;
    this.#underWay = undefined;
    wish?.reject(error);
  }

  /** No wish will be fulfilled any more. */
  end(error: () => SipError): void {
    // Hardly ever does one wait, and an error made in vain costs as much as parsing a message.
    for (const wish of [this.#underWay, this.#waiting]) wish?.reject(error());
    this.#underWay = undefined;
    this.#waiting = undefined;
  }
}

function overtaken(): SipError {
  return new SipError('SIP_CANCELLED', { message: 'A newer wish took its place' });
}

// An INVITE of a peer until we answer it (RFC 3261 §13.3), with CANCEL (§9.2) and its own expiry.
import type { Figure } from '../base/figure.ts';

/** Where an incoming call stands. */
export type IncomingState = 'Offered' | 'Ringing' | 'Answering' | 'Accepted' | 'Ended';

/** `accept`, `ring` and `reject` come from our user, the others from the network and the media. */
export type IncomingEvent =
  | 'ring'
  | 'accept'
  | 'reject'
  | 'answer ready'
  | 'answer failed'
  | 'CANCEL'
  | 'BYE';

/** What is done on the way. */
export type IncomingAction =
  | 'send 180'
  | 'send rejection'
  | 'send 480'
  | 'send 487'
  | 'send 488'
  | 'answer BYE'
  | 'make answer'
  | 'start session'
  | 'inform of cancel'
  | 'inform of expiry'
  | 'inform of failure';

/**
 * RFC 3261 §13.3. Timers: `expires` is the INVITE's Expires (§13.3.1), `repeat` sends another 180 each minute so that
 * no proxy gives up (§13.3.1.1), `ring` is ours: nobody rings for ever.
 */
export const incomingFigure: Figure<
  IncomingState,
  IncomingEvent,
  IncomingAction,
  'expires' | 'repeat' | 'ring'
> = {
  Offered: {
    timers: ['expires', 'ring'],
    ring: ['Ringing', 'send 180'],
    accept: ['Answering', 'make answer'],
    reject: ['Ended', 'send rejection'],
    CANCEL: ['Ended', 'send 487', 'inform of cancel'],
    BYE: ['Ended', 'answer BYE', 'send 487', 'inform of cancel'],
    'Timer expires fires': ['Ended', 'send 487', 'inform of expiry'],
    'Timer ring fires': ['Ended', 'send 480', 'inform of expiry'],
  },
  Ringing: {
    timers: ['expires', 'ring', 'repeat'],
    ring: ['Ringing', 'send 180'],
    accept: ['Answering', 'make answer'],
    reject: ['Ended', 'send rejection'],
    CANCEL: ['Ended', 'send 487', 'inform of cancel'],
    // RFC 3261 §15: the caller may end an early dialog with BYE.
    BYE: ['Ended', 'answer BYE', 'send 487', 'inform of cancel'],
    'Timer repeat fires': ['Ringing', 'reset repeat', 'send 180'],
    'Timer expires fires': ['Ended', 'send 487', 'inform of expiry'],
    'Timer ring fires': ['Ended', 'send 480', 'inform of expiry'],
  },
  Answering: {
    timers: ['expires', 'ring'],
    'answer ready': ['Accepted', 'start session'],
    'answer failed': ['Ended', 'send 488', 'inform of failure'],
    reject: ['Ended', 'send rejection'],
    CANCEL: ['Ended', 'send 487', 'inform of cancel'],
    BYE: ['Ended', 'answer BYE', 'send 487', 'inform of cancel'],
    'Timer expires fires': ['Ended', 'send 487', 'inform of expiry'],
    'Timer ring fires': ['Ended', 'send 480', 'inform of expiry'],
  },
  Accepted: {},
  Ended: {},
};

// An answered call: its media changed by re-INVITE (RFC 3261 §14) or UPDATE (RFC 3311) from either side, and its end by BYE (§15).
import type { Figure } from '../base/figure.ts';

/**
 * Where a session stands. *Settling*: our INVITE was answered and the agreement is being put in force. *Unacknowledged*:
 * we answered 2xx and repeat it until ACK. *Offering* and *Modifying*: a re-INVITE of ours is made and then under way;
 * *Withdrawing*: it rang too long. *Backing off*: it met one of the peer's. *Reviewing*: a re-INVITE of the peer is being
 * answered, *Revising*: an UPDATE of the peer with an offer. *Leaving*: we want to hang up but must wait for ACK. *Ending*: our BYE is under way.
 */
export type SessionState =
  | 'Settling'
  | 'Unacknowledged'
  | 'Active'
  | 'Offering'
  | 'Modifying'
  | 'Withdrawing'
  | 'Backing off'
  | 'Reviewing'
  | 'Revising'
  | 'Leaving'
  | 'Ending'
  | 'Ended';

/**
 * `offer in UPDATE` is an UPDATE with an offer; one without changes no session. `refresh` is the session timer's.
 * `modify`, `hang up` and `drop` come from our user: a wish waits until its turn comes, and with `drop` nobody is waited
 * for any more. `refused` and `gone` sort the answers to a re-INVITE.
 */
export type SessionEvent =
  | 'media ready'
  | 'media failed'
  | 'ACK'
  | 'ACK with answer'
  | 'modify'
  | 'refresh'
  | 'hang up'
  | 'drop'
  | 'offer ready'
  | 'offer failed'
  | '2xx'
  | '491'
  | 'refused'
  | 'gone'
  | 'INVITE'
  | 'offer in UPDATE'
  | 'CANCEL'
  | 'answer ready'
  | 'answer failed'
  | 'BYE'
  | 'BYE answered';

/** What is done on the way. */
export type SessionAction =
  | 'repeat 2xx'
  | 'apply answer'
  | 'make offer'
  | 'make answer'
  | 'send offer'
  | 'send CANCEL'
  | 'settle media'
  | 'send 2xx'
  | 'send 481'
  | 'send 487'
  | 'send 488 or 500'
  | 'send 491'
  | 'send 500'
  | 'answer apart'
  | 'roll back'
  | 'put wish back'
  | 'take up wish'
  | 'inform of agreement'
  | 'inform of refusal'
  | 'blame media'
  | 'send ACK'
  | 'send BYE'
  | 'answer BYE'
  | 'stop media'
  | 'inform of end';

/**
 * `2xx` and `ACK` as RFC 3261 §13.3.1.4 has them, `glare` as §14.1. Ours are `length`, the longest call there may be;
 * `media`, the longest that a media engine may think; `answer`, the longest that a re-INVITE may ring.
 */
export type SessionTimer = '2xx' | 'ACK' | 'glare' | 'length' | 'media' | 'answer';

/** RFC 3261 §13.3.1.4, §14 and §15. */
export const sessionFigure: Figure<SessionState, SessionEvent, SessionAction, SessionTimer> = {
  Settling: {
    timers: ['length', 'media'],
    'media ready': ['Active', 'send ACK', 'inform of agreement', 'take up wish'],
    'media failed': ['Ending', 'send ACK', 'stop media', 'send BYE'],
    'Timer media fires': ['Ending', 'blame media', 'send ACK', 'stop media', 'send BYE'],
    modify: ['Settling'],
    INVITE: ['Settling', 'send 491'],
    'offer in UPDATE': ['Settling', 'send 500'],
    BYE: ['Ended', 'send ACK', 'answer BYE', 'stop media', 'inform of end'],
    'hang up': ['Ending', 'send ACK', 'stop media', 'send BYE'],
    'Timer length fires': ['Ending', 'send ACK', 'stop media', 'send BYE'],
  },
  Unacknowledged: {
    timers: ['2xx', 'ACK', 'length'],
    'Timer 2xx fires': ['Unacknowledged', 'reset 2xx', 'repeat 2xx'],
    ACK: ['Active', 'inform of agreement', 'take up wish'],
    'ACK with answer': ['Settling', 'apply answer'],
    'Timer ACK fires': ['Ending', 'stop media', 'send BYE'],
    modify: ['Unacknowledged'],
    INVITE: ['Unacknowledged', 'send 500'],
    // RFC 6337 §4.3: our 2xx is final; only an offer in it must be answered first.
    'offer in UPDATE': ['Unacknowledged', 'answer apart'],
    BYE: ['Ended', 'answer BYE', 'stop media', 'inform of end'],
    // RFC 3261 §15: the callee waits for ACK before it may hang up.
    'hang up': ['Leaving', 'stop media'],
    'Timer length fires': ['Leaving', 'stop media'],
  },
  Active: {
    timers: ['length'],
    modify: ['Offering', 'make offer'],
    refresh: ['Offering', 'make offer'],
    INVITE: ['Reviewing', 'make answer'],
    'offer in UPDATE': ['Revising', 'make answer'],
    BYE: ['Ended', 'answer BYE', 'stop media', 'inform of end'],
    'hang up': ['Ending', 'stop media', 'send BYE'],
    'Timer length fires': ['Ending', 'stop media', 'send BYE'],
  },
  Offering: {
    timers: ['length', 'media'],
    'offer ready': ['Modifying', 'send offer'],
    'offer failed': ['Active', 'inform of refusal', 'take up wish'],
    'Timer media fires': ['Active', 'roll back', 'inform of refusal', 'take up wish'],
    modify: ['Offering'],
    INVITE: ['Offering', 'send 491'],
    'offer in UPDATE': ['Offering', 'send 491'],
    BYE: ['Ended', 'answer BYE', 'stop media', 'inform of end'],
    'hang up': ['Ending', 'stop media', 'send BYE'],
    'Timer length fires': ['Ending', 'stop media', 'send BYE'],
  },
  Modifying: {
    timers: ['length', 'answer'],
    '2xx': ['Settling', 'settle media'],
    // RFC 3261 §14.1: both sides changed the session at once; ours is tried again after a random time.
    '491': ['Backing off', 'roll back'],
    refused: ['Active', 'roll back', 'inform of refusal', 'take up wish'],
    // RFC 3261 §12.2.1.2: 481, 408 or silence means that the peer has no such dialog.
    gone: ['Ending', 'roll back', 'stop media', 'send BYE'],
    'Timer answer fires': ['Withdrawing', 'send CANCEL'],
    modify: ['Modifying'],
    INVITE: ['Modifying', 'send 491'],
    'offer in UPDATE': ['Modifying', 'send 491'],
    BYE: ['Ended', 'answer BYE', 'send CANCEL', 'stop media', 'inform of end'],
    // The CANCEL ends an INVITE that a peer would leave without an answer for ever.
    'hang up': ['Ending', 'send CANCEL', 'stop media', 'send BYE'],
    'Timer length fires': ['Ending', 'send CANCEL', 'stop media', 'send BYE'],
  },
  // RFC 3261 §9.1: the answer may cross the CANCEL, and then it stands.
  Withdrawing: {
    timers: ['length'],
    '2xx': ['Settling', 'settle media'],
    '491': ['Active', 'roll back', 'inform of refusal', 'take up wish'],
    refused: ['Active', 'roll back', 'inform of refusal', 'take up wish'],
    gone: ['Ending', 'roll back', 'stop media', 'send BYE'],
    modify: ['Withdrawing'],
    INVITE: ['Withdrawing', 'send 491'],
    'offer in UPDATE': ['Withdrawing', 'send 491'],
    BYE: ['Ended', 'answer BYE', 'stop media', 'inform of end'],
    'hang up': ['Ending', 'stop media', 'send BYE'],
    'Timer length fires': ['Ending', 'stop media', 'send BYE'],
  },
  'Backing off': {
    timers: ['glare', 'length'],
    'Timer glare fires': ['Offering', 'make offer'],
    modify: ['Backing off'],
    INVITE: ['Reviewing', 'put wish back', 'make answer'],
    'offer in UPDATE': ['Revising', 'put wish back', 'make answer'],
    BYE: ['Ended', 'answer BYE', 'stop media', 'inform of end'],
    'hang up': ['Ending', 'stop media', 'send BYE'],
    'Timer length fires': ['Ending', 'stop media', 'send BYE'],
  },
  Reviewing: {
    timers: ['length', 'media'],
    'answer ready': ['Unacknowledged', 'send 2xx'],
    // RFC 3261 §14.2: refused, and the session goes on as it was.
    'answer failed': ['Active', 'send 488 or 500', 'take up wish'],
    'Timer media fires': ['Active', 'send 488 or 500', 'roll back', 'take up wish'],
    CANCEL: ['Active', 'send 487', 'roll back', 'take up wish'],
    modify: ['Reviewing'],
    // RFC 3261 §14.2: a second INVITE before the first is answered.
    INVITE: ['Reviewing', 'send 500'],
    'offer in UPDATE': ['Reviewing', 'send 500'],
    // RFC 3261 §15.1.2: requests that are still pending get 487.
    BYE: ['Ended', 'answer BYE', 'send 487', 'stop media', 'inform of end'],
    'hang up': ['Ending', 'send 487', 'stop media', 'send BYE'],
    'Timer length fires': ['Ending', 'send 487', 'stop media', 'send BYE'],
  },
  Revising: {
    timers: ['length', 'media'],
    'answer ready': ['Active', 'send 2xx', 'inform of agreement', 'take up wish'],
    // RFC 3311 §5.3: refused, and the session goes on as it was.
    'answer failed': ['Active', 'send 488 or 500', 'take up wish'],
    'Timer media fires': ['Active', 'send 488 or 500', 'roll back', 'take up wish'],
    modify: ['Revising'],
    INVITE: ['Revising', 'send 500'],
    // RFC 3311 §5.2: a second UPDATE before the first is answered.
    'offer in UPDATE': ['Revising', 'send 500'],
    BYE: ['Ended', 'answer BYE', 'send 487', 'stop media', 'inform of end'],
    'hang up': ['Ending', 'send 487', 'stop media', 'send BYE'],
    'Timer length fires': ['Ending', 'send 487', 'stop media', 'send BYE'],
  },
  Leaving: {
    timers: ['2xx', 'ACK'],
    'Timer 2xx fires': ['Leaving', 'reset 2xx', 'repeat 2xx'],
    ACK: ['Ending', 'send BYE'],
    'ACK with answer': ['Ending', 'send BYE'],
    'Timer ACK fires': ['Ending', 'send BYE'],
    INVITE: ['Leaving', 'send 500'],
    'offer in UPDATE': ['Leaving', 'send 500'],
    BYE: ['Ended', 'answer BYE', 'inform of end'],
    drop: ['Ended', 'inform of end'],
  },
  // RFC 3261 §15.1.1: whatever answers the BYE, the session is over. BYEs that cross are both answered.
  Ending: {
    'BYE answered': ['Ended', 'inform of end'],
    INVITE: ['Ending', 'send 481'],
    'offer in UPDATE': ['Ending', 'send 481'],
    BYE: ['Ending', 'answer BYE'],
  },
  Ended: {},
};

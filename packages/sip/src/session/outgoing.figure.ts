// An INVITE of ours until it is answered (RFC 3261 §13.2), with PRACK (RFC 3262 §4), CANCEL (§9.1) and forks (§13.2.2.4).
import type { Figure } from '../base/figure.ts';

/** Where an outgoing call stands. *Cancelling*: our user gave up. *Giving up*: it rang too long. *Declining*: we cannot take an early offer. */
export type OutgoingState =
  | 'Preparing'
  | 'Calling'
  | 'Proceeding'
  | 'Cancelling'
  | 'Giving up'
  | 'Declining'
  | 'Answered'
  | 'Cancelled'
  | 'Ended';

/**
 * `reliable 1xx` comes in order and once (RFC 3262 §4); `2xx` is the first of a dialog, its repeats are acknowledged again
 * without an event (RFC 3261 §13.2.2.4).
 */
export type OutgoingEvent =
  | 'offer ready'
  | 'offer failed'
  | '1xx'
  | 'reliable 1xx'
  | 'early offer failed'
  | '2xx'
  | 'interval too small'
  | 'failure'
  | 'abort'
  | 'transaction ended';

/** What is done on the way. */
export type OutgoingAction =
  | 'send INVITE'
  | 'ask for more'
  | 'send CANCEL'
  | 'send PRACK'
  | 'inform of progress'
  | 'start session'
  | 'ACK and BYE'
  | 'end early dialogs'
  | 'inform of failure'
  | 'inform of cancel'
  | 'inform of timeout'
  | 'inform of offer';

/** RFC 3261 §13.2. Timer `ring` is ours: nobody rings for ever. */
export const outgoingFigure: Figure<OutgoingState, OutgoingEvent, OutgoingAction, 'ring'> = {
  Preparing: {
    timers: ['ring'],
    'offer ready': ['Calling', 'send INVITE'],
    'offer failed': ['Ended', 'inform of failure'],
    abort: ['Ended', 'inform of cancel'],
    'Timer ring fires': ['Ended', 'inform of timeout'],
  },
  Calling: {
    timers: ['ring'],
    '1xx': ['Proceeding', 'inform of progress'],
    'reliable 1xx': ['Proceeding', 'send PRACK', 'inform of progress'],
    '2xx': ['Answered', 'start session'],
    // RFC 4028 §7.3: tried again with a longer session interval.
    'interval too small': ['Calling', 'ask for more'],
    failure: ['Ended', 'end early dialogs', 'inform of failure'],
    abort: ['Cancelling', 'send CANCEL'],
    'Timer ring fires': ['Giving up', 'send CANCEL'],
  },
  Proceeding: {
    timers: ['ring'],
    '1xx': ['Proceeding', 'inform of progress'],
    'reliable 1xx': ['Proceeding', 'send PRACK', 'inform of progress'],
    '2xx': ['Answered', 'start session'],
    'early offer failed': ['Declining', 'send CANCEL'],
    // RFC 4028 §7.3: tried again with a longer session interval.
    'interval too small': ['Calling', 'ask for more'],
    failure: ['Ended', 'end early dialogs', 'inform of failure'],
    abort: ['Cancelling', 'send CANCEL'],
    'Timer ring fires': ['Giving up', 'send CANCEL'],
  },
  // RFC 3261 §9.1: the answer may have crossed the CANCEL; then it is acknowledged and hung up.
  Cancelling: {
    '1xx': ['Cancelling'],
    'reliable 1xx': ['Cancelling', 'send PRACK'],
    '2xx': ['Cancelled', 'ACK and BYE', 'inform of cancel'],
    failure: ['Ended', 'end early dialogs', 'inform of cancel'],
  },
  'Giving up': {
    '1xx': ['Giving up'],
    'reliable 1xx': ['Giving up', 'send PRACK'],
    '2xx': ['Cancelled', 'ACK and BYE', 'inform of timeout'],
    failure: ['Ended', 'end early dialogs', 'inform of timeout'],
  },
  Declining: {
    '1xx': ['Declining'],
    'reliable 1xx': ['Declining', 'send PRACK'],
    '2xx': ['Cancelled', 'ACK and BYE', 'inform of offer'],
    failure: ['Ended', 'end early dialogs', 'inform of offer'],
  },
  // RFC 3261 §13.2.2.4: forks that answer later are acknowledged and hung up; M ends the wait for them.
  Answered: {
    'reliable 1xx': ['Answered', 'send PRACK'],
    '2xx': ['Answered', 'ACK and BYE'],
    'transaction ended': ['Ended', 'end early dialogs'],
  },
  Cancelled: {
    'reliable 1xx': ['Cancelled', 'send PRACK'],
    '2xx': ['Cancelled', 'ACK and BYE'],
    'transaction ended': ['Ended', 'end early dialogs'],
  },
  Ended: {},
};

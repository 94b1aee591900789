// An INVITE of ours until it is answered (RFC 3261 §13.2), with CANCEL (§9.1) and forks (§13.2.2.4).
import type { Figure } from '../base/figure.ts';

/** Where an outgoing call stands. *Cancelling*: our user gave up. *Giving up*: it rang too long. */
export type OutgoingState =
  | 'Preparing'
  | 'Calling'
  | 'Proceeding'
  | 'Cancelling'
  | 'Giving up'
  | 'Answered'
  | 'Cancelled'
  | 'Ended';

/** `2xx` is the first of a dialog; its repeats are acknowledged again without an event (RFC 3261 §13.2.2.4). */
export type OutgoingEvent =
  | 'offer ready'
  | 'offer failed'
  | '1xx'
  | '2xx'
  | 'failure'
  | 'abort'
  | 'transaction ended';

/** What is done on the way. */
export type OutgoingAction =
  | 'send INVITE'
  | 'send CANCEL'
  | 'inform of progress'
  | 'start session'
  | 'ACK and BYE'
  | 'end early dialogs'
  | 'inform of failure'
  | 'inform of cancel'
  | 'inform of timeout';

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
    '2xx': ['Answered', 'start session'],
    failure: ['Ended', 'end early dialogs', 'inform of failure'],
    abort: ['Cancelling', 'send CANCEL'],
    'Timer ring fires': ['Giving up', 'send CANCEL'],
  },
  Proceeding: {
    timers: ['ring'],
    '1xx': ['Proceeding', 'inform of progress'],
    '2xx': ['Answered', 'start session'],
    failure: ['Ended', 'end early dialogs', 'inform of failure'],
    abort: ['Cancelling', 'send CANCEL'],
    'Timer ring fires': ['Giving up', 'send CANCEL'],
  },
  // RFC 3261 §9.1: the answer may have crossed the CANCEL; then it is acknowledged and hung up.
  Cancelling: {
    '1xx': ['Cancelling'],
    '2xx': ['Cancelled', 'ACK and BYE', 'inform of cancel'],
    failure: ['Ended', 'end early dialogs', 'inform of cancel'],
  },
  'Giving up': {
    '1xx': ['Giving up'],
    '2xx': ['Cancelled', 'ACK and BYE', 'inform of timeout'],
    failure: ['Ended', 'end early dialogs', 'inform of timeout'],
  },
  // RFC 3261 §13.2.2.4: forks that answer later are acknowledged and hung up; M ends the wait for them.
  Answered: {
    '2xx': ['Answered', 'ACK and BYE'],
    'transaction ended': ['Ended', 'end early dialogs'],
  },
  Cancelled: {
    '2xx': ['Cancelled', 'ACK and BYE'],
    'transaction ended': ['Ended', 'end early dialogs'],
  },
  Ended: {},
};

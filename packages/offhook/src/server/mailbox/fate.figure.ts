// What becomes of a MESSAGE to one of our users: a phone takes it, or it is stored for later (RFC 3428 §7).
// The RFC draws no figure. The sender has to hear of the storing before its own Timer F ends the request.
import type { Figure } from '@offhook/sip';

/**
 * `Storing` and `Storing early` wait for the database, the latter while phones may still answer; in `Kept` the sender has
 * its 202 and phones may still answer; in `Relaying` it cannot be stored and phones may still answer.
 */
export type FateState =
  | 'Forwarding'
  | 'Storing'
  | 'Storing early'
  | 'Kept'
  | 'Withdrawing'
  | 'Relaying'
  | 'Done';

/** What happens: a phone said 2xx, a phone said no, nobody is there (408, 480, 503 and their like), the database answered. */
export type FateEvent = 'delivered' | 'refused' | 'away' | 'stored' | 'not stored';

/** What is done. */
export type FateAction =
  | 'store'
  | 'pass on'
  | '202 sent'
  | 'failure sent'
  | 'release'
  | 'remove'
  | 'tell delivered'
  | 'tell refused';

/** How long phones may take. */
export type FateTimer = 'wait';

// prettier-ignore
/** It begins in Forwarding with the request on its way to the phones, if there are any. */
export const messageFate: Figure<FateState, FateEvent, FateAction, FateTimer> = {
  Forwarding: { timers: ['wait'],
    'delivered':        ['Done', 'pass on'],
    'refused':          ['Done', 'pass on'],                    // somebody is there: the sender hears what they say
    'away':             ['Storing', 'store'],
    'Timer wait fires': ['Storing early', 'store'] },
  Storing: {
    'stored':           ['Done', '202 sent', 'release'],        // RFC 3428 §7
    'not stored':       ['Done', 'failure sent'] },
  'Storing early': {
    'stored':           ['Kept', '202 sent'],
    'not stored':       ['Relaying'],
    'delivered':        ['Withdrawing', 'pass on'],
    'refused':          ['Withdrawing', 'pass on'],
    'away':             ['Storing'] },
  Kept: {
    'delivered':        ['Done', 'remove', 'tell delivered'],   // not a second time at the next registration
    'refused':          ['Done', 'remove', 'tell refused'],
    'away':             ['Done', 'release'] },
  Withdrawing: {
    'stored':           ['Done', 'remove'],
    'not stored':       ['Done'] },
  Relaying: {
    'delivered':        ['Done', 'pass on'],
    'refused':          ['Done', 'pass on'],
    'away':             ['Done', 'pass on'] },
  Done: {},
};

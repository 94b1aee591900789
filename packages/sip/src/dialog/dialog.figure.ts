// The life of a dialog as RFC 4235 §3.7.1 draws it.
import type { Figure } from '../base/figure.ts';

/** States of RFC 4235 figure 3. */
export type DialogState = 'Trying' | 'Proceeding' | 'Early' | 'Confirmed' | 'Terminated';

/**
 * Its events, by the names of the figure; `error` and `replaced` end a dialog in any state. Ours are `NOTIFY`, which makes
 * the dialog of a subscription (RFC 6665 §4.4.1), and `last usage`, with which nothing is left that uses it (RFC 5057 §4.1).
 */
export type DialogEvent =
  | '1xx-notag'
  | '1xx-tag'
  | '2xx'
  | 'rejected'
  | 'cancelled'
  | 'replaced'
  | 'timeout'
  | 'error'
  | 'local-bye'
  | 'remote-bye'
  | 'NOTIFY'
  | 'last usage';

/** What its user is told. */
export type DialogAction = 'inform TU';

/** RFC 4235 figure 3. A dialog of ours is born in Trying and takes its first event at once, since before it has no triple. */
export const dialogFigure: Figure<DialogState, DialogEvent, DialogAction> = {
  Trying: {
    '1xx-notag': ['Proceeding'],
    '1xx-tag': ['Early'],
    '2xx': ['Confirmed'],
    NOTIFY: ['Confirmed'],
    rejected: ['Terminated', 'inform TU'],
    cancelled: ['Terminated', 'inform TU'],
    replaced: ['Terminated', 'inform TU'],
    timeout: ['Terminated', 'inform TU'],
    error: ['Terminated', 'inform TU'],
    'last usage': ['Terminated', 'inform TU'],
  },
  Proceeding: {
    '1xx-notag': ['Proceeding'],
    '1xx-tag': ['Early'],
    '2xx': ['Confirmed'],
    rejected: ['Terminated', 'inform TU'],
    cancelled: ['Terminated', 'inform TU'],
    replaced: ['Terminated', 'inform TU'],
    timeout: ['Terminated', 'inform TU'],
    error: ['Terminated', 'inform TU'],
    'last usage': ['Terminated', 'inform TU'],
  },
  Early: {
    '1xx-tag': ['Early'],
    '2xx': ['Confirmed'],
    rejected: ['Terminated', 'inform TU'],
    cancelled: ['Terminated', 'inform TU'],
    replaced: ['Terminated', 'inform TU'],
    timeout: ['Terminated', 'inform TU'],
    error: ['Terminated', 'inform TU'],
    'last usage': ['Terminated', 'inform TU'],
    // RFC 3261 §15: the caller may end an early dialog with BYE.
    'local-bye': ['Terminated', 'inform TU'],
    'remote-bye': ['Terminated', 'inform TU'],
  },
  Confirmed: {
    '2xx': ['Confirmed'],
    replaced: ['Terminated', 'inform TU'],
    timeout: ['Terminated', 'inform TU'],
    error: ['Terminated', 'inform TU'],
    'last usage': ['Terminated', 'inform TU'],
    'local-bye': ['Terminated', 'inform TU'],
    'remote-bye': ['Terminated', 'inform TU'],
  },
  Terminated: {},
};

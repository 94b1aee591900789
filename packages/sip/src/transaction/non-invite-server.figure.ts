// RFC 3261 §17.2.2 figure 8, with the single 100 and the forbidden 408 of RFC 4320 §4.
import type { Figure } from '../base/figure.ts';

/** The states of a non-INVITE server transaction; in `Abandoned` no final response will ever be sent (RFC 4320 §4.2). */
export type NonInviteServerState =
  | 'Trying'
  | 'Proceeding'
  | 'Completed'
  | 'Abandoned'
  | 'Terminated';

/**
 * What happens to a non-INVITE server transaction, besides its timers. No state has an arrow for `101-199 from TU`
 * (RFC 4320 §4.1), so that such a response is a stray and is never sent.
 */
export type NonInviteServerEvent =
  | 'request'
  | '100 from TU, reliable'
  | '100 from TU, unreliable'
  | '101-199 from TU'
  | '408 from TU'
  | '200-699 from TU'
  | 'transport err.';

/** What a non-INVITE server transaction does. */
export type NonInviteServerAction = 'send response' | 'send 100' | 'inform TU';

/** The timers of a non-INVITE server transaction; `100` is the time until a client's Timer E reaches T2 (RFC 4320 §4.1). */
export type NonInviteServerTimer = '100' | 'J';

// prettier-ignore
/** The non-INVITE server transaction. It begins in Trying with the request passed to the TU. */
export const nonInviteServer: Figure<NonInviteServerState, NonInviteServerEvent, NonInviteServerAction, NonInviteServerTimer> = {
  Trying: { timers: ['100'],
    'Timer 100 fires':         ['Proceeding', 'send 100'],                     // RFC 4320 §4.1: no later on any transport
    'request':                 ['Trying'],                                     // RFC 3261 §17.2.2: discarded
    '100 from TU, reliable':   ['Proceeding', 'send response'],                // RFC 4320 §4.1: and no row when unreliable
    '200-699 from TU':         ['Completed', 'send response'],
    '408 from TU':             ['Abandoned'] },                                // RFC 4320 §4.2
  Proceeding: {
    'request':                 ['Proceeding', 'send response'],
    '100 from TU, reliable':   ['Proceeding', 'send response'],
    '100 from TU, unreliable': ['Proceeding', 'send response'],
    '200-699 from TU':         ['Completed', 'send response'],
    '408 from TU':             ['Abandoned'],                                  // RFC 4320 §4.2
    'transport err.':          ['Proceeding', 'inform TU'] },                  // RFC 6026 §8.8: the state is kept
  Completed: { timers: ['J'],
    'request':                 ['Completed', 'send response'],
    'transport err.':          ['Completed', 'inform TU'],                     // RFC 6026 §8.8: the state is kept
    'Timer J fires':           ['Terminated'] },
  Abandoned: { timers: ['J'],                                                  // RFC 4320 §4.2
    'request':                 ['Abandoned'],
    'Timer J fires':           ['Terminated'] },
  Terminated: {},
};

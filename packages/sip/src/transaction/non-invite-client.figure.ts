// RFC 3261 §17.1.2 figure 6: the client's side of every request but INVITE and ACK.
import type { Figure } from '../base/figure.ts';

/** The states of a non-INVITE client transaction. */
export type NonInviteClientState = 'Trying' | 'Proceeding' | 'Completed' | 'Terminated';

/** What happens to a non-INVITE client transaction, besides its timers. */
export type NonInviteClientEvent = '1xx' | '200-699' | 'transport err.';

/** What a non-INVITE client transaction does. */
export type NonInviteClientAction = 'send request' | 'resp. to TU' | 'inform TU';

/** The timers of a non-INVITE client transaction. */
export type NonInviteClientTimer = 'E' | 'F' | 'K';

// prettier-ignore
/** The non-INVITE client transaction. It begins in Trying with `send request`. */
export const nonInviteClient: Figure<NonInviteClientState, NonInviteClientEvent, NonInviteClientAction, NonInviteClientTimer> = {
  Trying: { timers: ['E', 'F'],
    'Timer E fires':  ['Trying', 'reset E', 'send request'],
    'Timer F fires':  ['Terminated', 'inform TU'],
    'transport err.': ['Terminated', 'inform TU'],
    '1xx':            ['Proceeding', 'resp. to TU'],
    '200-699':        ['Completed', 'resp. to TU'] },
  Proceeding: { timers: ['E', 'F'],
    'Timer E fires':  ['Proceeding', 'reset E', 'send request'],
    'Timer F fires':  ['Terminated', 'inform TU'],
    'transport err.': ['Terminated', 'inform TU'],
    '1xx':            ['Proceeding', 'resp. to TU'],
    '200-699':        ['Completed', 'resp. to TU'] },
  Completed: { timers: ['K'],
    '200-699':        ['Completed'],                                           // RFC 3261 §17.1.2.2: buffered, not passed up
    'Timer K fires':  ['Terminated'] },
  Terminated: {},
};

// RFC 3261 §17.2.1 figure 7 as RFC 6026 §8.6 redraws it, with the 100 that follows 200 ms of silence.
import type { Figure } from '../base/figure.ts';

/** The states of an INVITE server transaction; `Proceeding, silent` is Proceeding before any response was sent. */
export type InviteServerState =
  | 'Proceeding, silent'
  | 'Proceeding'
  | 'Completed'
  | 'Confirmed'
  | 'Accepted'
  | 'Terminated';

/** What happens to an INVITE server transaction, besides its timers. */
export type InviteServerEvent =
  | 'INVITE'
  | 'ACK'
  | '100 from TU'
  | '101-199 from TU'
  | '2xx from TU'
  | '300-699 from TU'
  | 'transport err.';

/** What an INVITE server transaction does. */
export type InviteServerAction = 'send response' | 'send 100' | 'ACK to TU' | 'inform TU';

/** The timers of an INVITE server transaction; `100` is the 200 ms of RFC 3261 §17.2.1. */
export type InviteServerTimer = '100' | 'G' | 'H' | 'I' | 'L';

// prettier-ignore
/** The INVITE server transaction. It begins in `Proceeding, silent` with the INVITE passed to the TU. */
export const inviteServer: Figure<InviteServerState, InviteServerEvent, InviteServerAction, InviteServerTimer> = {
  'Proceeding, silent': { timers: ['100'],                                     // RFC 3261 §17.2.1
    'Timer 100 fires': ['Proceeding', 'send 100'],
    'INVITE':          ['Proceeding, silent'],                                 // nothing was sent that could be repeated
    '100 from TU':     ['Proceeding', 'send response'],
    '101-199 from TU': ['Proceeding', 'send response'],
    '2xx from TU':     ['Accepted', 'send response'],
    '300-699 from TU': ['Completed', 'send response'] },
  Proceeding: {
    'INVITE':          ['Proceeding', 'send response'],
    '100 from TU':     ['Proceeding', 'send response'],                        // RFC 3261 §17.2.1: any number of provisionals
    '101-199 from TU': ['Proceeding', 'send response'],
    '2xx from TU':     ['Accepted', 'send response'],
    '300-699 from TU': ['Completed', 'send response'],
    'transport err.':  ['Proceeding', 'inform TU'] },
  Completed: { timers: ['G', 'H'],
    'INVITE':          ['Completed', 'send response'],
    'Timer G fires':   ['Completed', 'reset G', 'send response'],
    'Timer H fires':   ['Terminated', 'inform TU'],                            // RFC 3261 §17.2.1: the TU is told
    'transport err.':  ['Completed', 'inform TU'],
    'ACK':             ['Confirmed'] },
  Confirmed: { timers: ['I'],
    'ACK':             ['Confirmed'],                                          // RFC 3261 §17.2.1: absorbed
    'Timer I fires':   ['Terminated'] },
  Accepted: { timers: ['L'],
    'INVITE':          ['Accepted'],
    'ACK':             ['Accepted', 'ACK to TU'],
    '2xx from TU':     ['Accepted', 'send response'],
    'transport err.':  ['Accepted', 'inform TU'],
    'Timer L fires':   ['Terminated'] },
  Terminated: {},
};

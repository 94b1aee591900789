// RFC 3261 §17.1.1 figure 5 as RFC 6026 §8.4 redraws it, with the wish to CANCEL of RFC 3261 §9.1.
import type { Figure } from '../base/figure.ts';

/** The states of an INVITE client transaction. */
export type InviteClientState =
  | 'Calling'
  | 'Calling, cancel wanted'
  | 'Proceeding'
  | 'Proceeding, cancelled'
  | 'Completed'
  | 'Accepted'
  | 'Terminated';

/** What happens to an INVITE client transaction, besides its timers. */
export type InviteClientEvent = '1xx' | '2xx' | '300-699' | 'transport err.' | 'cancel from TU';

/** What an INVITE client transaction does. */
export type InviteClientAction =
  | 'INVITE sent'
  | 'ACK sent'
  | 'CANCEL sent'
  | 'resp. to TU'
  | 'inform TU';

/** The timers of an INVITE client transaction; `cancel` is the 64*T1 of RFC 3261 §9.1. */
export type InviteClientTimer = 'A' | 'B' | 'D' | 'M' | 'cancel';

// prettier-ignore
/** The INVITE client transaction. It begins in Calling with `INVITE sent`. */
export const inviteClient: Figure<InviteClientState, InviteClientEvent, InviteClientAction, InviteClientTimer> = {
  Calling: { timers: ['A', 'B'],
    'Timer A fires':      ['Calling', 'reset A', 'INVITE sent'],
    'Timer B fires':      ['Terminated', 'inform TU'],
    'transport err.':     ['Terminated', 'inform TU'],
    '1xx':                ['Proceeding', 'resp. to TU'],
    '2xx':                ['Accepted', 'resp. to TU'],
    '300-699':            ['Completed', 'ACK sent', 'resp. to TU'],
    'cancel from TU':     ['Calling, cancel wanted'] },                        // RFC 3261 §9.1: no CANCEL before a 1xx
  'Calling, cancel wanted': { timers: ['A', 'B'],                              // RFC 3261 §9.1
    'Timer A fires':      ['Calling, cancel wanted', 'reset A', 'INVITE sent'],
    'Timer B fires':      ['Terminated', 'inform TU'],
    'transport err.':     ['Terminated', 'inform TU'],
    '1xx':                ['Proceeding, cancelled', 'resp. to TU', 'CANCEL sent'],
    '2xx':                ['Accepted', 'resp. to TU'],
    '300-699':            ['Completed', 'ACK sent', 'resp. to TU'] },
  Proceeding: {
    '1xx':                ['Proceeding', 'resp. to TU'],
    '2xx':                ['Accepted', 'resp. to TU'],
    '300-699':            ['Completed', 'ACK sent', 'resp. to TU'],
    'cancel from TU':     ['Proceeding, cancelled', 'CANCEL sent'] },          // RFC 3261 §9.1
  'Proceeding, cancelled': { timers: ['cancel'],                               // RFC 3261 §9.1
    'Timer cancel fires': ['Terminated', 'inform TU'],
    '1xx':                ['Proceeding, cancelled', 'resp. to TU'],
    '2xx':                ['Accepted', 'resp. to TU'],
    '300-699':            ['Completed', 'ACK sent', 'resp. to TU'] },
  Completed: { timers: ['D'],
    '300-699':            ['Completed', 'ACK sent'],
    'transport err.':     ['Terminated', 'inform TU'],
    'Timer D fires':      ['Terminated'] },
  Accepted: { timers: ['M'],
    '2xx':                ['Accepted', 'resp. to TU'],
    'Timer M fires':      ['Terminated'] },
  Terminated: {},
};

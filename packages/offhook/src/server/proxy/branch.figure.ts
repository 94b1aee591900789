// One branch of a forwarded request, with timer C (RFC 3261 §16.6 item 11, §16.7 item 2, §16.8).
// The RFC draws no figure: each row names its section.
import type { Figure } from '@offhook/sip';

/** The states of a branch. In `Completed` it has its outcome, and only further 2xx count. */
export type BranchState = 'Calling' | 'Proceeding' | 'Cancelling' | 'Completed' | 'Terminated';

/** What happens to a branch. `no response` is a timeout or a failure to send. */
export type BranchEvent =
  | '100'
  | '101-199'
  | '2xx'
  | '300-699'
  | 'no response'
  | 'cancel'
  | 'ended';

/** What a branch does. */
export type BranchAction = 'to context' | '408 to context' | 'CANCEL sent' | 'context told of end';

/** Timer C; it never runs for a request other than INVITE. */
export type BranchTimer = 'C';

// prettier-ignore
/** One branch. It begins in Calling with the request handed to the endpoint. */
export const branchFigure: Figure<BranchState, BranchEvent, BranchAction, BranchTimer> = {
  Calling: { timers: ['C'],                                                            // §16.6 item 11
    '100':           ['Proceeding'],                                                   // §16.7 item 5: never forwarded
    '101-199':       ['Proceeding', 'reset C', 'to context'],                          // §16.7 item 2
    '2xx':           ['Completed', 'to context'],                                      // §16.7 item 5
    '300-699':       ['Completed', 'to context'],                                      // §16.7 item 4
    'no response':   ['Completed', 'to context'],                                      // §16.6 item 7, §16.9
    'cancel':        ['Cancelling', 'CANCEL sent'],                                    // §16.7 item 10; waits for a 1xx (§9.1)
    'Timer C fires': ['Completed', '408 to context', 'CANCEL sent'],                   // §16.8, no 1xx came
    'ended':         ['Terminated', '408 to context', 'context told of end'] },
  Proceeding: { timers: ['C'],
    '100':           ['Proceeding'],
    '101-199':       ['Proceeding', 'reset C', 'to context'],                          // §16.7 item 2
    '2xx':           ['Completed', 'to context'],
    '300-699':       ['Completed', 'to context'],
    'no response':   ['Completed', 'to context'],
    'cancel':        ['Cancelling', 'CANCEL sent'],                                    // §16.7 item 10
    'Timer C fires': ['Cancelling', 'CANCEL sent'],                                    // §16.8, a 1xx came
    'ended':         ['Terminated', '408 to context', 'context told of end'] },
  Cancelling: { timers: ['C'],                                                         // in case that not even the CANCEL has an end
    '100':           ['Cancelling'],
    '101-199':       ['Cancelling', 'to context'],
    '2xx':           ['Completed', 'to context'],
    '300-699':       ['Completed', 'to context'],
    'no response':   ['Completed', 'to context'],
    'cancel':        ['Cancelling'],
    'Timer C fires': ['Completed', '408 to context'],
    'ended':         ['Terminated', '408 to context', 'context told of end'] },
  Completed: {
    '2xx':           ['Completed', 'to context'],                                      // §16.7 item 5: each 2xx to INVITE
    'cancel':        ['Completed'],
    'ended':         ['Terminated', 'context told of end'] },
  Terminated: {},
};

// The response context of a forwarded request (RFC 3261 §16.7, §16.10).
// The RFC draws no figure: each row names its section.
import type { Figure } from '@offhook/sip';

/**
 * The states of a response context. In `Forwarding` and `Cancelling` no final response was sent yet, and in the latter
 * no further target is tried; in `Accepted` a 2xx to INVITE was sent, and further ones may come; in `Answered` any other
 * final response was, and nothing that comes counts any more.
 */
export type ContextState = 'Forwarding' | 'Cancelling' | 'Accepted' | 'Answered' | 'Terminated';

/**
 * What happens to a response context: what its branches tell, how far they are, and a CANCEL from upstream. `flow failed`
 * is 408 or 430 from a user agent to which there is another way, `redirected` a 3xx that is followed.
 */
export type ContextEvent =
  | '101-199'
  | '2xx to INVITE'
  | '2xx'
  | '300-599'
  | 'flow failed'
  | 'redirected'
  | '6xx'
  | 'round over'
  | 'all final'
  | 'CANCEL'
  | 'all ended';

/** What a response context does. */
export type ContextAction =
  | 'forward'
  | 'store'
  | 'next flow'
  | 'recurse'
  | 'cancel branches'
  | 'next round'
  | 'forward best'
  | 'give up'
  | 'forget';

/** `F` is the time after which the client upstream has given up on a request other than INVITE (RFC 4320 §4.2). */
export type ContextTimer = 'F';

// prettier-ignore
/** The response context. It begins in Forwarding with the first round of branches. */
export const responseContext: Figure<ContextState, ContextEvent, ContextAction, ContextTimer> = {
  Forwarding: { timers: ['F'],
    '101-199':       ['Forwarding', 'forward'],                                // §16.7 item 5
    '2xx to INVITE': ['Accepted', 'forward', 'cancel branches'],               // §16.7 items 5 and 10
    '2xx':           ['Answered', 'forward', 'forget'],                        // §16.7 item 5
    '300-599':       ['Forwarding', 'store'],                                  // §16.7 item 4
    'flow failed':   ['Forwarding', 'next flow'],                              // RFC 5626 §7
    'redirected':    ['Forwarding', 'recurse'],                                // §16.7 item 4
    '6xx':           ['Cancelling', 'store', 'cancel branches'],               // §16.7 item 5
    'round over':    ['Forwarding', 'next round'],                             // §16.6
    'all final':     ['Answered', 'forward best', 'forget'],                   // §16.7 items 6 and 9
    'CANCEL':        ['Cancelling', 'cancel branches'],                        // §16.10
    'Timer F fires': ['Answered', 'give up', 'forget'] },                                // RFC 4320 §4.2
  Cancelling: { timers: ['F'],
    '101-199':       ['Cancelling', 'forward'],
    '2xx to INVITE': ['Accepted', 'forward', 'cancel branches'],               // §16.7 item 5: a 2xx may still win
    '2xx':           ['Answered', 'forward', 'forget'],
    '300-599':       ['Cancelling', 'store'],
    'flow failed':   ['Cancelling', 'store'],
    '6xx':           ['Cancelling', 'store'],
    'round over':    ['Answered', 'forward best', 'forget'],                   // §16.7 item 5: no new branches
    'all final':     ['Answered', 'forward best', 'forget'],
    'CANCEL':        ['Cancelling', 'cancel branches'],                        // §16.10: a branch may have begun since
    'Timer F fires': ['Answered', 'give up', 'forget'] },                                // RFC 4320 §4.2
  Accepted: {
    '101-199':       ['Accepted'],                                             // §16.7 item 5: after a final, only 2xx
    '2xx to INVITE': ['Accepted', 'forward'],                                  // §16.7 item 5
    '300-599':       ['Accepted'],
    'flow failed':   ['Accepted'],
    '6xx':           ['Accepted'],
    'round over':    ['Accepted'],
    'all final':     ['Accepted'],
    'CANCEL':        ['Accepted'],
    'all ended':     ['Terminated', 'forget'] },                               // §16.7 item 9
  Answered: {
    '101-199':       ['Answered'],
    '2xx to INVITE': ['Answered'],                                             // §16.7 item 5: exactly one non-2xx
    '2xx':           ['Answered'],                                             // §16.7 item 5: exactly one to non-INVITE
    '300-599':       ['Answered'],
    'flow failed':   ['Answered'],
    '6xx':           ['Answered'],
    'round over':    ['Answered'],
    'all final':     ['Answered'],
    'CANCEL':        ['Answered'],
    'all ended':     ['Terminated'] },
  Terminated: {},
};

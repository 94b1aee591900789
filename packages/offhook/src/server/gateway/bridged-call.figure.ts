// A call whose two parties are joined by a bridge: from the caller's INVITE until both legs are over (RFC 7092 §3.2).
import type { Figure } from '@offhook/sip';

/**
 * Where a bridged call stands. *Calling*: callees are being called. *Declining*: one of them has said no for all; the others
 * are called off. *Answering*: one has answered, and the caller is being told. *Bridged*: both have their dialogs.
 * *Waiting*: a party's connection or media is gone, and it may come back. *Ending*: one leg is over, and the other is being
 * ended.
 */
export type BridgedState =
  | 'Calling'
  | 'Declining'
  | 'Answering'
  | 'Bridged'
  | 'Waiting'
  | 'Ending'
  | 'Over';

/**
 * `sounds`: a callee is heard before it answers. `refused`, `declined` (6xx) and `redirected` are the ways in which a callee
 * is not had; `round over` and `all refused` tell that it was the last of its round, or of all. `lost` and `back` are a
 * party's connection, or its media.
 */
export type BridgedEvent =
  | 'ringing'
  | 'sounds'
  | 'answered'
  | 'refused'
  | 'declined'
  | 'redirected'
  | 'round over'
  | 'all refused'
  | 'caller answered'
  | 'caller over'
  | 'callee over'
  | 'caller lost'
  | 'callee lost'
  | 'all back'
  | 'all over'
  | 'hang up';

/** What is done on the way. */
export type BridgedAction =
  | 'ring caller'
  | 'let caller hear'
  | 'accept caller'
  | 'refuse caller'
  | 'keep refusal'
  | 'follow'
  | 'next round'
  | 'call off others'
  | 'call off all'
  | 'hang up callee'
  | 'hang up caller'
  | 'tell of bridge'
  | 'tell of loss'
  | 'close media';

/** How long a party may be gone that was in the call. */
export type BridgedTimer = 'return';

/** What ends an answered call. */
const ends = {
  refused: ['Bridged'],
  redirected: ['Bridged'],
  declined: ['Bridged'],
  'caller over': ['Ending', 'hang up callee'],
  'callee over': ['Ending', 'hang up caller'],
  'hang up': ['Ending', 'hang up callee', 'hang up caller'],
} as const;

/** RFC 3261 §13, §15 and §16.7, seen from between two dialogs. */
export const bridgedFigure: Figure<BridgedState, BridgedEvent, BridgedAction, BridgedTimer> = {
  Calling: {
    ringing: ['Calling', 'ring caller'],
    sounds: ['Calling', 'let caller hear'],
    // RFC 3261 §16.7 item 10: whoever answers first has the call.
    answered: ['Answering', 'call off others', 'accept caller'],
    refused: ['Calling', 'keep refusal'],
    redirected: ['Calling', 'follow'],
    // RFC 3261 §16.7 item 5: a 6xx is everybody's.
    declined: ['Declining', 'keep refusal', 'call off others'],
    'round over': ['Calling', 'next round'],
    'all refused': ['Ending', 'refuse caller'],
    'caller over': ['Ending', 'call off all'],
    // RFC 7118 §5.3: nobody can connect to a browser, so that it never hears an answer.
    'caller lost': ['Ending', 'call off all', 'hang up caller'],
    'hang up': ['Ending', 'call off all', 'hang up caller'],
  },
  Declining: {
    refused: ['Declining', 'keep refusal'],
    redirected: ['Declining', 'keep refusal'],
    declined: ['Declining', 'keep refusal'],
    'round over': ['Ending', 'refuse caller'],
    'all refused': ['Ending', 'refuse caller'],
    'caller over': ['Ending', 'call off all'],
    'hang up': ['Ending', 'call off all', 'hang up caller'],
  },
  Answering: {
    ...ends,
    'caller answered': ['Bridged', 'tell of bridge'],
    refused: ['Answering'],
    redirected: ['Answering'],
    declined: ['Answering'],
  },
  Bridged: {
    ...ends,
    'caller lost': ['Waiting', 'tell of loss'],
    'callee lost': ['Waiting', 'tell of loss'],
  },
  Waiting: {
    ...ends,
    timers: ['return'],
    refused: ['Waiting'],
    redirected: ['Waiting'],
    declined: ['Waiting'],
    'caller lost': ['Waiting', 'tell of loss'],
    'callee lost': ['Waiting', 'tell of loss'],
    'all back': ['Bridged'],
    'Timer return fires': ['Ending', 'hang up callee', 'hang up caller'],
  },
  Ending: {
    refused: ['Ending'],
    redirected: ['Ending'],
    declined: ['Ending'],
    // An answer that crossed our CANCEL is hung up.
    answered: ['Ending', 'hang up callee'],
    'caller over': ['Ending'],
    'callee over': ['Ending'],
    'all over': ['Over', 'close media'],
  },
  Over: {},
};

// How the phone stands with its server: from the first question to the registration, and back when the way is lost.
import type { Figure } from '@offhook/sip';

/**
 * Where the line stands. *Starting*: nobody knows which tab has the phone. *Elsewhere*: another tab has the phone. *Asking*: who we are, and where the server is. *Unreachable*:
 * it did not say. *Away*: the registration was lost; the user agent tries again by itself, and has the calls find their ways then (RFC 5626 §4.5). *Refused*: trying
 * again by itself would not help.
 */
export type PhoneLineState =
  | 'Starting'
  | 'Elsewhere'
  | 'Asking'
  | 'Unreachable'
  | 'Registering'
  | 'Ready'
  | 'Away'
  | 'Refused'
  | 'Closed';

/** `own` and `lost to another tab` are the tabs' business; `try again` is a press, `network` one that came, or is another. */
export type PhoneLineEvent =
  | 'own'
  | 'lost to another tab'
  | 'told'
  | 'not reached'
  | 'turned away'
  | 'registered'
  | 'lost'
  | 'try again'
  | 'network'
  | 'close';

/** What is done on the way. */
export type PhoneLineAction = 'ask' | 'register' | 'reconnect' | 'be ready' | 'leave' | 'say why';

/** `retry`: the server is asked again, less and less often. */
export const phoneLineFigure: Figure<PhoneLineState, PhoneLineEvent, PhoneLineAction, 'retry'> = {
  Starting: {
    own: ['Asking', 'ask'],
    'lost to another tab': ['Elsewhere'],
    close: ['Closed'],
  },
  Elsewhere: {
    own: ['Asking', 'ask'],
    close: ['Closed'],
  },
  Asking: {
    told: ['Registering', 'register'],
    'not reached': ['Unreachable', 'say why'],
    'turned away': ['Refused', 'say why'],
    'lost to another tab': ['Elsewhere'],
    close: ['Closed'],
  },
  Unreachable: {
    timers: ['retry'],
    'Timer retry fires': ['Asking', 'ask'],
    'try again': ['Asking', 'ask'],
    network: ['Asking', 'ask'],
    'lost to another tab': ['Elsewhere'],
    close: ['Closed'],
  },
  Registering: {
    registered: ['Ready', 'be ready'],
    lost: ['Away', 'say why'],
    'turned away': ['Refused', 'say why'],
    'lost to another tab': ['Elsewhere', 'leave'],
    close: ['Closed', 'leave'],
  },
  Ready: {
    // A refresh that went well.
    registered: ['Ready'],
    lost: ['Away', 'say why'],
    'turned away': ['Refused', 'say why'],
    // The connection does not know yet that its network is gone.
    network: ['Ready', 'reconnect'],
    'lost to another tab': ['Elsewhere', 'leave'],
    close: ['Closed', 'leave'],
  },
  Away: {
    registered: ['Ready', 'be ready'],
    lost: ['Away', 'say why'],
    'turned away': ['Refused', 'say why'],
    'try again': ['Away', 'reconnect'],
    network: ['Away', 'reconnect'],
    'lost to another tab': ['Elsewhere', 'leave'],
    close: ['Closed', 'leave'],
  },
  Refused: {
    'try again': ['Asking', 'leave', 'ask'],
    network: ['Asking', 'leave', 'ask'],
    'lost to another tab': ['Elsewhere', 'leave'],
    close: ['Closed', 'leave'],
  },
  Closed: {},
};

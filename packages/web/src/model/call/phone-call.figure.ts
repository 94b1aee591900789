// How far a call of the phone is, as its owner sees it: from the first press to the last word.
import type { Figure } from '@offhook/sip';

/**
 * Where a call stands. *Ringing here* and *Answering*: a call to us. *Mending*: it stands, and the user agent
 * looks for its way anew. *Taking back*: a call of the page before, which is asked for again (RFC 3891). *Ending*: we want it to end, and the
 * other side does not know yet.
 */
export type PhoneCallState =
  | 'New'
  | 'Calling'
  | 'Ringing there'
  | 'Ringing here'
  | 'Answering'
  | 'Taking back'
  | 'Up'
  | 'Mending'
  | 'Ending'
  | 'Over';

/** `answer`, `decline` and `hang up` are presses; `way lost` and `way back` are of the media and the connection. */
export type PhoneCallEvent =
  | 'call'
  | 'rings here'
  | 'take back'
  | 'rings there'
  | 'answered'
  | 'answer'
  | 'decline'
  | 'hang up'
  | 'way lost'
  | 'way back'
  | 'ended';

/** What is done on the way. */
export type PhoneCallAction =
  | 'accept'
  | 'refuse'
  | 'give up'
  | 'note the start'
  | 'say goodbye'
  | 'note the end';

/** `patience`: how long we wait for the other side to know that we hung up. */
export const phoneCallFigure: Figure<PhoneCallState, PhoneCallEvent, PhoneCallAction, 'patience'> =
  {
    New: {
      call: ['Calling'],
      'rings here': ['Ringing here'],
      'take back': ['Taking back'],
    },
    Calling: {
      'rings there': ['Ringing there'],
      answered: ['Up', 'note the start'],
      'hang up': ['Ending', 'give up'],
      ended: ['Over', 'note the end'],
    },
    'Ringing there': {
      'rings there': ['Ringing there'],
      answered: ['Up', 'note the start'],
      'hang up': ['Ending', 'give up'],
      ended: ['Over', 'note the end'],
    },
    'Ringing here': {
      answer: ['Answering', 'accept'],
      decline: ['Ending', 'refuse'],
      'hang up': ['Ending', 'refuse'],
      ended: ['Over', 'note the end'],
    },
    Answering: {
      answered: ['Up', 'note the start'],
      'hang up': ['Ending', 'give up'],
      ended: ['Over', 'note the end'],
    },
    'Taking back': {
      answered: ['Up'],
      'hang up': ['Ending', 'give up'],
      ended: ['Over', 'note the end'],
    },
    Up: {
      'way lost': ['Mending'],
      'hang up': ['Ending', 'say goodbye'],
      ended: ['Over', 'note the end'],
    },
    Mending: {
      'way back': ['Up'],
      'hang up': ['Ending', 'say goodbye'],
      ended: ['Over', 'note the end'],
    },
    Ending: {
      timers: ['patience'],
      // Its answer crossed our wish to end it.
      answered: ['Ending', 'say goodbye'],
      ended: ['Over', 'note the end'],
      'Timer patience fires': ['Over', 'note the end'],
    },
    Over: {},
  };

// The session timer: one side refreshes the session, and without a refresh it ends (RFC 4028 §7.2, §9, §10).
import type { Figure } from '../base/figure.ts';

/** *Ours*: we refresh. *Retrying*: our refresh was refused. *Theirs*: the peer refreshes. */
export type TimerState = 'Off' | 'Ours' | 'Retrying' | 'Theirs' | 'Over';

/** The first three say what the last 2xx to a session refresh request agreed on. */
export type TimerEvent = 'we refresh' | 'peer refreshes' | 'no timer' | 'refused' | 'session ended';

/** What is done on the way. */
export type TimerAction = 'refresh' | 'hang up';

/** `refresh` at half of the interval, `retry` each tenth of it after that; `expiry` shortly before its end. */
export type TimerName = 'refresh' | 'retry' | 'expiry';

/** RFC 4028 §10. */
export const timerFigure: Figure<TimerState, TimerEvent, TimerAction, TimerName> = {
  Off: {
    'we refresh': ['Ours'],
    'peer refreshes': ['Theirs'],
    'no timer': ['Off'],
    'session ended': ['Over'],
  },
  Ours: {
    timers: ['refresh', 'expiry'],
    'Timer refresh fires': ['Ours', 'refresh'],
    'Timer expiry fires': ['Over', 'hang up'],
    'we refresh': ['Ours', 'reset refresh', 'reset expiry'],
    'peer refreshes': ['Theirs', 'reset expiry'],
    'no timer': ['Off'],
    refused: ['Retrying'],
    'session ended': ['Over'],
  },
  Retrying: {
    timers: ['retry', 'expiry'],
    'Timer retry fires': ['Retrying', 'reset retry', 'refresh'],
    'Timer expiry fires': ['Over', 'hang up'],
    'we refresh': ['Ours', 'reset expiry'],
    'peer refreshes': ['Theirs', 'reset expiry'],
    'no timer': ['Off'],
    refused: ['Retrying'],
    'session ended': ['Over'],
  },
  Theirs: {
    timers: ['expiry'],
    // RFC 4028 §10: who waits in vain hangs up shortly before the session would expire.
    'Timer expiry fires': ['Over', 'hang up'],
    'we refresh': ['Ours', 'reset expiry'],
    'peer refreshes': ['Theirs', 'reset expiry'],
    'no timer': ['Off'],
    'session ended': ['Over'],
  },
  Over: {},
};

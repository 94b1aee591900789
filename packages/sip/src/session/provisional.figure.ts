// Provisional responses that must arrive: one at a time, repeated until PRACK (RFC 3262 §3).
import type { Figure } from '../base/figure.ts';

/** *Quiet*: all that was sent is acknowledged. *Answered*: a final response went out before the last PRACK came. */
export type ProvisionalState = 'Quiet' | 'Unacknowledged' | 'Answered' | 'Over';

/** `final` is any final response to the INVITE. */
export type ProvisionalEvent = 'reliable 1xx' | 'PRACK' | 'final';

/** What is done on the way. */
export type ProvisionalAction =
  | 'send 1xx'
  | 'keep 1xx'
  | 'repeat 1xx'
  | 'send kept 1xx'
  | 'inform of PRACK'
  | 'inform of silence';

/** `1xx` repeats the response, at T1 and doubling without a cap; `PRACK` ends the wait after 64*T1. */
export type ProvisionalTimer = '1xx' | 'PRACK';

/** RFC 3262 §3. A response that is not reliable does not come here. */
export const provisionalFigure: Figure<
  ProvisionalState,
  ProvisionalEvent,
  ProvisionalAction,
  ProvisionalTimer
> = {
  Quiet: {
    'reliable 1xx': ['Unacknowledged', 'send 1xx'],
    final: ['Over'],
  },
  Unacknowledged: {
    timers: ['1xx', 'PRACK'],
    'Timer 1xx fires': ['Unacknowledged', 'reset 1xx', 'repeat 1xx'],
    'Timer PRACK fires': ['Over', 'inform of silence'],
    'reliable 1xx': ['Unacknowledged', 'keep 1xx'],
    PRACK: ['Quiet', 'inform of PRACK', 'send kept 1xx'],
    final: ['Answered'],
  },
  // RFC 3262 §3: nothing is repeated any more, but a PRACK that is on its way is answered.
  Answered: { PRACK: ['Over'] },
  Over: {},
};

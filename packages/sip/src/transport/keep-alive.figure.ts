// Keeping one flow alive, and noticing when it is not (RFC 5626 §4.4).
import type { Figure } from '../base/figure.ts';

/** *Quiet*: between two keep-alives. *Asking*: one was sent and its answer is waited for. */
export type KeepAliveState = 'Quiet' | 'Asking' | 'Failed';

/** `check`: somebody has reason to doubt the flow. `moved`: the answer shows another address of ours than before, so a NAT box has forgotten us (RFC 5626 §4.4.2). */
export type KeepAliveEvent = 'check' | 'pong' | 'moved' | 'error' | 'send failed';

/** What is done on the way. */
export type KeepAliveAction =
  | 'send ping'
  | 'send ping again'
  | 'inform of life'
  | 'inform of failure';

/** `ping` between keep-alives, `resend` of a STUN request (RFC 8489 §6.2.1), `pong` until the answer is overdue. */
export type KeepAliveTimer = 'ping' | 'resend' | 'pong';

/** RFC 5626 §4.4.1 for connections, §4.4.2 for UDP, where alone anything is sent again. */
export const keepAliveFigure: Figure<
  KeepAliveState,
  KeepAliveEvent,
  KeepAliveAction,
  KeepAliveTimer
> = {
  Quiet: {
    timers: ['ping'],
    'Timer ping fires': ['Asking', 'send ping'],
    check: ['Asking', 'send ping'],
  },
  Asking: {
    timers: ['resend', 'pong'],
    'Timer resend fires': ['Asking', 'reset resend', 'send ping again'],
    pong: ['Quiet', 'inform of life'],
    moved: ['Failed', 'inform of failure'],
    error: ['Failed', 'inform of failure'],
    'send failed': ['Failed', 'inform of failure'],
    'Timer pong fires': ['Failed', 'inform of failure'],
  },
  Failed: {},
};

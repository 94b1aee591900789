// A subscription as its notifier sees it (RFC 6665 §4.2.2).
import type { Figure } from '../base/figure.ts';

/**
 * `Resp wait`, `Pending`, `Active` and `Terminated` are those of RFC 6665 §4.2.2. *Ending*: the last NOTIFY is under way, and
 * the dialog is there until it is answered (§4.4.1).
 */
export type NotifierState = 'Resp wait' | 'Pending' | 'Active' | 'Ending' | 'Terminated';

/**
 * `accept`, `accept pending`, `fetch` and `refuse` answer the first request; `grant`, `notify`, `close` and `drop` come from
 * our user; `gone` is a NOTIFY that met nobody, or an answer that ends the subscription.
 */
export type NotifierEvent =
  | 'accept'
  | 'accept pending'
  | 'fetch'
  | 'refuse'
  | 'SUBSCRIBE'
  | 'unsubscribe'
  | 'grant'
  | 'notify'
  | 'close'
  | 'drop'
  | 'NOTIFY answered'
  | 'gone';

/** What is done on the way. */
export type NotifierAction =
  | 'send 200'
  | 'send 481'
  | 'send refusal'
  | 'send NOTIFY'
  | 'send last NOTIFY'
  | 'inform of end';

/** RFC 6665 §4.2.2. Timer: `expiry`, the time that was granted. */
export const notifierFigure: Figure<NotifierState, NotifierEvent, NotifierAction, 'expiry'> = {
  'Resp wait': {
    accept: ['Active', 'send 200', 'send NOTIFY'],
    'accept pending': ['Pending', 'send 200', 'send NOTIFY'],
    // RFC 6665 §4.4.3: the state once, and no subscription.
    fetch: ['Ending', 'send 200', 'send last NOTIFY'],
    refuse: ['Terminated', 'send refusal', 'inform of end'],
  },
  Pending: {
    timers: ['expiry'],
    grant: ['Active', 'send NOTIFY'],
    // RFC 6665 §4.2.2: the state goes to nobody who is not allowed to see it yet.
    notify: ['Pending'],
    // RFC 6665 §4.2.1.2: a NOTIFY follows each 200 at once.
    SUBSCRIBE: ['Pending', 'reset expiry', 'send 200', 'send NOTIFY'],
    unsubscribe: ['Ending', 'send 200', 'send last NOTIFY'],
    close: ['Ending', 'send last NOTIFY'],
    'Timer expiry fires': ['Ending', 'send last NOTIFY'],
    'NOTIFY answered': ['Pending'],
    gone: ['Terminated', 'inform of end'],
    drop: ['Terminated', 'inform of end'],
  },
  Active: {
    timers: ['expiry'],
    grant: ['Active'],
    notify: ['Active', 'send NOTIFY'],
    SUBSCRIBE: ['Active', 'reset expiry', 'send 200', 'send NOTIFY'],
    unsubscribe: ['Ending', 'send 200', 'send last NOTIFY'],
    close: ['Ending', 'send last NOTIFY'],
    'Timer expiry fires': ['Ending', 'send last NOTIFY'],
    'NOTIFY answered': ['Active'],
    gone: ['Terminated', 'inform of end'],
    drop: ['Terminated', 'inform of end'],
  },
  Ending: {
    SUBSCRIBE: ['Ending', 'send 481'],
    unsubscribe: ['Ending', 'send 481'],
    grant: ['Ending'],
    notify: ['Ending'],
    close: ['Ending'],
    'NOTIFY answered': ['Terminated', 'inform of end'],
    gone: ['Terminated', 'inform of end'],
    drop: ['Terminated', 'inform of end'],
  },
  Terminated: {},
};

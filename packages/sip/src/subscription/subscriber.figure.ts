// A subscription as its subscriber sees it (RFC 6665 §4.1.2).
import type { Figure } from '../base/figure.ts';

/**
 * `Notify wait`, `Pending`, `Active` and `Terminated` are those of RFC 6665 §4.1.2. *Refreshing*: a SUBSCRIBE of ours is to
 * bring a NOTIFY. *Leaving*: we do not want it any more, but there is no dialog yet to say so. *Unsubscribing*: we said so,
 * and wait for the last NOTIFY.
 */
export type SubscriberState =
  | 'Notify wait'
  | 'Pending'
  | 'Active'
  | 'Refreshing'
  | 'Leaving'
  | 'Unsubscribing'
  | 'Terminated';

/**
 * `gone` is an answer that ends the subscription, `failed` one that does not, silence among them (RFC 6665 §4.1.2.2);
 * `refresh`, `unsubscribe` and `drop` come from our user.
 */
export type SubscriberEvent =
  | 'NOTIFY active'
  | 'NOTIFY pending'
  | 'NOTIFY terminated'
  | '2xx'
  | '423'
  | 'gone'
  | 'failed'
  | 'refresh'
  | 'unsubscribe'
  | 'drop';

/** What is done on the way. */
export type SubscriberAction =
  | 'send SUBSCRIBE'
  | 'send removal'
  | 'ask for longer'
  | 'inform of notification'
  | 'inform of refusal'
  | 'inform of failure'
  | 'inform of silence'
  | 'inform of end';

/** `N` as RFC 6665 §4.1.2.4 has it. Ours are `refresh`, before it expires, and `expiry`, when it has. */
export type SubscriberTimer = 'N' | 'refresh' | 'expiry';

/** RFC 6665 §4.1.2. */
export const subscriberFigure: Figure<
  SubscriberState,
  SubscriberEvent,
  SubscriberAction,
  SubscriberTimer
> = {
  'Notify wait': {
    timers: ['N'],
    // RFC 6665 §4.1.2.4: the NOTIFY may come before the answer, and it alone makes the subscription.
    '2xx': ['Notify wait'],
    'NOTIFY active': ['Active', 'inform of notification'],
    'NOTIFY pending': ['Pending', 'inform of notification'],
    'NOTIFY terminated': ['Terminated', 'inform of notification', 'inform of end'],
    gone: ['Terminated', 'inform of refusal'],
    failed: ['Terminated', 'inform of failure'],
    'Timer N fires': ['Terminated', 'inform of silence'],
    unsubscribe: ['Leaving'],
    drop: ['Terminated', 'inform of end'],
  },
  Pending: {
    timers: ['refresh', 'expiry'],
    '2xx': ['Pending', 'reset refresh', 'reset expiry'],
    'NOTIFY active': ['Active', 'reset refresh', 'reset expiry', 'inform of notification'],
    'NOTIFY pending': ['Pending', 'reset refresh', 'reset expiry', 'inform of notification'],
    'NOTIFY terminated': ['Terminated', 'inform of notification', 'inform of end'],
    'Timer refresh fires': ['Refreshing', 'send SUBSCRIBE'],
    'Timer expiry fires': ['Terminated', 'inform of end'],
    refresh: ['Refreshing', 'send SUBSCRIBE'],
    gone: ['Terminated', 'inform of refusal'],
    failed: ['Pending'],
    unsubscribe: ['Unsubscribing', 'send removal'],
    drop: ['Terminated', 'inform of end'],
  },
  Active: {
    timers: ['refresh', 'expiry'],
    // The NOTIFY of a refresh was faster than its answer.
    '2xx': ['Active', 'reset refresh', 'reset expiry'],
    'NOTIFY active': ['Active', 'reset refresh', 'reset expiry', 'inform of notification'],
    'NOTIFY pending': ['Pending', 'reset refresh', 'reset expiry', 'inform of notification'],
    'NOTIFY terminated': ['Terminated', 'inform of notification', 'inform of end'],
    'Timer refresh fires': ['Refreshing', 'send SUBSCRIBE'],
    'Timer expiry fires': ['Terminated', 'inform of end'],
    refresh: ['Refreshing', 'send SUBSCRIBE'],
    gone: ['Terminated', 'inform of refusal'],
    failed: ['Active'],
    unsubscribe: ['Unsubscribing', 'send removal'],
    drop: ['Terminated', 'inform of end'],
  },
  Refreshing: {
    timers: ['N', 'expiry'],
    '2xx': ['Refreshing', 'reset expiry'],
    // RFC 3261 §21.4.17: the notifier wants a longer interval.
    '423': ['Refreshing', 'reset N', 'ask for longer', 'send SUBSCRIBE'],
    'NOTIFY active': ['Active', 'inform of notification'],
    'NOTIFY pending': ['Pending', 'inform of notification'],
    'NOTIFY terminated': ['Terminated', 'inform of notification', 'inform of end'],
    gone: ['Terminated', 'inform of refusal'],
    // RFC 6665 §4.1.2.2: it lasts as long as was agreed, and is refreshed once more before that.
    failed: ['Active'],
    'Timer N fires': ['Terminated', 'inform of silence'],
    'Timer expiry fires': ['Terminated', 'inform of end'],
    unsubscribe: ['Unsubscribing', 'reset N', 'send removal'],
    drop: ['Terminated', 'inform of end'],
  },
  Leaving: {
    timers: ['N'],
    '2xx': ['Leaving'],
    'NOTIFY active': ['Unsubscribing', 'reset N', 'inform of notification', 'send removal'],
    'NOTIFY pending': ['Unsubscribing', 'reset N', 'inform of notification', 'send removal'],
    'NOTIFY terminated': ['Terminated', 'inform of notification', 'inform of end'],
    gone: ['Terminated', 'inform of end'],
    failed: ['Terminated', 'inform of end'],
    'Timer N fires': ['Terminated', 'inform of end'],
    drop: ['Terminated', 'inform of end'],
  },
  // RFC 6665 §4.4.1: it is over with the NOTIFY that says so.
  Unsubscribing: {
    timers: ['N'],
    '2xx': ['Unsubscribing'],
    'NOTIFY active': ['Unsubscribing'],
    'NOTIFY pending': ['Unsubscribing'],
    'NOTIFY terminated': ['Terminated', 'inform of notification', 'inform of end'],
    gone: ['Terminated', 'inform of end'],
    failed: ['Terminated', 'inform of end'],
    'Timer N fires': ['Terminated', 'inform of end'],
    drop: ['Terminated', 'inform of end'],
  },
  Terminated: {},
};

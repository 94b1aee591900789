// A registration and its refreshes (RFC 3261 §10.2).
import type { Figure } from '../base/figure.ts';

/**
 * Where a registration stands. *Waiting*: it was lost and is tried again after a while. *Leaving* and *Returning*: our
 * user changed their mind while a REGISTER is under way, whose answer comes first (RFC 3261 §10.2).
 */
export type RegistrationState =
  | 'Unregistered'
  | 'Registering'
  | 'Registered'
  | 'Refreshing'
  | 'Waiting'
  | 'Leaving'
  | 'Unregistering'
  | 'Returning';

/**
 * `refused` is an answer that trying again will not change; `unavailable` is silence, a broken way or a 5xx. `439`: the
 * first hop cannot carry flows (RFC 5626 §11.6). `flow lost`: a flow that has worked is gone; `flow failed`: one that never
 * answered a keep-alive (§4.5).
 */
export type RegistrationEvent =
  | 'register'
  | 'unregister'
  | '2xx'
  | '423'
  | '439'
  | 'refused'
  | 'unavailable'
  | 'flow lost'
  | 'flow failed';

/** What is done on the way. */
export type RegistrationAction =
  | 'send REGISTER'
  | 'send removal'
  | 'ask for longer'
  | 'do without outbound'
  | 'inform of registration'
  | 'inform of refusal'
  | 'inform of withdrawal'
  | 'count failure'
  | 'inform of loss'
  | 'inform of end';

/** RFC 3261 §10.2. Timers: `refresh` before the binding expires (§10.2.4), `retry` with back-off (RFC 5626 §4.5). */
export const registrationFigure: Figure<
  RegistrationState,
  RegistrationEvent,
  RegistrationAction,
  'refresh' | 'retry'
> = {
  Unregistered: {
    register: ['Registering', 'send REGISTER'],
  },
  Registering: {
    '2xx': ['Registered', 'inform of registration'],
    // RFC 3261 §10.2.8: the registrar wants a longer interval.
    '423': ['Registering', 'ask for longer', 'send REGISTER'],
    // RFC 5626 §4.2.1: it may be tried without.
    '439': ['Registering', 'do without outbound', 'send REGISTER'],
    refused: ['Unregistered', 'inform of refusal'],
    unavailable: ['Waiting', 'count failure', 'inform of loss'],
    unregister: ['Leaving', 'inform of withdrawal'],
  },
  Registered: {
    timers: ['refresh'],
    'Timer refresh fires': ['Refreshing', 'send REGISTER'],
    register: ['Refreshing', 'send REGISTER'],
    // RFC 5626 §4.5: a flow that worked is replaced at once; what never worked is a failure, and waits.
    'flow lost': ['Registering', 'inform of loss', 'send REGISTER'],
    'flow failed': ['Waiting', 'count failure', 'inform of loss'],
    unregister: ['Unregistering', 'send removal'],
  },
  Refreshing: {
    '2xx': ['Registered', 'inform of registration'],
    '423': ['Refreshing', 'ask for longer', 'send REGISTER'],
    '439': ['Registering', 'do without outbound', 'send REGISTER'],
    // The refresh could not be sent.
    'flow lost': ['Registering', 'inform of loss', 'send REGISTER'],
    'flow failed': ['Waiting', 'count failure', 'inform of loss'],
    refused: ['Unregistered', 'inform of refusal'],
    unavailable: ['Waiting', 'count failure', 'inform of loss'],
    unregister: ['Leaving', 'inform of withdrawal'],
  },
  Waiting: {
    timers: ['retry'],
    'Timer retry fires': ['Registering', 'send REGISTER'],
    register: ['Registering', 'send REGISTER'],
    unregister: ['Unregistering', 'send removal'],
  },
  // RFC 3261 §10.2: no new REGISTER before the last one is answered or has timed out.
  Leaving: {
    '2xx': ['Unregistering', 'send removal'],
    '423': ['Unregistering', 'send removal'],
    '439': ['Unregistered', 'inform of end'],
    refused: ['Unregistered', 'inform of end'],
    // It may have reached the registrar all the same.
    unavailable: ['Unregistering', 'send removal'],
    register: ['Registering', 'inform of end'],
  },
  Unregistering: {
    '2xx': ['Unregistered', 'inform of end'],
    '423': ['Unregistered', 'inform of end'],
    '439': ['Unregistered', 'inform of end'],
    refused: ['Unregistered', 'inform of end'],
    unavailable: ['Unregistered', 'inform of end'],
    register: ['Returning'],
  },
  Returning: {
    '2xx': ['Registering', 'inform of end', 'send REGISTER'],
    '423': ['Registering', 'inform of end', 'send REGISTER'],
    '439': ['Registering', 'inform of end', 'do without outbound', 'send REGISTER'],
    refused: ['Registering', 'inform of end', 'send REGISTER'],
    unavailable: ['Registering', 'inform of end', 'send REGISTER'],
    unregister: ['Unregistering', 'inform of withdrawal'],
  },
};

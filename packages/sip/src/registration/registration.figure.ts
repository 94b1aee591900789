// A registration and its refreshes (RFC 3261 §10.2).
import type { Figure } from '../base/figure.ts';

/** Where a registration stands. *Waiting*: it was lost and is tried again after a while. */
export type RegistrationState =
  | 'Unregistered'
  | 'Registering'
  | 'Registered'
  | 'Refreshing'
  | 'Waiting'
  | 'Unregistering';

/** `refused` is an answer that trying again will not change; `unavailable` is silence, a broken way or a 5xx. */
export type RegistrationEvent =
  | 'register'
  | 'unregister'
  | '2xx'
  | '423'
  | 'refused'
  | 'unavailable'
  | 'flow lost';

/** What is done on the way. */
export type RegistrationAction =
  | 'send REGISTER'
  | 'send removal'
  | 'ask for longer'
  | 'inform of registration'
  | 'inform of refusal'
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
    refused: ['Unregistered', 'inform of refusal'],
    unavailable: ['Waiting', 'inform of loss'],
    unregister: ['Unregistering', 'send removal'],
  },
  Registered: {
    timers: ['refresh'],
    'Timer refresh fires': ['Refreshing', 'send REGISTER'],
    register: ['Refreshing', 'send REGISTER'],
    'flow lost': ['Waiting', 'inform of loss'],
    unregister: ['Unregistering', 'send removal'],
  },
  Refreshing: {
    '2xx': ['Registered', 'inform of registration'],
    '423': ['Refreshing', 'ask for longer', 'send REGISTER'],
    refused: ['Unregistered', 'inform of refusal'],
    unavailable: ['Waiting', 'inform of loss'],
    unregister: ['Unregistering', 'send removal'],
  },
  Waiting: {
    timers: ['retry'],
    'Timer retry fires': ['Registering', 'send REGISTER'],
    register: ['Registering', 'send REGISTER'],
    unregister: ['Unregistering', 'send removal'],
  },
  Unregistering: {
    '2xx': ['Unregistered', 'inform of end'],
    '423': ['Unregistered', 'inform of end'],
    refused: ['Unregistered', 'inform of end'],
    unavailable: ['Unregistered', 'inform of end'],
    register: ['Registering', 'send REGISTER'],
  },
};

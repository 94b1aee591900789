// What a NOTIFY says of its subscription: Subscription-State (RFC 6665 §4.1.3, §8.2.3).
import { own } from '../base/bytes.ts';
import { subscriptionState } from '../message/header/subscription-state.ts';
import type { Message } from '../message/message.ts';

/** How a subscription stands, in the words of its notifier. */
export interface StateOfSubscription {
  readonly state: 'active' | 'pending' | 'terminated';
  /** How long it lasts from now; absent in `terminated`. */
  readonly expiresSeconds?: number | undefined;
  /** Why it is terminated: `timeout`, `rejected`, `noresource` and others. */
  readonly reason?: string | undefined;
  /** How long to wait before the next try. */
  readonly retryAfterSeconds?: number | undefined;
}

/** Reads it; undefined when it is absent or malformed. A state that nobody knows counts as active (RFC 6665 §4.1.3). */
export function readState(message: Message): StateOfSubscription | undefined {
  const value = message.get(subscriptionState);
  if (value === undefined) return undefined;
  const word = value.value.toLowerCase();
  if (word !== 'terminated') {
    return {
      state: word === 'pending' ? 'pending' : 'active',
      expiresSeconds: secondsIn(value.parameters.get('expires')),
    };
  }
  const reason = value.parameters.get('reason');
  return {
    state: 'terminated',
    reason: reason === undefined ? undefined : own(reason.toLowerCase()),
    retryAfterSeconds: secondsIn(value.parameters.get('retry-after')),
  };
}

/** The value of the header. */
export function formatState(state: StateOfSubscription): string {
  const { expiresSeconds, reason, retryAfterSeconds } = state;
  const wanted: readonly (readonly [string, string | number | undefined])[] =
    state.state === 'terminated'
      ? [
          ['reason', reason],
          ['retry-after', retryAfterSeconds],
        ]
      : [['expires', expiresSeconds]];
  const written = wanted.flatMap(([name, value]) =>
    value === undefined ? [] : `;${name}=${value}`,
  );
  return state.state + written.join('');
}

// No longer than the field allows (RFC 3261 §20.19).
function secondsIn(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,20}$/.test(text)) return undefined;
  return Math.min(Number(text), 4_294_967_295);
}

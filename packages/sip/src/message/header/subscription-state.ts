// Subscription-State (RFC 6665 §8.2.3).
import { single } from './field.ts';
import type { HeaderField } from './field.ts';
import { formatTokenValue, readTokenValue } from './token-value.ts';
import type { TokenValue } from './token-value.ts';

/** How a subscription stands: `active`, `pending` or `terminated`. */
export const subscriptionState: HeaderField<TokenValue> = single(
  'Subscription-State',
  readTokenValue,
  formatTokenValue,
);

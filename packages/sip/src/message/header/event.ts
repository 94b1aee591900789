// Event (RFC 6665 §8.2.1).
import { single } from './field.ts';
import type { HeaderField } from './field.ts';
import { formatTokenValue, readTokenValue } from './token-value.ts';
import type { TokenValue } from './token-value.ts';

/** The event package of a subscription, with its `id`. */
export const event: HeaderField<TokenValue> = single('Event', readTokenValue, formatTokenValue);

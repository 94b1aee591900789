// The users behind addresses, as far as a message tells them.
import type { MessageFacts } from './read-message.ts';
import type { MessageRowRecord } from './rows.ts';

/** What proxies send of their own, in the name of whoever called (RFC 3261 §16.10, §17.1.1.3). */
const hopByHop: ReadonlySet<string> = new Set(['CANCEL', 'ACK']);

/** The users behind addresses: who sends a request that nobody forwarded, and whom a request is addressed to at its target. */
export function nameParties(row: MessageRowRecord, facts: MessageFacts): void {
  if (facts.status !== undefined) return;
  if (facts.hops === 1 && !hopByHop.has(facts.method)) row.from.user ??= facts.fromUser;
  if (facts.target === row.to.address && facts.method !== 'REGISTER') row.to.user ??= facts.toUser;
}

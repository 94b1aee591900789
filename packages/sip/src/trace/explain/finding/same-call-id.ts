// Fault 36: calls that share a Call-ID and differ in their From tags (RFC 3261 §8.1.1.4, §12).
import type { Finding } from '../explanation.ts';
import type { CallFacts } from '../facts.ts';
import { fault } from '../found.ts';
import type { Rule } from '../found.ts';
import { grouped } from '../grouped.ts';
import { listed, quoted, say } from '../say.ts';
import type { SeenTransaction } from '../seen-transaction.ts';

/** Same Call-ID with different tags. */
export const sameCallId: Rule = (facts) =>
  grouped(facts.invitations, ({ row }) => row.leg).flatMap((invitations) =>
    shared(facts, invitations),
  );

function shared(facts: CallFacts, invitations: readonly SeenTransaction[]): readonly Finding[] {
  const first = new Map<string, SeenTransaction>();
  let before: SeenTransaction | undefined;
  for (const invitation of invitations) {
    const tag = invitation.request?.message?.fromTag ?? '';
    // After a refusal some phones try again with a new From tag: still one call.
    const isRetry =
      before !== undefined && before.client === invitation.client && (before.status ?? 0) >= 300;
    if (!first.has(tag) && !isRetry) first.set(tag, invitation);
    before = invitation;
  }
  const calls = [...first.values()];
  const [one, other] = calls;
  if (one?.request === undefined || other?.request === undefined) return [];
  const callId = quoted(one.request.message?.callId ?? '');
  const clients = [...new Set(calls.map(({ client }) => facts.name(client)))];
  const passed = other.client === one.server;
  const mixed = facts
    .roots('BYE')
    .find(({ row, status }) => row.leg === one.row.leg && status === 481);
  return [
    fault({
      rule: 'same-call-id',
      fault: 36,
      title: 'Same Call-ID with different tags',
      happened: say(
        `${calls.length} calls share the Call-ID ${callId}: ${listed(calls.map(({ request, client }) => `one of ${facts.name(client)} with From tag ${quoted(request?.message?.fromTag ?? 'none')}`))}${mixed === undefined ? '' : `; the BYE of frame ${mixed.request?.frame ?? 0} was refused with 481, since it fits neither`}.`,
        calls.map(({ request }) => request),
        mixed?.request,
        mixed?.final,
      ),
      why: say(
        passed
          ? `${facts.name(other.client)} passes the call on as a new one with a tag of its own and keeps the Call-ID; who sees both takes them for one call, or for a loop.`
          : 'A Call-ID has to be new for each call; programs that sort calls by it alone mix these up.',
        one.request,
        other.request,
      ),
      whose: say(`${listed(clients.slice(passed ? 1 : 0))}.`, other.request),
      todo: say(
        `Have ${facts.name(other.client)} make a Call-ID of its own for each call it begins.`,
        other.request,
      ),
      party: other.client,
      certainty: facts.certainty(other.client),
      section: 'RFC 3261 §8.1.1.4',
      about: facts.about(...calls),
      weight: 78,
    }),
  ];
}

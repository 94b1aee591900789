// Where an offer or an answer has to be (RFC 3261 §13.2.1, §13.3.1.4, §13.2.2.4).
import { requireField } from '../../../message/header/require.ts';
import type { CallFacts } from '../facts.ts';
import type { SeenMessage } from '../seen-message.ts';
import { must } from './lint-rule.ts';
import type { Departure, LintRule } from './lint-rule.ts';

/** A 2xx to INVITE brings the answer, or the offer; its ACK brings what is still open. */
export const offers: LintRule = {
  rule: 'offers',
  find: (seen, facts) => {
    const { request, response } = seen;
    if (response !== undefined && response.cseq.method === 'INVITE') return ofSuccess(seen, facts);
    return request?.method === 'ACK' ? ofAck(seen, facts) : [];
  },
};

function ofSuccess(seen: SeenMessage, facts: CallFacts): readonly Departure[] {
  const { status = 0 } = seen;
  if (status < 200 || status >= 300 || hasDescription(seen)) return [];
  const transaction = facts.transactionOf(seen);
  const invite = transaction?.request;
  if (invite === undefined) return [];
  const offered = hasDescription(invite);
  // RFC 3262 §5: a reliable 1xx may have brought it.
  const early = transaction?.provisionals.some(
    (other) =>
      hasDescription(other) &&
      other.response?.get(requireField)?.some((tag) => tag.toLowerCase() === '100rel') === true,
  );
  if (early === true) return [];
  return [
    must(
      offered
        ? 'The INVITE has an offer, and this answer to it has no session description.'
        : 'The INVITE has no offer, so this answer to it must have one.',
      'RFC 3261 §13.3.1.4',
    ),
  ];
}

function ofAck(seen: SeenMessage, facts: CallFacts): readonly Departure[] {
  if (hasDescription(seen)) return [];
  const { request } = seen;
  const success = facts.messages.find(
    ({ method, status = 0, response, row, number }) =>
      method === 'INVITE' &&
      status >= 200 &&
      status < 300 &&
      number < seen.number &&
      row.leg === seen.row.leg &&
      row.to === seen.row.from &&
      response?.cseq.number === request?.cseq.number &&
      response?.toTag === request?.toTag,
  );
  if (success === undefined || !hasDescription(success)) return [];
  const transaction = facts.transactionOf(success);
  const invite = transaction?.request;
  const early = transaction?.provisionals.some(hasDescription) === true;
  if (invite === undefined || hasDescription(invite) || early) return [];
  return [must('The 200 has an offer, and this ACK does not answer it.', 'RFC 3261 §13.2.2.4')];
}

function hasDescription({ sdp, sdpProblem, message }: SeenMessage): boolean {
  return sdp !== undefined || sdpProblem !== undefined || message?.bodyText.trim() !== '';
}

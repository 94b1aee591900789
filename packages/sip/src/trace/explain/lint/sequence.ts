// CSeq numbers in a dialog, and in ACK and CANCEL (RFC 3261 §9.1, §12.2.1.1, §13.2.2.4, §17.1.1.3).
import type { CallFacts } from '../facts.ts';
import type { SeenMessage } from '../seen-message.ts';
import { must } from './lint-rule.ts';
import type { Departure, LintRule } from './lint-rule.ts';

/** Requests of a dialog count up; ACK and CANCEL have the number of their INVITE. */
export const sequence: LintRule = {
  rule: 'sequence',
  find: (seen, facts) => {
    const { request } = seen;
    if (request === undefined) return [];
    switch (request.method) {
      case 'ACK':
        return ofAck(seen, facts);
      case 'CANCEL':
        return ofCancel(seen, facts);
      default:
        return request.toTag === undefined ? [] : ofDialog(seen, facts);
    }
  },
};

function ofDialog(seen: SeenMessage, facts: CallFacts): readonly Departure[] {
  const number = seen.request?.cseq.number ?? 0;
  const transaction = facts.transactionOf(seen);
  // The hops behind the first have the same number, and so has the one request that came by two ways.
  if (transaction?.upstream !== undefined) return [];
  const before = facts.messages.find(
    (other) =>
      other.number < seen.number &&
      other.row.resend === 0 &&
      other.status === undefined &&
      other.method !== 'ACK' &&
      other.method !== 'CANCEL' &&
      other.row.leg === seen.row.leg &&
      other.row.from === seen.row.from &&
      (other.row.cseq ?? 0) >= number &&
      other.request?.fromTag === seen.request?.fromTag &&
      (other.request?.toTag ?? seen.request?.toTag) === seen.request?.toTag &&
      facts.transactionOf(other) !== transaction,
  );
  return before === undefined
    ? []
    : [
        must(
          `CSeq ${number} is not higher than the ${before.row.cseq ?? 0} of the ${before.method} in frame ${before.frame}.`,
          'RFC 3261 §12.2.1.1',
        ),
      ];
}

function ofAck(seen: SeenMessage, facts: CallFacts): readonly Departure[] {
  const { request } = seen;
  const answers = facts.messages.filter(
    ({ method, status = 0, row, number, response }) =>
      method === 'INVITE' &&
      status >= 200 &&
      number < seen.number &&
      row.leg === seen.row.leg &&
      response?.fromTag === request?.fromTag,
  );
  if (answers.length === 0) return [];
  const sameNumber = answers.filter(
    ({ response }) => response?.cseq.number === request?.cseq.number,
  );
  if (sameNumber.length === 0)
    return [
      must(
        `CSeq of this ACK is ${request?.cseq.number ?? 0}, and no INVITE of the call has that number.`,
        'RFC 3261 §13.2.2.4',
      ),
    ];
  const fitting = sameNumber.filter(({ response }) => response?.toTag === request?.toTag);
  if (fitting.length === 0)
    return [must('The To tag of this ACK is that of no final response.', 'RFC 3261 §12.2.1.1')];
  const refusals = fitting.filter(({ status = 0 }) => status >= 300);
  const own = refusals.some(({ response }) => response?.branch === request?.branch);
  return refusals.length === fitting.length &&
    !own &&
    refusals.some(({ row }) => row.to === seen.row.from)
    ? [
        must(
          'The ACK to a refusal has another branch than its INVITE, so it is not matched.',
          'RFC 3261 §17.1.1.3',
        ),
      ]
    : [];
}

function ofCancel(seen: SeenMessage, facts: CallFacts): readonly Departure[] {
  const { request } = seen;
  const found: Departure[] = [];
  if (request?.has('Require') === true || request?.has('Proxy-Require') === true)
    found.push(must('CANCEL has Require or Proxy-Require.', 'RFC 3261 §9.1'));
  const invite = facts.messages.find(
    (other) =>
      other.method === 'INVITE' &&
      other.status === undefined &&
      other.number < seen.number &&
      other.row.leg === seen.row.leg &&
      other.request?.branch === request?.branch,
  )?.request;
  if (invite === undefined || request === undefined) return found;
  if (invite.cseq.number !== request.cseq.number)
    found.push(
      must(
        `CSeq of this CANCEL is ${request.cseq.number}, that of its INVITE ${invite.cseq.number}.`,
        'RFC 3261 §9.1',
      ),
    );
  if (invite.toTag !== request.toTag || invite.fromTag !== request.fromTag)
    found.push(must('The tags of this CANCEL are not those of its INVITE.', 'RFC 3261 §9.1'));
  const [line, other] = [invite, request].map((one) => one.toText().split(' ', 2)[1]);
  if (line !== other)
    found.push(must('The Request-URI of this CANCEL is not that of its INVITE.', 'RFC 3261 §9.1'));
  return found;
}

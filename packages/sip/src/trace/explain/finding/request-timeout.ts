// Faults 2 and 34: a request other than INVITE that nobody answers until Timer F (RFC 3261 §17.1.2.2); UPDATE is told apart.
import type { Finding } from '../explanation.ts';
import type { CallFacts } from '../facts.ts';
import { fault, remark } from '../found.ts';
import type { FindingParts, Rule } from '../found.ts';
import type { SeenTransaction } from '../seen-transaction.ts';
import { say, time, times } from '../say.ts';

/** 64*T1, after which Timer F gives up, in milliseconds. */
const timerF = 32_000;
/** After so many repeats without any response nobody listens there, though the record may end before Timer F. */
const telling = 4;

/** Non-INVITE time-out. */
export const requestTimeout: Rule = (facts) =>
  facts.transactions
    .filter(({ method }) => method !== 'INVITE' && method !== 'ACK' && method !== 'UPDATE')
    .flatMap((transaction) => unanswered(facts, transaction));

/** UPDATE unanswered (RFC 3311 §5.1). */
export const updateUnanswered: Rule = (facts) =>
  facts.transactions
    .filter(({ method }) => method === 'UPDATE')
    .flatMap((transaction) => unanswered(facts, transaction));

function unanswered(facts: CallFacts, transaction: SeenTransaction): readonly Finding[] {
  const { request, requests, provisionals, finals, client, server, method, downstream } =
    transaction;
  if (request === undefined || finals.length > 0 || downstream.length > 0) return [];
  const fired = facts
    .stepsOf('T', transaction.number)
    .find(({ change }) => change.event === 'Timer F fires');
  const waited = (fired?.at ?? facts.endedAt) - request.at;
  const gaveUp = fired !== undefined || transaction.fired('F') || waited >= timerF;
  if (!gaveUp && requests.length <= telling) return [];
  const [asker, asked] = [facts.name(client), facts.name(server)];
  const isUpdate = method === 'UPDATE';
  const [heard] = provisionals;
  const words = consequenceOf(method, asker, asked);
  const parts: FindingParts = {
    rule: isUpdate ? 'update-unanswered' : 'request-timeout',
    fault: isUpdate ? 34 : 2,
    title: isUpdate ? 'UPDATE unanswered' : `${method} timed out`,
    happened: say(
      `${asker} sent ${method} to ${asked} ${times(requests.length)} and got no final answer within ${time(waited)}${words}.`,
      requests,
      fired,
    ),
    why:
      heard === undefined
        ? say(
            `Nothing came back from ${asked} by ${request.row.protocol}: the request, or every answer to it, was lost, or ${asked} is gone.`,
            requests,
          )
        : say(
            `${asked} said ${heard.row.title} and never came to an end with it.`,
            heard,
            requests,
          ),
    whose: say(
      heard === undefined
        ? `The side of ${asked}, or the network between ${asker} and ${asked}.`
        : `${asked}.`,
      request,
      heard,
    ),
    todo: say(
      isUpdate
        ? `See why ${asked} does not answer UPDATE though its Allow may name it; until then have ${asker} use re-INVITE instead.`
        : `Check that ${asked} still runs and is still at ${request.row.destination.host}; capture there to see whether the ${method} arrives.`,
      request,
    ),
    party: server,
    certainty: fired?.change.source === 'recorded' ? 'recorded' : 'inferred',
    section: isUpdate ? 'RFC 3311 §5.1' : 'RFC 3261 §17.1.2.2',
    about: facts.about(transaction),
    weight: isUpdate ? 74 : method === 'REGISTER' ? 78 : 62,
  };
  return [
    isGotOver(facts, transaction)
      ? remark({ ...parts, fault: undefined, weight: 13 })
      : fault(parts),
  ];
}

// A later try came through, or it was the CANCEL to one branch of a call that another branch took.
function isGotOver(facts: CallFacts, transaction: SeenTransaction): boolean {
  if (facts.successAfter(transaction) !== undefined) return true;
  if (transaction.method !== 'CANCEL') return false;
  const invite = facts.transactions.find(
    (other) => other.method === 'INVITE' && facts.cancelOf(other) === transaction,
  );
  const { status = 0 } = invite?.root ?? {};
  return status >= 200 && status < 300;
}

function consequenceOf(method: string, asker: string, asked: string): string {
  switch (method) {
    case 'BYE':
      return `, so ${asked} may think that the call is still up`;
    case 'CANCEL':
      return `, so ${asked} may go on ringing`;
    case 'REGISTER':
      return `, so ${asker} cannot be called`;
    case 'PRACK':
      return ', so the reliable ringing stays unconfirmed';
    case 'REFER':
      return ', so the transfer did not begin';
    default:
      return '';
  }
}

// What came of a call without faults, in words.
import type { Sentence } from './explanation.ts';
import type { CallFacts } from './facts.ts';
import type { SeenMessage } from './seen-message.ts';
import type { SeenTransaction } from './seen-transaction.ts';
import { after, count, quoted, say, time } from './say.ts';

/** How a call went. */
export interface OutcomeWords {
  readonly happened: Sentence;
  readonly why: string;
  /** True when what was seen ends before the call does. */
  readonly open: boolean;
  /** What would have to be captured; only of use when it is open. */
  readonly todo: string;
}

/** What came of the call, for a verdict that has no fault to tell. */
export function outcomeOf(facts: CallFacts): OutcomeWords {
  const invitation = facts.invitations.at(-1);
  if (invitation !== undefined) return outcomeOfCall(facts, invitation);
  if (facts.messages.length > 0 && facts.messages.every(({ problem }) => problem !== undefined))
    return unreadable(facts);
  const request = facts.roots(facts.document.method).at(-1) ?? facts.roots().at(-1);
  return request === undefined ? outcomeOfRest(facts) : outcomeOfRequest(facts, request);
}

function outcomeOfCall(facts: CallFacts, last: SeenTransaction): OutcomeWords {
  const winner = facts.invitations.find(({ status = 0 }) => status >= 200 && status < 300);
  const invitation = winner ?? last;
  const first = facts.invitations[0]?.request;
  const [caller, callee] = [facts.name(facts.caller), facts.dialled];
  const answer = invitation.final;
  const began = first?.at ?? facts.document.startedAt;
  const ringing = invitation.provisionals.find(({ status }) => status === 180 || status === 183);
  if (answer === undefined) {
    return {
      happened: say(
        `${caller} called ${callee}${ringing === undefined ? '' : ringing.status === 180 ? ', whose phone rang' : ', and sound came before the answer'}; there is no final answer so far.`,
        first,
        ringing,
        facts.messages.at(-1),
      ),
      why: 'What was seen of the call is as it should be so far.',
      open: true,
      todo: 'Capture the call until its final answer.',
    };
  }
  const { status = 0 } = answer;
  if (status >= 300) return outcomeOfRefusal(facts, invitation, answer);
  const bye = byeAfter(facts, answer);
  const answered = `${caller} called ${callee}, who answered ${after(answer.at - began)}`;
  if (bye?.request === undefined) {
    return {
      happened: say(`${answered}; the call is still up.`, first, answer),
      why: 'What was seen of the call is as it should be.',
      open: false,
      todo: '',
    };
  }
  return {
    happened: say(
      `${answered}; ${facts.name(bye.client)} hung up ${time(bye.request.at - answer.at)} later.`,
      first,
      answer,
      bye.request,
    ),
    why: 'Every request got its answer.',
    open: false,
    todo: '',
  };
}

function outcomeOfRefusal(
  facts: CallFacts,
  invitation: SeenTransaction,
  answer: SeenMessage,
): OutcomeWords {
  const [caller, callee] = [facts.name(facts.caller), facts.dialled];
  const cancel = facts.cancelOf(invitation);
  if (answer.status === 487 && cancel?.request !== undefined && invitation.request !== undefined) {
    const waited = time(cancel.request.at - invitation.request.at);
    return {
      happened: say(
        `${caller} called ${callee} and gave up after ${waited}, before anybody answered.`,
        invitation.request,
        cancel.request,
        answer,
      ),
      why: 'A CANCEL before the answer is a normal end, and 487 confirms it.',
      open: false,
      todo: '',
    };
  }
  return {
    happened: say(
      `${caller} called ${callee}, and the answer was ${quoted(answer.row.title)}.`,
      invitation.request,
      answer,
    ),
    why: 'The answer says so.',
    open: false,
    todo: '',
  };
}

function outcomeOfRequest(facts: CallFacts, transaction: SeenTransaction): OutcomeWords {
  const { final, client, server, method } = transaction;
  const request = transaction.request ?? transaction.first;
  const asked = `${facts.name(client)} sent ${quoted(method)} to ${facts.name(server)}`;
  return final === undefined
    ? {
        happened: say(`${asked}, and what was recorded ends without its answer.`, request),
        why: 'Nothing more of it was seen.',
        open: true,
        todo: 'Capture the exchange until its final answer.',
      }
    : {
        happened: say(
          `${asked} and got ${quoted(final.row.title)} ${after(final.at - (request?.at ?? final.at))}.`,
          request,
          final,
        ),
        why: 'Every request got its answer.',
        open: false,
        todo: '',
      };
}

function unreadable(facts: CallFacts): OutcomeWords {
  const { messages } = facts;
  const [first] = messages;
  const reasons = [...new Set(messages.flatMap(({ problem }) => problem?.text ?? []))];
  return {
    happened: say(
      `${facts.name(first?.row.from)} sent ${count(messages.length, 'message')} that no receiver has to understand.`,
      messages,
    ),
    why: reasons.map((text) => `${text}.`).join(' '),
    open: true,
    todo: `Mend what makes these messages, or capture them whole.`,
  };
}

function outcomeOfRest({ document, messages }: CallFacts): OutcomeWords {
  const first = messages[0] ?? document.steps[0] ?? document.notes[0];
  return {
    happened: say('Only a part of an exchange was recorded, without its request.', first),
    why: 'Its beginning is missing.',
    open: true,
    todo: 'Capture the exchange from its first request on.',
  };
}

/** The BYE that ends the dialog of this answer, on the first hop that was seen of it. */
export function byeAfter(facts: CallFacts, answer: SeenMessage): SeenTransaction | undefined {
  const tags = [answer.response?.fromTag, answer.response?.toTag];
  return facts
    .roots('BYE')
    .find(
      ({ request }) =>
        request !== undefined &&
        request.row.leg === answer.row.leg &&
        tags.includes(request.message?.fromTag) &&
        tags.includes(request.message?.toTag),
    );
}

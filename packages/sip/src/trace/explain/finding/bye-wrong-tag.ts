// Fault 22: a BYE, or another request of a call, with a tag that the other side does not know, refused with 481 (RFC 3261 §12.2.2).
import type { Finding } from '../explanation.ts';
import type { CallFacts } from '../facts.ts';
import { fault } from '../found.ts';
import { missOf } from '../handshake.ts';
import type { Rule } from '../found.ts';
import type { SeenTransaction } from '../seen-transaction.ts';
import { quoted, say } from '../say.ts';

/** Methods that exist within a call alone, so that they need a To tag (RFC 3261 §15, RFC 3311 §5.1, RFC 6086 §4.2.1). */
const ofCall: ReadonlySet<string> = new Set(['BYE', 'UPDATE', 'PRACK', 'INFO']);

/** Whether a request without a To tag has lost it. */
export function isOfCall(method: string): boolean {
  return ofCall.has(method);
}

/** BYE with wrong tag, and dialogs that one side has lost. */
export const byeWrongTag: Rule = (facts) =>
  facts
    .roots()
    .filter(({ status, method }) => status === 481 && method !== 'CANCEL')
    .flatMap((transaction) => unknownDialog(facts, transaction));

function unknownDialog(facts: CallFacts, transaction: SeenTransaction): readonly Finding[] {
  const { request, final, method, origin, client } = transaction;
  const asked = request?.request;
  if (request === undefined || asked === undefined || final === undefined) return [];
  if (asked.toTag === undefined && !isOfCall(method)) return [];
  if (facts.successAfter(transaction) !== undefined) return [];
  const known = answersOf(facts, transaction);
  const fits = known.find(({ response }) =>
    isPair([asked.fromTag, asked.toTag], [response?.fromTag, response?.toTag]),
  );
  // Both hung up at once, or it was over before: 481 is the normal end of that (RFC 3261 §15.1.2).
  if (fits !== undefined && isEndedBefore(facts, transaction)) return [];
  const [asker, refuser] = [facts.name(client), facts.name(origin.server)];
  const right = known.at(-1)?.response;
  const isWrong = fits === undefined && right !== undefined;
  const mistaken =
    right === undefined
      ? ''
      : differing([asked.fromTag, asked.toTag], [right.fromTag, right.toTag]);
  // RFC 6665 §4.2.2: this is how a subscription ends whose subscriber has gone.
  if (method === 'NOTIFY' && fits !== undefined) return [];
  const answer = fits?.response;
  // Of two answers to one INVITE another rule tells what became of each.
  const answers = known.filter(({ response }) => response?.cseq.number === answer?.cseq.number);
  if (new Set(answers.map(({ response }) => response?.toTag)).size > 1) return [];
  const miss = answer === undefined ? undefined : missOf(asked, answer);
  // Tags of several calls with one Call-ID, mixed up: that they share it is the trouble.
  const callers = new Set(known.map(({ response }) => response?.fromTag));
  if (fits === undefined && callers.size > 1 && known.every(({ method: of }) => of === 'INVITE'))
    return [];
  const ends = method === 'BYE' ? `, so ${refuser} may think that the call is still up` : '';
  return [
    fault({
      rule: 'bye-wrong-tag',
      ...(isWrong ? { fault: 22 } : {}),
      title: isWrong ? `${method} with a wrong tag` : `${method} for a call that is not known`,
      happened: say(
        `${asker} sent ${method}, and ${refuser} refused it with ${quoted(final.row.title)}${ends}.`,
        request,
        final,
      ),
      why: isWrong
        ? say(
            `The tags of the ${method} are not those of the call: ${mistaken}.`,
            request,
            known.at(-1),
          )
        : miss !== undefined
          ? say(
              `The tags are those of the call, but the ${method} went elsewhere: its ${miss.part} is ${quoted(miss.found)}, and the answer to the INVITE asks for ${quoted(miss.wanted)}.`,
              request,
              fits,
            )
          : say(
              right === undefined
                ? 'The beginning of the call was not recorded, so the tags cannot be compared.'
                : `The tags are those of the call, so ${refuser} has lost it: it was started anew, or ended it without saying so.`,
              request,
              fits ?? final,
            ),
      whose:
        isWrong || miss !== undefined
          ? say(
              `${asker}, or a server on the way that changes ${isWrong ? 'tags' : 'addresses'}.`,
              request,
            )
          : say(right === undefined ? `${asker} or ${refuser}.` : `${refuser}.`, request, final),
      todo: isWrong
        ? say(
            `Update ${asker}: all requests of a call carry the tags of its 200.`,
            known.at(-1),
            request,
          )
        : miss !== undefined
          ? say(
              `Have ${asker} send ${method} to the Contact of the answer, by its Record-Route.`,
              fits,
              request,
            )
          : say(`Read the log of ${refuser} for what became of the call before.`, final),
      party:
        isWrong || miss !== undefined ? client : right === undefined ? undefined : origin.server,
      certainty:
        !isWrong && right === undefined
          ? 'cannot tell from here'
          : facts.certainty(client, origin.server),
      ...(!isWrong && right === undefined
        ? { wanted: 'The call from its INVITE on, to compare the tags.' }
        : {}),
      section: 'RFC 3261 §12.2.2',
      about: facts.about(transaction),
      weight: method === 'BYE' ? 67 : 69,
    }),
  ];
}

function answersOf(facts: CallFacts, { row, request }: SeenTransaction) {
  return facts.messages.filter(
    ({ method, status, row: other, number }) =>
      (method === 'INVITE' || method === 'SUBSCRIBE' || method === 'REFER') &&
      status !== undefined &&
      status >= 200 &&
      status < 300 &&
      other.leg === row.leg &&
      number < (request?.number ?? 0),
  );
}

function isEndedBefore(facts: CallFacts, transaction: SeenTransaction): boolean {
  const { request, final } = transaction;
  const tags = [request?.message?.fromTag, request?.message?.toTag] as const;
  return facts
    .roots('BYE')
    .some(
      (bye) =>
        bye !== transaction &&
        bye.row.leg === transaction.row.leg &&
        (bye.request?.at ?? Infinity) < (final?.at ?? 0) &&
        bye.status !== 481 &&
        isPair(tags, [bye.request?.message?.fromTag, bye.request?.message?.toTag]),
    );
}

type Tags = readonly [string | undefined, string | undefined];

function isPair([a, b]: Tags, [c, d]: Tags): boolean {
  return (a === c && b === d) || (a === d && b === c);
}

function differing([a, b]: Tags, right: Tags): string {
  const [c, d] = right;
  const turned = a === d || b === c;
  const [from, to] = turned ? [d, c] : [c, d];
  const parts: string[] = [];
  if (a !== from)
    parts.push(`its From tag is ${quoted(a ?? 'missing')} instead of ${quoted(from ?? '')}`);
  if (b !== to)
    parts.push(`its To tag is ${quoted(b ?? 'missing')} instead of ${quoted(to ?? '')}`);
  return parts.join(', and ');
}

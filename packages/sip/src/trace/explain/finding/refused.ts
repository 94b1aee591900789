// Fault 6: final refusals that say what they mean, each with its sentence (RFC 3261 §21.4 to §21.6).
import type { Finding } from '../explanation.ts';
import type { CallFacts } from '../facts.ts';
import { fault, remark } from '../found.ts';
import type { FindingParts, Rule } from '../found.ts';
import { vainEarlyMedia } from './early-media-no-answer.ts';
import { isOfCall } from './bye-wrong-tag.ts';
import { expiryDuring } from './registration-expired.ts';
import { reasonWords, retrySeconds } from '../reason-words.ts';
import { meaningOf } from '../refusals.ts';
import type { SeenTransaction } from '../seen-transaction.ts';
import { after, quoted, say } from '../say.ts';

/** These are told by rules of their own. */
const others: ReadonlySet<number> = new Set([
  401, 403, 407, 413, 420, 421, 422, 482, 483, 488, 491, 513, 606,
]);

/** 404, 480, 486, 603 and their like. */
export const refused: Rule = (facts) =>
  facts.roots().flatMap((transaction) => refusalOf(facts, transaction));

function refusalOf(facts: CallFacts, transaction: SeenTransaction): readonly Finding[] {
  const { request, final, method, origin, client, status = 0 } = transaction;
  if (status < 400 || others.has(status) || final === undefined) return [];
  if (request?.request === undefined || request.request.toTag !== undefined) return [];
  if (method === 'CANCEL' || method === 'OPTIONS' || facts.successAfter(transaction) !== undefined)
    return [];
  if (status === 487 && facts.cancelOf(transaction) !== undefined) return [];
  if (status === 423 && method === 'REGISTER') return [];
  // A request of a call that has lost its To tag: told as that.
  if (status === 481 && isOfCall(method)) return [];
  if ((status === 408 || status === 504) && isSilenceBehind(transaction)) return [];
  // What was heard before tells more.
  if (method === 'INVITE' && vainEarlyMedia(facts, transaction) !== undefined) return [];
  if (method === 'INVITE' && expiryDuring(facts, transaction) !== undefined) return [];
  // Another try was made of the same call: the last one tells.
  if (isRepeated(facts, transaction)) return [];
  const [asker, refuser] = [facts.name(client), facts.name(origin.server)];
  const target = targetOf(transaction);
  const meaning = meaningOf(status, { asker, refuser, target, method });
  const retry = retrySeconds(final);
  const again = retry === undefined ? '' : ` It may be tried again after ${retry} s (Retry-After).`;
  // A phone that asks for what a server does not have loses nothing, nor does one that is told what it never asked for (RFC 6665 §4.1.3).
  const isProbe =
    ((method === 'SUBSCRIBE' || method === 'PUBLISH') && [405, 489, 501].includes(status)) ||
    (method === 'NOTIFY' && [405, 481, 489, 501].includes(status));
  const parts: FindingParts = {
    rule: 'refused',
    ...(isProbe ? {} : { fault: 6 }),
    title: quoted(final.row.title),
    happened: say(
      `${asker} ${method === 'INVITE' ? `called ${target}` : `sent ${method} to ${target}`}, and ${refuser} ${status === 408 || status === 504 ? 'gave up' : 'refused'} with ${quoted(final.row.title)} ${after(final.at - request.at)}${reasonWords(origin.final ?? final)}.`,
      request,
      origin.final,
      final,
    ),
    why: say(meaning.why, origin.final, final),
    whose: say(meaning.whose, origin.final, final),
    todo: say(`${meaning.todo}${again}`, final),
    party: origin.server,
    certainty: facts.certainty(origin.server, client),
    section: meaning.section,
    about: facts.about(transaction, origin),
    weight: isProbe ? 8 : method === 'INVITE' ? 70 : 66,
  };
  return [isProbe ? remark(parts) : fault(parts)];
}

// RFC 3261 §16.8: a proxy says 408 of its own when nobody answers behind it; that silence is told instead.
function isSilenceBehind({ downstream }: SeenTransaction): boolean {
  return downstream.some(
    (hop) => (hop.finals.length === 0 && hop.provisionals.length === 0) || isSilenceBehind(hop),
  );
}

function isRepeated(facts: CallFacts, transaction: SeenTransaction): boolean {
  return facts
    .roots(transaction.method)
    .some(
      (other) =>
        other.row.leg === transaction.row.leg &&
        other.client === transaction.client &&
        (other.request?.at ?? 0) > (transaction.final?.at ?? 0) &&
        other.request?.message?.fromTag === transaction.request?.message?.fromTag &&
        other.request?.message?.toTag === undefined,
    );
}

function targetOf({ request }: SeenTransaction): string {
  const uri = request?.request?.to.uri;
  if (uri === undefined) return 'somebody';
  if ('user' in uri && uri.user !== undefined && uri.user !== '') return quoted(uri.user);
  if ('number' in uri) return quoted(uri.number);
  return 'host' in uri ? quoted(uri.host) : quoted(uri.text);
}

// Fault 7: the two sides have no codec in common, so the offer is refused with 488 or 606, or every line of it is (RFC 3264 §6).
import type { Finding } from '../explanation.ts';
import { clashOf, mediaWords, shownBy } from '../codecs.ts';
import type { CallFacts } from '../facts.ts';
import { fault, remark } from '../found.ts';
import type { FindingParts, Rule } from '../found.ts';
import { reasonWords } from '../reason-words.ts';
import type { SeenMessage } from '../seen-message.ts';
import type { SeenTransaction } from '../seen-transaction.ts';
import { listed, quoted, say } from '../say.ts';

/** 488, no common codec. */
export const noCommonCodec: Rule = (facts) => [
  ...facts
    .roots()
    .filter(({ status }) => status === 488 || status === 606)
    .flatMap((transaction) => unacceptable(facts, transaction)),
  ...emptyAnswers(facts),
];

function unacceptable(facts: CallFacts, transaction: SeenTransaction): readonly Finding[] {
  const { request, final, method, origin, client } = transaction;
  if (request?.request === undefined || final === undefined) return [];
  if (facts.successAfter(transaction) !== undefined) return [];
  const inside = request.request.toTag !== undefined;
  const offer = request.sdp;
  const refuser = origin.server;
  const capable = (origin.final ?? final).sdp === undefined ? shownBy(facts, refuser) : final;
  const [asker, asked] = [facts.name(client), facts.name(refuser)];
  const clash =
    offer === undefined || capable?.sdp === undefined ? undefined : clashOf(offer, capable.sdp);
  // RFC 3261 §14.1: the session stays as it was. Fax or a picture that is refused takes no sound away.
  const isExtra = inside && offer !== undefined && !offer.media.some(isSound);
  const parts: FindingParts = {
    rule: 'no-common-codec',
    ...(isExtra ? {} : { fault: 7 }),
    title: isExtra
      ? `${final.status ?? 488}: the call stays as it was`
      : `${final.status ?? 488}: no common codec`,
    happened: say(
      `${asker} ${inside ? `wanted to change the call by ${method}` : `called ${asked}`} and offered ${offer === undefined ? 'nothing itself' : mediaWords(offer)}; ${asked} refused with ${quoted(final.row.title)}${reasonWords(origin.final ?? final)}${inside ? ', and the call stayed as it was' : ''}.`,
      request,
      origin.final,
      final,
    ),
    why:
      capable?.sdp === undefined
        ? say(
            `${asked} does not say what it supports; it takes none of what was offered as it was offered.`,
            request,
            final,
          )
        : say(
            `${asker} offers ${offer === undefined ? 'nothing' : mediaWords(offer)}, and ${asked} shows ${mediaWords(capable.sdp)}: ${clash ?? 'the codecs would meet, so something else in the description does not please it'}.`,
            request,
            capable,
          ),
    whose: say(
      `Both sides have to meet: ${asker} by what it offers, ${asked} by what it allows.`,
      request,
      final,
    ),
    todo: say(
      `Allow one codec on both, such as PCMA or PCMU, with the same kind of encryption, or let a gateway between ${asker} and ${asked} transcode.`,
      request,
      final,
    ),
    party: refuser,
    certainty: capable?.sdp === undefined ? 'inferred' : facts.certainty(refuser),
    section: 'RFC 3261 §21.4.26',
    about: facts.about(transaction, origin),
    weight: isExtra ? 11 : inside ? 64 : 87,
  };
  return [isExtra ? remark(parts) : fault(parts)];
}

function isSound({ media, port }: { readonly media: string; readonly port: number }): boolean {
  return media === 'audio' && port !== 0;
}

// RFC 3264 §6: a line that is answered with port 0 is refused; when all are, nobody hears anything.
function emptyAnswers(facts: CallFacts): readonly Finding[] {
  return facts.document.negotiations.flatMap((negotiation) => {
    const offer = facts.message(negotiation.offer);
    const answer = facts.message(negotiation.answer);
    if (offer?.sdp === undefined || answer?.sdp === undefined) return [];
    const wanted = offer.sdp.media.filter(({ port }) => port !== 0);
    const refused = wanted.length > 0 && answer.sdp.media.every(({ port }) => port === 0);
    return refused ? [emptied(facts, offer, answer)] : [];
  });
}

function emptied(facts: CallFacts, offer: SeenMessage, answer: SeenMessage): Finding {
  const [offerer, answerer] = [facts.name(offer.row.from), facts.name(answer.row.from)];
  const lines = offer.sdp?.media.map(({ media }) => media) ?? [];
  return fault({
    rule: 'no-common-codec',
    fault: 7,
    title: 'Every media line refused',
    happened: say(
      `${offerer} offered ${offer.sdp === undefined ? 'media' : mediaWords(offer.sdp)}, and ${answerer} accepted the call but answered ${listed(lines)} with port 0, which refuses it.`,
      offer,
      answer,
    ),
    why: say(
      `None of the codecs offered is one that ${answerer} takes, so nothing can be heard.`,
      offer,
      answer,
    ),
    whose: say(`Both sides have to meet: ${offerer} and ${answerer}.`, offer, answer),
    todo: say(`Allow one codec on both, such as PCMA or PCMU.`, offer, answer),
    party: answer.row.from,
    certainty: facts.certainty(answer.row.from),
    section: 'RFC 3264 §6',
    about: { messages: [offer.number, answer.number] },
    weight: 86,
  });
}

// Fault 20: sound before the answer, and then no answer (RFC 3261 §13.2.2.1, RFC 3960 §3).
import type { Finding } from '../explanation.ts';
import type { CallFacts } from '../facts.ts';
import { fault } from '../found.ts';
import type { Rule } from '../found.ts';
import { reasonWords } from '../reason-words.ts';
import type { SeenMessage } from '../seen-message.ts';
import type { SeenTransaction } from '../seen-transaction.ts';
import { after, quoted, say, time } from '../say.ts';

/** These say by themselves why nobody answered. */
const telling: ReadonlySet<number> = new Set([404, 484, 486, 600, 603, 604, 607]);

/** A second of sound. */
const enoughPackets = 50;

/** Early media, then no 200. */
export const earlyMediaNoAnswer: Rule = (facts) =>
  facts.invitations.flatMap((invitation) => unanswered(facts, invitation));

/** The response that opened a way for sound that lasted, when the call came to nothing after it. */
export function vainEarlyMedia(
  facts: CallFacts,
  invitation: SeenTransaction,
): SeenMessage | undefined {
  const { provisionals, final, status } = invitation;
  const early = provisionals.find((seen) => (seen.status ?? 0) > 100 && seen.sdp !== undefined);
  if (early === undefined || (status !== undefined && status < 300)) return undefined;
  const end = facts.cancelOf(invitation)?.request ?? final;
  if (status !== undefined && telling.has(status) && !isHeard(facts, early, end?.at))
    return undefined;
  const heard = (end?.at ?? facts.endedAt) - early.at;
  // Without an end it may still be answered: that has to last as long as Timer C of a proxy (RFC 3261 §16.6).
  return heard < (end === undefined ? 180_000 : 1000) ? undefined : early;
}

// An announcement was played: it said what the status says.
function isHeard({ document }: CallFacts, early: SeenMessage, until = Infinity): boolean {
  return document.streams.some(
    ({ sender, packets, startedAt }) =>
      sender === early.row.from &&
      packets >= enoughPackets &&
      startedAt >= early.at - 1000 &&
      startedAt < until,
  );
}

function unanswered(facts: CallFacts, invitation: SeenTransaction): readonly Finding[] {
  const { request, final, origin, client } = invitation;
  const early = vainEarlyMedia(facts, invitation);
  if (request === undefined || early === undefined) return [];
  if (facts.successAfter(invitation) !== undefined) return [];
  // What the caller asked before the answer was not answered either: that is why it gave up (RFC 3311 §5.1).
  if (facts.roots('UPDATE').some(({ finals }) => finals.length === 0)) return [];
  const cancel = facts.cancelOf(invitation)?.request;
  const end = cancel ?? final;
  const heard = (end?.at ?? facts.endedAt) - early.at;
  const [caller, far] = [
    facts.name(client),
    facts.name((final === undefined ? invitation : origin).server),
  ];
  const gaveUp =
    cancel !== undefined
      ? `${caller} gave up ${after(heard)}`
      : final === undefined
        ? `nothing more came for ${time(heard)}`
        : `${far} ended it ${after(heard)} with ${quoted(final.row.title)}${reasonWords(final)}`;
  return [
    fault({
      rule: 'early-media-no-answer',
      fault: 20,
      title: 'Early media, then no answer',
      happened: say(
        `${caller} called, ${far} opened a way for sound before the answer with ${quoted(early.row.title)}, never answered, and ${gaveUp}.`,
        request,
        early,
        end,
      ),
      why: say(
        `What is heard before the answer is a ringing tone or an announcement of the far side; the 200 that would begin the call was not sent${final === undefined || cancel !== undefined ? '' : `, and ${quoted(final.row.title)} tells why`}.`,
        early,
        final ?? cancel,
      ),
      whose: say(
        cancel !== undefined
          ? `The side of ${far}, which did not answer while ${caller} waited.`
          : `The side of ${far}.`,
        early,
        end,
      ),
      todo: say(
        `Listen to what ${far} played: if it is an announcement, it names the reason; if somebody spoke, ${far} has to send 200 when the call is taken.`,
        early,
      ),
      party: origin.server,
      certainty: facts.certainty(client, origin.server),
      section: 'RFC 3960 §3.1',
      about: facts.about(invitation),
      weight: 72,
    }),
  ];
}

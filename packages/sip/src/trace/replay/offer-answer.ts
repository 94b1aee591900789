// The offers and answers of one side (RFC 3264 §4, RFC 6337 §2).
import { offerAnswer } from '../../sdp/offer-answer.figure.ts';
import type { OfferAnswerEvent } from '../../sdp/offer-answer.figure.ts';
import type { CallToReplay } from './call.ts';
import { fails, isReliable, succeeds } from './party-message.ts';
import type { PartyMessage } from './party-message.ts';
import { runScore } from './run.ts';
import type { Cue } from './run.ts';
import { tell } from './tell.ts';
import type { Replayed } from './tell.ts';

/** Runs the figure over the descriptions; undefined when there was none. */
export function replayOfferAnswer({
  party,
  label,
  messages,
  until,
}: CallToReplay): Replayed | undefined {
  const first = messages.find(
    ({ sdp, creates, within }) => sdp !== undefined && (creates || within),
  );
  if (first === undefined) return undefined;
  const offers = new Map<string, PartyMessage>();
  const cues = messages
    .filter(({ repeated, creates, within }) => !repeated && (creates || within))
    .flatMap((message): readonly Cue<OfferAnswerEvent, never>[] => {
      const event = isRefusedBye(message, messages) ? undefined : eventOf(message, offers);
      const { at, number } = message;
      return event === undefined ? [] : [{ at, message: number, event, optional: true }];
    });
  const run = runScore(
    { figure: offerAnswer, start: 'Stable', length: () => undefined },
    { birth: { at: first.at, message: undefined }, cues, until },
  );
  return tell(run, { figure: 'offer-answer', party, label, subject: 'offer/answer' });
}

/** Whether the message is a BYE that its receiver did not take, and so ended nothing. */
function isRefusedBye(bye: PartyMessage, messages: readonly PartyMessage[]): boolean {
  return (
    bye.method === 'BYE' &&
    !bye.sent &&
    messages.some((one) => one.sent && one.method === 'BYE' && one.cseq === bye.cseq && fails(one))
  );
}

function eventOf(
  message: PartyMessage,
  offers: Map<string, PartyMessage>,
): OfferAnswerEvent | undefined {
  const { sdp, sent, method, status, cseq, creates } = message;
  // Both sides count their requests, each from where it likes.
  const asker = (status === undefined) === sent ? 'ours' : 'theirs';
  const transaction = `${asker} ${method} ${cseq ?? ''}`;
  if (method === 'BYE' && status === undefined) return 'session ended';
  if (sdp === 'offer') {
    offers.set(transaction, message);
    return sent ? 'offer sent' : 'offer received';
  }
  if (sdp === 'answer') {
    const unreliable = status !== undefined && status < 200 && !isReliable(message);
    if (unreliable) return sent ? 'early answer sent' : 'early answer received';
    // The 2xx repeats what an earlier response has said (RFC 3261 §13.2.1).
    offers.clear();
    return sent ? 'answer sent' : 'answer received';
  }
  if (method === 'INVITE' && succeeds(message)) {
    offers.clear();
    return 'exchange confirmed';
  }
  if (!fails(message)) return undefined;
  if (creates && method === 'INVITE') return 'session ended';
  const offer = offers.get(transaction);
  if (offer === undefined) return undefined;
  const [first] = offers.keys();
  offers.delete(transaction);
  // RFC 3311 §5.2: one that came too early was no offer.
  if (first !== transaction) return undefined;
  return offer.sent ? 'offer refused by peer' : 'offer refused by us';
}

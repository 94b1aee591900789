// A call before its answer: what the caller and what the callee must have been doing (RFC 3261 §13).
import { incomingFigure } from '../../session/incoming.figure.ts';
import type { IncomingEvent } from '../../session/incoming.figure.ts';
import { outgoingFigure } from '../../session/outgoing.figure.ts';
import type { OutgoingEvent } from '../../session/outgoing.figure.ts';
import { defaultSettings } from '../../transaction/timers.ts';
import type { Label } from '../correlate/labelled.ts';
import { exchangesOf, isTriedAgain } from './exchange.ts';
import type { Exchange } from './exchange.ts';
import { fails, isReliable, succeeds } from './party-message.ts';
import type { PartyMessage } from './party-message.ts';
import { inOrder, runScore } from './run.ts';
import type { Cue } from './run.ts';
import { tell } from './tell.ts';
import type { Replayed } from './tell.ts';

/** One side of an INVITE dialog, or of what else is asked for by requests. */
export interface CallToReplay {
  readonly party: number | undefined;
  readonly label: Label | undefined;
  readonly messages: readonly PartyMessage[];
  readonly until: number;
}

/** Runs the figure of the side whose INVITE made the dialog, or would have; undefined when it was not seen to send it. */
export function replayOutgoing({
  party,
  label,
  messages,
  until,
}: CallToReplay): Replayed | undefined {
  const tries = exchangesOf(
    messages.filter(({ attempts, method }) => attempts && method === 'INVITE'),
  ).filter(({ request }) => request.sent);
  const [invite] = tries;
  if (invite === undefined) return undefined;
  const { at, number } = invite.request;
  const cues: Cue<OutgoingEvent, never>[] = [
    { at, message: number, event: 'offer ready' },
    ...eventsOf(messages, outgoingEvent),
    ...tries.flatMap((one, index) => failureOfTry(one, tries[index + 1])),
    ...endOfAnswers(messages, until),
    ...endOfPatience(messages, until),
  ];
  const run = runScore(
    { figure: outgoingFigure, start: 'Preparing', length: () => undefined },
    { birth: { at, message: undefined }, cues: inOrder(cues), until },
  );
  return tell(run, { figure: 'outgoing', party, label, subject: 'session' });
}

/** Runs the figure of the side that was called; undefined when it answered nothing. */
export function replayIncoming({
  party,
  label,
  messages,
  until,
}: CallToReplay): Replayed | undefined {
  const invite = messages.find(
    ({ creates, sent, method, status }) =>
      creates && !sent && method === 'INVITE' && status === undefined,
  );
  if (invite === undefined || !messages.some(({ creates, sent }) => creates && sent))
    return undefined;
  const run = runScore(
    { figure: incomingFigure, start: 'Offered', length: () => undefined },
    {
      birth: { at: invite.at, message: undefined },
      cues: inOrder(eventsOf(messages, incomingEvents)),
      until,
    },
  );
  return tell(run, { figure: 'incoming', party, label, subject: 'session' });
}

function eventsOf<Event extends string>(
  messages: readonly PartyMessage[],
  read: (message: PartyMessage) => readonly Event[],
): readonly Cue<Event, never>[] {
  return messages
    .filter(({ repeated }) => !repeated)
    .flatMap((message) =>
      read(message).map((event): Cue<Event, never> => {
        return { at: message.at, message: message.number, event, optional: true };
      }),
    );
}

function failureOfTry(
  one: Exchange,
  next: Exchange | undefined,
): readonly Cue<OutgoingEvent, never>[] {
  const { final } = one;
  if (final === undefined || !fails(final) || isTriedAgain(one, next)) return [];
  const { at, number, status } = final;
  const event = status === 422 && next !== undefined ? 'interval too small' : 'failure';
  return [{ at, message: number, event, optional: true }];
}

function outgoingEvent(message: PartyMessage): readonly OutgoingEvent[] {
  const { method, status, sent, attempts } = message;
  if (!attempts) return [];
  if (method === 'CANCEL') return sent && status === undefined ? ['abort'] : [];
  if (method !== 'INVITE' || status === undefined || sent || status === 100) return [];
  if (status < 200) return isReliable(message) ? ['reliable 1xx'] : ['1xx'];
  return succeeds(message) ? ['2xx'] : [];
}

function incomingEvents(message: PartyMessage): readonly IncomingEvent[] {
  const { method, status, sent, creates, within, sdp } = message;
  if (!creates) {
    if (!within || sent || status !== undefined) return [];
    if (method === 'BYE') return ['BYE'];
    if (method === 'PRACK')
      return sdp === 'answer' ? ['PRACK with answer', 'answer ready'] : ['PRACK'];
    return [];
  }
  if (method === 'CANCEL') return !sent && status === undefined ? ['CANCEL'] : [];
  if (method !== 'INVITE' || status === undefined || !sent || status === 100) return [];
  if (status < 200) {
    if (sdp === undefined) return ['ring'];
    return ['preview', isReliable(message) ? 'answer ready for PRACK' : 'answer ready'];
  }
  // RFC 3261 §8.2.2.2: that refuses the same INVITE by another way.
  if (status === 482) return [];
  // Its answer was ready when it was accepted, as far as can be seen.
  return fails(message) ? ['reject'] : ['accept', 'answer ready'];
}

/** RFC 3261 §13.2.2.4: 64*T1 after the first 2xx no other is waited for. */
function endOfAnswers(
  messages: readonly PartyMessage[],
  until: number,
): readonly Cue<OutgoingEvent, never>[] {
  const final = messages.find((message) => message.attempts && !message.sent && succeeds(message));
  if (final === undefined || final.method !== 'INVITE') return [];
  const at = final.at + 64 * defaultSettings.t1;
  return at > until ? [] : [{ at, message: undefined, event: 'transaction ended', optional: true }];
}

/** RFC 3261 §8.1.3.1: an INVITE that nobody answers counts as answered 408 after 64*T1. */
function endOfPatience(
  messages: readonly PartyMessage[],
  until: number,
): readonly Cue<OutgoingEvent, never>[] {
  // RFC 3263 §4.3: the next address gets the same request in a new transaction.
  const last = messages.findLast(
    ({ attempts, sent, repeated, method, status }) =>
      attempts && sent && !repeated && method === 'INVITE' && status === undefined,
  );
  const at = (last?.at ?? until) + 64 * defaultSettings.t1;
  const isHeard = messages.some(
    ({ attempts, method, cseq, status, ...seen }) =>
      attempts &&
      method === 'INVITE' &&
      cseq === last?.cseq &&
      status !== undefined &&
      seen.at <= at,
  );
  return isHeard || at > until
    ? []
    : [{ at, message: undefined, event: 'failure', optional: true }];
}

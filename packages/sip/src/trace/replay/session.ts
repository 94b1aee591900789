// An answered call: what each side must have been doing from the 2xx to the end (RFC 3261 §13.3.1.4, §14, §15).
import { sessionFigure } from '../../session/session.figure.ts';
import type { SessionEvent, SessionState, SessionTimer } from '../../session/session.figure.ts';
import { defaultSettings } from '../../transaction/timers.ts';
import type { CallToReplay } from './call.ts';
import { fails, succeeds } from './party-message.ts';
import type { PartyMessage } from './party-message.ts';
import { runScore } from './run.ts';
import type { Cue } from './run.ts';
import { tell } from './tell.ts';
import type { Replayed } from './tell.ts';

type SessionCue = Cue<SessionEvent, SessionTimer>;

/** Runs the figure over what follows the 2xx; undefined when the call was not answered as this side saw it. */
export function replaySession({
  party,
  label,
  messages,
  until,
}: CallToReplay): Replayed | undefined {
  const answer = messages.find(
    (message) =>
      message.creates && message.within && message.method === 'INVITE' && succeeds(message),
  );
  if (answer === undefined) return undefined;
  const start: SessionState = answer.sent ? 'Unacknowledged' : 'Settling';
  const later = messages.filter(({ number, within }) => within && number > answer.number);
  const run = runScore(
    {
      figure: sessionFigure,
      start,
      length: (timer, resets) => length(timer, resets, !answer.sent),
      shown: ['2xx', 'glare'],
      patient: ['glare'],
    },
    {
      birth: { at: answer.at, message: undefined },
      cues: later.filter(changes).flatMap((message) => cuesOf(message, later)),
      until,
    },
  );
  return tell(run, { figure: 'session', party, label, subject: 'session' });
}

/** Those timers run that the RFC has; how long others think, ring or talk is their own matter. */
function length(timer: SessionTimer, resets: number, initiator: boolean): number | undefined {
  const { t1, t2 } = defaultSettings;
  switch (timer) {
    case '2xx':
      return Math.min(t1 * 2 ** resets, t2);
    case 'ACK':
      return 64 * t1;
    case 'glare':
      // RFC 3261 §14.1: a random time; this is the longest.
      return initiator ? 4000 : 2000;
    case 'length':
    case 'media':
    case 'answer':
      return undefined;
  }
}

function cuesOf(message: PartyMessage, all: readonly PartyMessage[]): readonly SessionCue[] {
  const { at, number, method, status, sent, repeated } = message;
  const cue = { at, message: number, optional: true } as const;
  if (repeated) {
    // A 2xx is repeated by its session, not by its transaction.
    return sent && method === 'INVITE' && succeeds(message) ? [{ ...cue, shows: ['2xx'] }] : [];
  }
  if (
    sent &&
    status === undefined &&
    (method === 'INVITE' || (method === 'UPDATE' && message.sdp !== undefined))
  ) {
    return [
      { ...cue, shows: ['glare'], anytime: true, event: 'modify' },
      { ...cue, event: 'offer ready' },
    ];
  }
  const events = status === undefined ? ofRequest(message) : ofAnswer(message, all);
  return events.map((event) => ({ ...cue, event }));
}

function ofRequest({ method, sent, sdp }: PartyMessage): readonly SessionEvent[] {
  switch (method) {
    case 'ACK':
      if (sent) return ['media ready'];
      return sdp === 'answer' ? ['ACK with answer', 'media ready'] : ['ACK'];
    case 'INVITE':
      return ['INVITE'];
    case 'UPDATE':
      return sent || sdp === undefined ? [] : ['offer in UPDATE'];
    case 'BYE':
      return sent ? ['hang up'] : ['BYE'];
    default:
      return [];
  }
}

/** Whether it is more than a question and its refusal: one that came too early, or out of order, changes nothing. */
function changes(message: PartyMessage, _at: number, all: readonly PartyMessage[]): boolean {
  const { method, status, cseq, sent, number } = message;
  const isQuestion = status === undefined;
  if (method === 'BYE' && isQuestion && !sent)
    return !all.some((answer) => answer.sent && isAnswer(answer, message) && fails(answer));
  const isModification = method === 'INVITE' || method === 'UPDATE';
  if (!isModification || (isQuestion ? sent : !sent)) return true;
  const question = isQuestion
    ? message
    : all.find((one) => isAnswer(message, one) && one.number < number);
  if (question === undefined) return true;
  // RFC 3261 §14.2, RFC 3311 §5.2: 500 to one that comes while another is being answered.
  return !all.some(
    (other) =>
      other.status === undefined &&
      !other.sent &&
      !other.repeated &&
      other.cseq !== cseq &&
      (other.method === 'INVITE' || other.sdp !== undefined) &&
      (other.method === 'INVITE' || other.method === 'UPDATE') &&
      other.number < question.number &&
      !all.some((answer) => isAnswer(answer, other) && answer.number < question.number),
  );
}

function isAnswer(answer: PartyMessage, { method, cseq, sent }: PartyMessage): boolean {
  return (
    (answer.status ?? 0) >= 200 &&
    answer.method === method &&
    answer.cseq === cseq &&
    answer.sent !== sent
  );
}

function ofAnswer(message: PartyMessage, all: readonly PartyMessage[]): readonly SessionEvent[] {
  const { method, status = 0, sent } = message;
  if (status < 200) return [];
  if (method === 'BYE') return sent ? [] : ['BYE answered'];
  if (method !== 'INVITE' && (method !== 'UPDATE' || !hasOffer(message, all))) return [];
  if (sent) return fails(message) ? ['answer failed'] : ['answer ready'];
  if (succeeds(message)) return method === 'UPDATE' ? ['2xx', 'media ready'] : ['2xx'];
  // RFC 3261 §14.1: a glare is tried once more.
  if (status === 491) return [isSecondGlare(message, all) ? 'refused' : '491'];
  // RFC 3261 §22.2: asked for credentials, it is tried again.
  if (status === 401 || status === 407) return ['refused'];
  return status === 481 || status === 408 ? ['gone'] : ['refused'];
}

function isSecondGlare({ number }: PartyMessage, all: readonly PartyMessage[]): boolean {
  let glares = 0;
  for (const one of all) {
    if (one.number >= number) break;
    if (one.method !== 'INVITE' || one.sent || one.repeated || (one.status ?? 0) < 200) continue;
    glares = one.status === 491 ? glares + 1 : 0;
  }
  return glares % 2 === 1;
}

function hasOffer({ cseq, sent }: PartyMessage, all: readonly PartyMessage[]): boolean {
  return all.some(
    (request) =>
      request.method === 'UPDATE' &&
      request.status === undefined &&
      request.cseq === cseq &&
      request.sent !== sent &&
      request.sdp !== undefined,
  );
}

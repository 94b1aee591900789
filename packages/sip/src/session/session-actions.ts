// What an answered call does: each action of its figure, performed (RFC 3261 §13.3.1.4, §14, §15).
import type { Result } from '../base/result.ts';
import type { Dialog } from '../dialog/dialog.ts';
import type { Received } from '../endpoint/usage.ts';
import type { HeaderInit } from '../message/build.ts';
import type { Message, Request, Response } from '../message/message.ts';
import { createResponse } from '../message/respond.ts';
import type { AckKeeper } from './ack.ts';
import type { AnswerKeeper } from './answered.ts';
import { sdpOf } from './body.ts';
import { errorOfTrouble } from './end.ts';
import type { Ending } from './ending.ts';
import type { Freshness } from './freshness.ts';
import type { MediaExchange } from './media-exchange.ts';
import { mediaRefusal } from './media-refusal.ts';
import type { Renegotiation } from './renegotiation.ts';
import { retryAfter } from './retry-after.ts';
import type { SessionAction, SessionEvent } from './session.figure.ts';
import type { SessionSurroundings } from './surroundings.ts';

/** What came with an event. */
export interface SessionSubject {
  readonly received?: Received;
  readonly request?: Request;
  readonly response?: Response;
  readonly sdp?: string | undefined;
  readonly error?: Error;
}

/** What the actions work on. */
export interface SessionParts {
  readonly surroundings: SessionSurroundings;
  readonly dialog: Dialog;
  readonly media: MediaExchange;
  readonly renegotiation: Renegotiation;
  readonly acks: AckKeeper;
  readonly answers: AnswerKeeper;
  readonly timer: Freshness;
  readonly ending: Ending;
  /** Takes an event that an action has brought about. */
  readonly take: (event: SessionEvent, subject?: SessionSubject) => void;
  /** Reads what the peer can do. */
  readonly learn: (message: Message) => void;
  /** All is done. */
  readonly finish: () => void;
}

/** Performs one action. */
export function perform(
  parts: SessionParts,
  action: SessionAction,
  subject: SessionSubject = {},
): void {
  const { surroundings, dialog, media, renegotiation, acks, answers, ending, take } = parts;
  const { request, response, received, sdp, error } = subject;
  switch (action) {
    case 'repeat 2xx':
      return answers.repeat();
    case 'apply answer':
      return renegotiation.takeAnswer(request && sdpOf(request), settled(parts));
    case 'make offer':
      return renegotiation.makeOffer(made(parts, 'offer ready', 'offer failed'));
    case 'make answer':
      if (received !== undefined)
        renegotiation.review(received, made(parts, 'answer ready', 'answer failed'));
      return undefined;
    case 'send offer':
      return sdp === undefined ? undefined : renegotiation.sendOffer(sdp);
    case 'send CANCEL':
      return renegotiation.withdraw();
    case 'settle media':
      if (request === undefined || response === undefined) return undefined;
      dialog.refreshTarget(response);
      return settle(parts, request, response, false);
    case 'send 2xx':
      return sdp === undefined ? undefined : answers.expect(renegotiation.accept(sdp));
    case 'send 481':
      return answer(received, 481);
    case 'send 487':
      return renegotiation.refuse(487);
    case 'send 488 or 500': {
      const { status, headers } = mediaRefusal(surroundings.endpoint, error);
      return renegotiation.refuse(status, headers);
    }
    case 'send 491':
      return answer(received, 491);
    case 'send 500':
      return answer(received, 500, [retryAfter(surroundings)]);
    case 'answer apart':
      return received === undefined ? undefined : renegotiation.answerApart(received);
    case 'roll back':
      return renegotiation.rollback();
    case 'put wish back':
      return renegotiation.wishes.putBack();
    case 'take up wish':
      return renegotiation.wishes.waiting ? take('modify') : undefined;
    case 'inform of agreement':
      return renegotiation.agree();
    case 'inform of refusal':
      renegotiation.wishes.refuse(errorOfTrouble(subject));
      return parts.timer.refused();
    case 'send ACK':
      return acks.sendOnce(sdp);
    case 'blame media':
      return ending.because({ by: 'local', cause: 'media', reason: 'The media took too long' });
    case 'send BYE':
      return ending.say(subject, answers.waiting, () => take('BYE answered'));
    case 'answer BYE':
      dialog.on('remote-bye');
      return answer(received, 200);
    case 'stop media':
      return media.close();
    case 'inform of end':
      return parts.finish();
  }
}

/** A 2xx to a request of ours: what it agrees to is put in force; `first` for the one that answers the call. */
export function settle(
  parts: SessionParts,
  request: Request,
  response: Response,
  first: boolean,
): void {
  parts.learn(response);
  parts.timer.granted(response);
  parts.renegotiation.settle(request, response, first, settled(parts));
}

/** Answers a request of the peer with no more than a status. */
export function answer(
  received: Received | undefined,
  status: number,
  headers: readonly HeaderInit[] = [],
): void {
  received?.transaction.respond(createResponse(received.request, status, { headers }));
}

function settled(parts: SessionParts): (settled: Result<string | undefined, Error>) => void {
  return made(parts, 'media ready', 'media failed');
}

// What the media engine has made, or could not make, is an event.
function made(
  { take }: SessionParts,
  ready: 'media ready' | 'offer ready' | 'answer ready',
  failed: 'media failed' | 'offer failed' | 'answer failed',
): (made: Result<string | undefined, Error>) => void {
  return (result) => {
    if (result.ok) take(ready, { sdp: result.value });
    else take(failed, { error: result.error });
  };
}

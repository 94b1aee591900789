// A re-INVITE or UPDATE with an offer of ours: sent within the dialog, withdrawn by CANCEL, its answers sorted into events (RFC 3261 §14.1).
import type { Dialog } from '../dialog/dialog.ts';
import { sendWithin } from '../endpoint/within.ts';
import type { SentWithAuth } from '../endpoint/with-auth.ts';
import type { Request, Response } from '../message/message.ts';
import type { SipError } from '../message/errors.ts';
import type { AckKeeper } from './ack.ts';
import { sdpOf, typeOf } from './body.ts';
import { sessionHeaders } from './info.ts';
import { Pracks, reliableNumber } from './prack.ts';
import type { SessionSurroundings } from './surroundings.ts';
import type { Freshness } from './freshness.ts';

/** What carries an offer of ours within a dialog. */
export type OfferMethod = 'INVITE' | 'UPDATE';

/** What became of it, as an event of the session. */
export type ModificationEvent = '2xx' | '491' | 'refused' | 'gone';

/** What a modification needs of its session. */
export interface ModificationOptions {
  readonly surroundings: SessionSurroundings;
  readonly dialog: Dialog;
  readonly acks: AckKeeper;
  readonly timer: Freshness;
  /** A reliable provisional response brought the answer (RFC 3262 §5). */
  readonly answeredEarly: (sdp: string) => void;
  /** Takes the event; false when the session does not wait for it any more. */
  readonly take: (
    event: ModificationEvent,
    subject: {
      readonly request?: Request;
      readonly response?: Response;
      readonly error?: SipError;
    },
  ) => void;
  /** True while a 2xx would be put in force. */
  readonly isWaiting: () => boolean;
}

/** Sends the offers of one session, one at a time. */
export class Modification {
  readonly #options: ModificationOptions;
  #sent: SentWithAuth | undefined;
  #glares = 0;

  constructor(options: ModificationOptions) {
    this.#options = options;
  }

  /** Sends one with this offer. */
  send(offer: string, method: OfferMethod): void {
    const { surroundings, dialog, take, timer } = this.#options;
    const headers = [...sessionHeaders(surroundings), ...timer.headers, ...typeOf(offer)];
    const pracks = new Pracks(surroundings, dialog);
    const sent = sendWithin(
      surroundings,
      dialog,
      { method, headers, body: offer },
      {
        response: (response) => {
          if (response.status < 200) this.#acknowledge(response, pracks);
          else if (timer.mayRetry(response) && this.#options.isWaiting()) this.send(offer, method);
          else this.#answered(sent.request, response);
        },
        // RFC 3261 §12.2.1.2: silence means that the peer is gone; that a message could not be sent does not.
        failed: (status, error) => take(status === 408 ? 'gone' : 'refused', { error }),
      },
    );
    this.#sent = method === 'INVITE' ? sent : undefined;
  }

  /** RFC 3261 §9.1: takes a re-INVITE back; without any answer it ends 64*T1 later, as an UPDATE does by itself. */
  withdraw(): void {
    this.#sent?.cancel();
  }

  /** An agreement is in force: the next 491 is the first one again. */
  settled(): void {
    this.#glares = 0;
  }

  // RFC 3262 §4, RFC 6141 §4.7: a reliable response is acknowledged, and may bring the answer and a new target.
  #acknowledge(response: Response, pracks: Pracks): void {
    const { dialog, answeredEarly, isWaiting } = this.#options;
    const number = reliableNumber(response);
    if (number === undefined || !pracks.take(number)) return;
    dialog.refreshTarget(response);
    pracks.send(response);
    const sdp = sdpOf(response);
    if (sdp !== undefined && isWaiting()) answeredEarly(sdp);
  }

  #answered(request: Request, response: Response): void {
    const { status } = response;
    const { acks, take, isWaiting } = this.#options;
    if (status >= 300) take(this.#refusal(status), { response });
    else if (acks.knows(request.cseq.number)) acks.repeat(request.cseq.number);
    else if (isWaiting()) take('2xx', { request, response });
    else if (request.method === 'INVITE') {
      // RFC 3261 §13.2.2.4: every 2xx is acknowledged, also one that comes when the call is being hung up.
      acks.expect(request);
      acks.sendOnce();
    }
  }

  #refusal(status: number): ModificationEvent {
    // RFC 3261 §14.1: a glare is tried once more, not for ever.
    if (status === 491 && this.#glares === 0) {
      this.#glares += 1;
      return '491';
    }
    this.#glares = 0;
    // RFC 3261 §12.2.1.2, RFC 5057 §5.1: only these mean that the dialog is gone.
    return status === 481 || status === 408 ? 'gone' : 'refused';
  }
}

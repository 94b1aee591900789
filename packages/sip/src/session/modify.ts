// A re-INVITE of ours: sent within the dialog, withdrawn by CANCEL, its answers sorted into events (RFC 3261 §14.1).
import type { Dialog } from '../dialog/dialog.ts';
import { dialogHop, dialogRequest } from '../dialog/request.ts';
import { sendWithAuth } from '../endpoint/with-auth.ts';
import type { SentWithAuth } from '../endpoint/with-auth.ts';
import type { Request, Response } from '../message/message.ts';
import type { SipError } from '../message/errors.ts';
import type { AckKeeper } from './ack.ts';
import { typeOf } from './body.ts';
import type { SessionSurroundings } from './surroundings.ts';

/** What became of a re-INVITE, as an event of the session. */
export type ModificationEvent = '2xx' | '491' | 'refused' | 'gone';

/** What a modification needs of its session. */
export interface ModificationOptions {
  readonly surroundings: SessionSurroundings;
  readonly dialog: Dialog;
  readonly acks: AckKeeper;
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

/** Sends the re-INVITEs of one session, one at a time. */
export class Modification {
  readonly #options: ModificationOptions;
  #sent: SentWithAuth | undefined;
  #glares = 0;

  constructor(options: ModificationOptions) {
    this.#options = options;
  }

  /** Sends one with this offer. */
  send(offer: string): void {
    const { surroundings, dialog, take } = this.#options;
    const { endpoint, authentication, headers, contact } = surroundings;
    const invite = dialogRequest(dialog, 'INVITE', {
      headers: [...headers, ...typeOf(offer)],
      body: offer,
    });
    const sent = sendWithAuth(
      endpoint,
      invite,
      { authentication, contact, nextHop: dialogHop(dialog), nextCseq: () => dialog.nextCseq(1) },
      {
        response: (response) => this.#answered(sent.request, response),
        // RFC 3261 §12.2.1.2: silence means that the peer is gone; that a message could not be sent does not.
        failed: (status, error) => take(status === 408 ? 'gone' : 'refused', { error }),
      },
    );
    this.#sent = sent;
  }

  /** RFC 3261 §9.1: takes the re-INVITE back; without any answer it ends 64*T1 later. */
  withdraw(): void {
    this.#sent?.cancel();
  }

  /** An agreement is in force: the next 491 is the first one again. */
  settled(): void {
    this.#glares = 0;
  }

  #answered(invite: Request, response: Response): void {
    const { status } = response;
    const { acks, take, isWaiting } = this.#options;
    if (status < 200) return;
    if (status >= 300) take(this.#refusal(status), { response });
    else if (acks.knows(invite.cseq.number)) acks.repeat(invite.cseq.number);
    else if (isWaiting()) take('2xx', { request: invite, response });
    else {
      // RFC 3261 §13.2.2.4: every 2xx is acknowledged, also one that comes when the call is being hung up.
      acks.expect(invite);
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

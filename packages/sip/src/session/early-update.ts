// Our offers before the answer: by UPDATE, once an exchange was completed in reliable provisional responses (RFC 3311 §5.1).
import type { Dialog } from '../dialog/dialog.ts';
import { sendWithin } from '../endpoint/within.ts';
import { SipError } from '../message/errors.ts';
import type { Response } from '../message/message.ts';
import type { Direction } from '../sdp/negotiator.ts';
import { sdpOf, typeOf } from './body.ts';
import { errorOfTrouble } from './end.ts';
import { sessionHeaders } from './info.ts';
import type { MediaExchange } from './media-exchange.ts';
import { mediaError } from './media-refusal.ts';
import type { SessionSurroundings } from './surroundings.ts';

/** What such offers need. */
export interface EarlyUpdatesOptions {
  readonly surroundings: SessionSurroundings;
  readonly dialog: Dialog;
  readonly media: MediaExchange;
}

/** What is told where there is nothing to change yet. */
export function noEarlyMedia(): SipError {
  return new SipError('SIP_STATE', { message: 'There is no early media to change' });
}

/** Who waits for an UPDATE. */
interface Waiting {
  readonly direction: Direction;
  readonly resolve: () => void;
  readonly reject: (error: SipError) => void;
}

/** Changes early media by UPDATE, one at a time. */
export class EarlyUpdates {
  readonly #options: EarlyUpdatesOptions;
  #direction: Direction = 'sendrecv';
  #waiting: Waiting | undefined;

  constructor(options: EarlyUpdatesOptions) {
    this.#options = options;
  }

  /** The early dialog that they are in. */
  get dialog(): Dialog {
    return this.#options.dialog;
  }

  /** What we last asked of the media, and got. */
  get direction(): Direction {
    return this.#direction;
  }

  /** Asks for another direction; rejects with SIP_STATE when it is not our turn, with SIP_REJECTED when the peer refuses. */
  send(direction: Direction): Promise<void> {
    const { surroundings, media } = this.#options;
    return new Promise((resolve, reject: (error: SipError) => void) => {
      surroundings.endpoint.run(() => {
        if (this.#waiting !== undefined || !media.mayUpdate) {
          reject(new SipError('SIP_STATE', { message: 'No offer may be made before the answer' }));
          return;
        }
        this.#waiting = { direction, resolve, reject };
        media.makeOffer({ direction }, (made) => {
          if (made.ok) this.#send(made.value);
          else this.#refuse(mediaError(made.error));
        });
      });
    });
  }

  /** The early dialog is over. */
  end(): void {
    this.#refuse(new SipError('SIP_STATE', { message: 'The call is over' }));
  }

  #send(offer: string): void {
    const { surroundings, dialog, media } = this.#options;
    const headers = [...sessionHeaders(surroundings), ...typeOf(offer)];
    sendWithin(
      surroundings,
      dialog,
      { method: 'UPDATE', headers, body: offer },
      {
        response: (response) => this.#answered(response),
        failed: (_status, error) => {
          if (this.#waiting !== undefined) media.rollback();
          this.#refuse(error);
        },
      },
    );
  }

  #answered(response: Response): void {
    const { dialog, media } = this.#options;
    const { status } = response;
    if (status < 200 || this.#waiting === undefined) return;
    if (status >= 300) {
      // RFC 3311 §5.3: all is as before.
      media.rollback();
      this.#refuse(errorOfTrouble({ response }));
      return;
    }
    dialog.refreshTarget(response);
    media.takeAnswer(sdpOf(response), dialog.id.remoteTag, (applied) => {
      if (applied.ok) this.#fulfil();
      else this.#refuse(mediaError(applied.error));
    });
  }

  #fulfil(): void {
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    this.#waiting = undefined;
    this.#direction = waiting.direction;
    waiting.resolve();
  }

  #refuse(error: SipError): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.reject(error);
  }
}

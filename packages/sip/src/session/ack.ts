// The ACK to a 2xx: sent by the user agent itself, and again for each repeat of the 2xx (RFC 3261 §13.2.2.4).
import type { Dialog } from '../dialog/dialog.ts';
import { dialogRequest } from '../dialog/request.ts';
import { wayWithin } from '../endpoint/within.ts';
import type { HeaderInit } from '../message/build.ts';
import type { Request } from '../message/message.ts';
import { typeOf } from './body.ts';
import { refusalOf } from './refusal.ts';
import type { SessionSurroundings } from './surroundings.ts';

/** Makes, sends and repeats the ACKs of one dialog. */
export class AckKeeper {
  readonly #surroundings: SessionSurroundings;
  readonly #dialog: Dialog;
  /** What sends the last ACK again. A 2xx is repeated for 32 s at the most, and only the last INVITE's matters then. */
  #last: { readonly cseq: number; readonly again: () => void } | undefined;
  #expected:
    | {
        readonly cseq: number;
        readonly credentials: readonly HeaderInit[];
        readonly offer: string | undefined;
      }
    | undefined;

  constructor(surroundings: SessionSurroundings, dialog: Dialog) {
    this.#surroundings = surroundings;
    this.#dialog = dialog;
  }

  /** A 2xx to `invite` came; its ACK is due. `offer` is what the 2xx brought when the INVITE had none. */
  expect(invite: Request, offer?: string): void {
    this.#expected = { cseq: invite.cseq.number, credentials: credentialsOf(invite), offer };
  }

  /** Sends the ACK that is due, with `made` as its answer; an offer that nobody answers is refused line by line. */
  sendOnce(made?: string): void {
    const expected = this.#expected;
    if (expected === undefined) return;
    this.#expected = undefined;
    const { endpoint, everywhere = [] } = this.#surroundings;
    const { nextHop, mayReach } = wayWithin(this.#surroundings, this.#dialog);
    // RFC 3261 §13.2.2.4: even an offer that we cannot take is answered, before the BYE.
    const answer = made ?? refusalOf(endpoint, expected.offer);
    // RFC 3261 §13.2.2.4: the INVITE's number and credentials; a new branch comes where it is sent.
    const ack = dialogRequest(this.#dialog, 'ACK', {
      cseq: expected.cseq,
      headers: [...expected.credentials, ...everywhere, ...typeOf(answer)],
      body: answer,
    });
    this.#last = { cseq: expected.cseq, again: endpoint.sendAck(ack, nextHop, mayReach) };
  }

  /** True when the 2xx to the INVITE of this number was acknowledged before. */
  knows(cseq: number): boolean {
    return this.#last?.cseq === cseq;
  }

  /** Sends the ACK to a repeated 2xx again. */
  repeat(cseq: number): void {
    if (this.#last?.cseq === cseq) this.#last.again();
  }
}

function credentialsOf(invite: Request): readonly HeaderInit[] {
  return ['Authorization', 'Proxy-Authorization'].flatMap((name) =>
    invite.rows(name).map((value): HeaderInit => [name, value]),
  );
}

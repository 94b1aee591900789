// The PRACKs of ours: each reliable provisional response of a dialog is acknowledged in order, and once (RFC 3262 §4).
import type { Dialog } from '../dialog/dialog.ts';
import { dialogHop, dialogRequest } from '../dialog/request.ts';
import { sendWithAuth } from '../endpoint/with-auth.ts';
import { requireField } from '../message/header/require.ts';
import { rseq } from '../message/header/rseq.ts';
import type { Response } from '../message/message.ts';
import { typeOf } from './body.ts';
import type { SessionSurroundings } from './surroundings.ts';

/** The RSeq of a response that must be acknowledged; undefined when it need not, or cannot. */
export function reliableNumber(response: Response): number | undefined {
  const { status } = response;
  if (status <= 100 || status >= 200 || (response.toTag ?? '') === '') return undefined;
  const required = response.get(requireField) ?? [];
  return required.some((tag) => tag.toLowerCase() === '100rel') ? response.get(rseq) : undefined;
}

/** Acknowledges the reliable provisional responses to one INVITE in one dialog. */
export class Pracks {
  readonly #surroundings: SessionSurroundings;
  readonly #dialog: Dialog;
  #last: number | undefined;

  constructor(surroundings: SessionSurroundings, dialog: Dialog) {
    this.#surroundings = surroundings;
    this.#dialog = dialog;
  }

  /** True when `number` is the first, or one above the last; a repeat, or one that came too early, is left alone. */
  take(number: number): boolean {
    if (this.#last !== undefined && number !== this.#last + 1) return false;
    this.#last = number;
    return true;
  }

  /** Acknowledges `response`, with `answer` when it brought an offer. */
  send(response: Response, answer?: string): void {
    const { endpoint, authentication } = this.#surroundings;
    const dialog = this.#dialog;
    const { number, method } = response.cseq;
    const prack = dialogRequest(dialog, 'PRACK', {
      headers: [['RAck', `${response.get(rseq)} ${number} ${method}`], ...typeOf(answer)],
      body: answer,
    });
    sendWithAuth(
      endpoint,
      prack,
      { authentication, nextHop: dialogHop(dialog), nextCseq: () => dialog.nextCseq(1) },
      {
        // Without a PRACK the callee refuses the INVITE, and that is how we hear of it (RFC 3262 §3).
        response: () => undefined,
        failed: () => undefined,
      },
    );
  }
}

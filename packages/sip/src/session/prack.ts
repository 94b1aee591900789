// The PRACKs of ours: each reliable provisional response of a dialog is acknowledged in order, and once (RFC 3262 §4).
import type { Dialog } from '../dialog/dialog.ts';
import { sendWithin } from '../endpoint/within.ts';
import type { HeaderInit } from '../message/build.ts';
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
    const { number, method } = response.cseq;
    const acknowledged: HeaderInit = ['RAck', `${response.get(rseq)} ${number} ${method}`];
    sendWithin(
      this.#surroundings,
      this.#dialog,
      { method: 'PRACK', headers: [acknowledged, ...typeOf(answer)], body: answer },
      {
        // Without a PRACK the callee refuses the INVITE, and that is how we hear of it (RFC 3262 §3).
        response: () => undefined,
        failed: () => undefined,
      },
    );
  }
}

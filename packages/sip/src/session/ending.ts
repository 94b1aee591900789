// How an answered call comes to its end: why, and the BYE (RFC 3261 §15).
import { own } from '../base/bytes.ts';
import type { Dialog } from '../dialog/dialog.ts';
import type { HeaderInit } from '../message/build.ts';
import { sendBye } from './bye.ts';
import { endOfTrouble } from './end.ts';
import type { SessionEnd, Trouble } from './end.ts';
import type { SessionSurroundings } from './surroundings.ts';

/** Remembers who ended a call first, and why. */
export class Ending {
  readonly #surroundings: SessionSurroundings;
  readonly #dialog: Dialog;
  #why: SessionEnd | undefined;
  #headers: readonly HeaderInit[] = [];

  constructor(surroundings: SessionSurroundings, dialog: Dialog) {
    this.#surroundings = surroundings;
    this.#dialog = dialog;
  }

  /** In words that an application can act on. */
  get why(): SessionEnd {
    const why: SessionEnd = this.#why ?? { by: 'network', cause: 'closed' };
    return why.reason === undefined ? why : { ...why, reason: own(why.reason) };
  }

  /** `why`, unless there was another reason before. */
  because(why: SessionEnd): void {
    this.#why ??= why;
  }

  /** Our user hangs up; `headers` go into the BYE. */
  hangUp(headers: readonly HeaderInit[]): void {
    if (this.#why === undefined) this.#headers = headers;
    this.because({ by: 'local', cause: 'bye' });
  }

  /** The peer hung up; what was to end by a BYE of ours that is not out yet has ended by this. */
  hungUp(reason: string | undefined, bothDo: boolean): void {
    if (this.#why === undefined || !bothDo) this.#why = { by: 'remote', cause: 'bye', reason };
  }

  /** Says BYE; `trouble` is why, when nothing else is, `unacknowledged` when our 2xx waits for its ACK in vain. */
  say(trouble: Trouble, unacknowledged: boolean, answered: () => void): void {
    this.because(endOfTrouble(trouble, unacknowledged));
    sendBye(this.#surroundings, this.#dialog, this.#headers, answered);
  }
}

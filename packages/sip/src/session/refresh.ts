// A refresh of the session: by UPDATE where the peer takes that, else by a re-INVITE that changes nothing (RFC 4028 §7.4, §10).
import type { Dialog } from '../dialog/dialog.ts';
import { supported } from '../message/header/supported.ts';
import type { Message, Response } from '../message/message.ts';
import { endOfFailure } from './end.ts';
import type { SessionEnd } from './end.ts';
import type { Freshness } from './freshness.ts';
import type { SessionSurroundings } from './surroundings.ts';
import { allowsUpdate, sendUpdate } from './update.ts';

/** What a refresh needs of its session. */
export interface RefreshOptions {
  readonly surroundings: SessionSurroundings;
  readonly dialog: Dialog;
  readonly timer: Freshness;
  /** Sends a re-INVITE with the offer that is in force; false when something else is under way. */
  readonly reinvite: () => boolean;
  /** The peer has no such session any more. */
  readonly lost: (end: SessionEnd) => void;
}

/** Refreshes one session, whenever it is on us. */
export class Refresh {
  readonly #options: RefreshOptions;
  #updates = false;
  #names = false;

  constructor(options: RefreshOptions) {
    this.#options = options;
  }

  /** True when the peer says that it takes UPDATE. */
  get updates(): boolean {
    return this.#updates;
  }

  /** True when the peer says that it hears of changed names (RFC 4916 §4.3). */
  get hearsNames(): boolean {
    return this.#names;
  }

  /** Reads in a message of the peer what it takes. */
  learn(message: Message): void {
    this.#updates = allowsUpdate(message) ?? this.#updates;
    const options = message.get(supported);
    if (options !== undefined) this.#names = options.includes('from-change');
  }

  /** Refreshes; what comes to nothing is tried again as the timer says. */
  send(): void {
    const { surroundings, dialog, timer, reinvite, lost } = this.#options;
    if (!this.#updates || surroundings.interval.refreshBy === 'INVITE') {
      // Whatever is under way refreshes too; if it comes to nothing, this is tried again.
      if (!reinvite()) timer.refused();
      return;
    }
    sendUpdate(surroundings, dialog, timer.headers, {
      answered: (response) => this.#answered(response),
      failed: (status, error) => {
        if (status === 408) lost(endOfFailure(408, error));
        else timer.refused();
      },
    });
  }

  #answered(response: Response): void {
    const { dialog, timer, lost } = this.#options;
    const { status, reason } = response;
    if (status < 300) {
      dialog.refreshTarget(response);
      timer.granted(response);
    } else if (status === 481 || status === 408) {
      // RFC 4028 §10, RFC 5057 §5.1: only these say that the dialog is gone.
      lost({ by: 'remote', cause: 'closed', status, reason });
    } else if (timer.mayRetry(response)) this.send();
    else if (status === 405 || status === 501) {
      this.#updates = false;
      this.send();
    } else timer.refused();
  }
}

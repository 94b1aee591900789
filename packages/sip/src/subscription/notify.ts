// NOTIFYs within a dialog, one at a time: what changes while one is under way goes with the next (RFC 6665 §4.2.2).
import type { Dialog } from '../dialog/dialog.ts';
import type { AgentSurroundings } from '../endpoint/usage.ts';
import { sendWithin } from '../endpoint/within.ts';
import type { HeaderInit } from '../message/build.ts';
import { endsSubscription } from './end.ts';

/** What one NOTIFY says. */
export interface NotifyContent {
  readonly headers: readonly HeaderInit[];
  readonly body: Uint8Array | string | undefined;
}

/** What the sender of NOTIFYs needs. */
export interface NotifySenderOptions {
  readonly surroundings: AgentSurroundings;
  readonly dialog: Dialog;
  /** All that was to be said is answered. */
  readonly answered: () => void;
  /** An answer, or silence, that ends the subscription. */
  readonly gone: (status: number) => void;
}

/** Sends the NOTIFYs of one subscription; a slow subscriber gets the newest state, not all of them. */
export class NotifySender {
  readonly #options: NotifySenderOptions;
  #sending = false;
  #waiting: (() => NotifyContent) | undefined;

  constructor(options: NotifySenderOptions) {
    this.#options = options;
  }

  /** Sends what `make` says at the time when its turn comes. */
  send(make: () => NotifyContent): void {
    if (this.#sending) {
      this.#waiting = make;
      return;
    }
    this.#sending = true;
    const { surroundings, dialog } = this.#options;
    sendWithin(
      surroundings,
      dialog,
      { method: 'NOTIFY', ...make() },
      {
        response: ({ status }) => {
          if (status >= 200) this.#answered(status);
        },
        failed: (status) => this.#answered(status),
      },
    );
  }

  #answered(status: number): void {
    const { answered, gone } = this.#options;
    const next = this.#waiting;
    this.#sending = false;
    this.#waiting = undefined;
    // RFC 6665 §4.2.2: 408 is silence.
    if (status === 408 || endsSubscription(status)) gone(status);
    else if (next === undefined) answered();
    else this.send(next);
  }
}

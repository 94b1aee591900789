// The dialogs of an endpoint, found by the full triple only.
import type { Request } from '../message/message.ts';
import type { Dialog } from './dialog.ts';
import { dialogKey } from './id.ts';

/** What handles the requests of one dialog. */
export interface DialogEntry<Usage> {
  readonly dialog: Dialog;
  readonly usage: Usage;
}

/** Dialogs with the usage that owns each (RFC 3261 §12.2.2, RFC 5057). */
export class DialogTable<Usage> {
  readonly #entries = new Map<string, DialogEntry<Usage>>();
  /** How many it takes; more than this is refused with 503. */
  readonly limit: number;

  constructor(limit = 50_000) {
    this.limit = limit;
  }

  get size(): number {
    return this.#entries.size;
  }

  get full(): boolean {
    return this.#entries.size >= this.limit;
  }

  add(dialog: Dialog, usage: Usage): void {
    this.#entries.set(dialog.key, { dialog, usage });
  }

  remove(dialog: Dialog): void {
    this.#entries.delete(dialog.key);
  }

  /** RFC 3261 §12.2.2: the dialog of an incoming request: our tag is in To, the peer's in From. */
  find(request: Request): DialogEntry<Usage> | undefined {
    return this.#entries.get(
      dialogKey({
        callId: request.callId,
        localTag: request.toTag ?? '',
        remoteTag: request.fromTag ?? '',
      }),
    );
  }

  values(): IterableIterator<DialogEntry<Usage>> {
    return this.#entries.values();
  }
}

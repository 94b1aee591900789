// The dialogs of an endpoint, found by the full triple only, and the usages that share each.
import type { Request } from '../message/message.ts';
import type { Dialog } from './dialog.ts';
import { dialogKey } from './id.ts';

/** How many usages one dialog may have; a peer that asks for one after another is refused. */
export const usageLimit = 16;

/** What a usage is told apart by within its dialog. */
export interface NamedUsage {
  readonly usage: string;
}

/** A dialog and what uses it. */
export interface DialogEntry<Usage extends NamedUsage> {
  readonly dialog: Dialog;
  readonly usages: readonly Usage[];
}

/** Dialogs with their usages: a dialog is there as long as one of them is (RFC 3261 §12.2.2, RFC 5057 §4.1). */
export class DialogTable<Usage extends NamedUsage = NamedUsage> {
  readonly #entries = new Map<string, { readonly dialog: Dialog; usages: readonly Usage[] }>();
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

  /** Adds a usage; it takes the place of one of the same name. */
  add(dialog: Dialog, usage: Usage): void {
    const entry = this.#entries.get(dialog.key);
    if (entry === undefined) this.#entries.set(dialog.key, { dialog, usages: [usage] });
    else entry.usages = [...entry.usages.filter((other) => other.usage !== usage.usage), usage];
    dialog.shared = (entry?.usages.length ?? 1) > 1;
  }

  /** Takes a usage away; with the last one the dialog goes. */
  remove(dialog: Dialog, usage: Usage): void {
    const entry = this.#entries.get(dialog.key);
    if (entry === undefined) return;
    entry.usages = entry.usages.filter((other) => other !== usage);
    dialog.shared = entry.usages.length > 1;
    if (entry.usages.length > 0) return;
    this.#entries.delete(dialog.key);
    dialog.on('last usage');
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

  /** The dialog with this key. */
  get(key: string): DialogEntry<Usage> | undefined {
    return this.#entries.get(key);
  }

  values(): IterableIterator<DialogEntry<Usage>> {
    return this.#entries.values();
  }
}

/** The usage of this name among those of a dialog. */
export function usageNamed<Usage extends NamedUsage>(
  entry: DialogEntry<Usage> | undefined,
  name: string,
): Usage | undefined {
  return entry?.usages.find(({ usage }) => usage === name);
}

// The forks of one INVITE: each tagged answer is a dialog of its own (RFC 3261 §12.1.2, §13.2.2.4).
import { seedAtClient } from '../dialog/create.ts';
import { Dialog } from '../dialog/dialog.ts';
import { routeSetOfResponse } from '../dialog/route-set.ts';
import { dialogSurroundings } from '../endpoint/usage.ts';
import type { SentWithAuth } from '../endpoint/with-auth.ts';
import type { Response } from '../message/message.ts';
import { AckKeeper } from './ack.ts';
import { sdpOf } from './body.ts';
import { sendBye } from './bye.ts';
import type { SessionSurroundings } from './surroundings.ts';

/** How many forks one INVITE may have; a peer that invents a new tag each time is not followed further. */
const forkLimit = 64;

/** The dialogs of one INVITE by their remote tag, early and answered. */
export class Forks {
  readonly #surroundings: SessionSurroundings;
  readonly #dialogs = new Map<string, Dialog>();
  /** What sends the ACK of each answered fork again. */
  readonly #acks = new Map<string, () => void>();

  constructor(surroundings: SessionSurroundings) {
    this.#surroundings = surroundings;
  }

  /** How many are known. */
  get size(): number {
    return this.#dialogs.size;
  }

  /** A provisional response with a tag: its dialog is early. False when there are too many. */
  early(response: Response, sent: SentWithAuth | undefined): boolean {
    const dialog = this.#dialogOf(response, sent);
    dialog?.on('1xx-tag');
    return dialog !== undefined;
  }

  /** A 2xx: it sets the route set and the target anew (RFC 3261 §13.2.2.4). Undefined when too many have answered. */
  confirm(response: Response, sent: SentWithAuth | undefined): Dialog | undefined {
    if (this.#acks.size >= forkLimit) return undefined;
    this.#makeRoom();
    const dialog = this.#dialogOf(response, sent);
    dialog?.confirmRoutes(routeSetOfResponse(response));
    dialog?.refreshTarget(response);
    dialog?.on('2xx');
    return dialog;
  }

  /** The fork was acknowledged; `again` sends its ACK again. */
  answered(dialog: Dialog, again: () => void): void {
    this.#acks.set(dialog.id.remoteTag, again);
  }

  /** A second fork answered, or one that nobody wants any more: it is acknowledged and hung up at once. */
  hangUp(response: Response, sent: SentWithAuth | undefined): void {
    const invite = sent?.request;
    const dialog = this.confirm(response, sent);
    if (dialog === undefined || invite === undefined) return;
    const acks = new AckKeeper(this.#surroundings.endpoint, dialog);
    acks.expect(invite, invite.body.length === 0 ? sdpOf(response) : undefined);
    acks.sendOnce();
    sendBye(this.#surroundings, dialog, [], () => undefined);
    this.answered(dialog, () => acks.repeat(invite.cseq.number));
  }

  /** Sends the ACK of a repeated 2xx again; false when it is no repeat. */
  acknowledgeAgain(response: Response): boolean {
    const again = this.#acks.get(response.toTag ?? '');
    again?.();
    return again !== undefined;
  }

  /** No more answers can come: dialogs that are still early are over. */
  end(): void {
    for (const dialog of this.#dialogs.values()) {
      if (dialog.state === 'Early') dialog.on('rejected');
    }
    this.#dialogs.clear();
    this.#acks.clear();
  }

  // An answer counts for more than one that only rings.
  #makeRoom(): void {
    if (this.#dialogs.size < forkLimit) return;
    const early = [...this.#dialogs.values()].find(({ state }) => state === 'Early');
    if (early !== undefined) this.#dialogs.delete(early.id.remoteTag);
  }

  #dialogOf(response: Response, sent: SentWithAuth | undefined): Dialog | undefined {
    const tag = response.toTag ?? '';
    const known = this.#dialogs.get(tag);
    if (known !== undefined || sent === undefined || this.#dialogs.size >= forkLimit) return known;
    const seed = seedAtClient(sent.request, response, sent.transaction);
    const dialog = new Dialog(seed, dialogSurroundings(this.#surroundings));
    this.#dialogs.set(dialog.id.remoteTag, dialog);
    return dialog;
  }
}

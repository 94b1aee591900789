// The forks of one INVITE: each tagged answer is a dialog of its own (RFC 3261 §12.1.2, §13.2.2.4).
import { seedAtClient } from '../dialog/create.ts';
import type { Dialog } from '../dialog/dialog.ts';
import { routeSetOfResponse } from '../dialog/route-set.ts';
import type { SentWithAuth } from '../endpoint/with-auth.ts';
import type { Response } from '../message/message.ts';
import { AckKeeper } from './ack.ts';
import { sdpOf } from './body.ts';
import { sendBye } from './bye.ts';
import { Fork } from './fork.ts';
import type { MediaExchange } from './media-exchange.ts';
import type { SessionSurroundings } from './surroundings.ts';

/** How many forks one INVITE may have; a peer that invents a new tag each time is not followed further. */
const forkLimit = 64;

/** The dialogs of one INVITE by their remote tag, early and answered. */
export class Forks {
  readonly #surroundings: SessionSurroundings;
  readonly #media: MediaExchange;
  readonly #forks = new Map<string, Fork>();
  /** What sends the ACK of each answered fork again. */
  readonly #acks = new Map<string, () => void>();

  constructor(surroundings: SessionSurroundings, media: MediaExchange) {
    this.#surroundings = surroundings;
    this.#media = media;
  }

  /** How many are known. */
  get size(): number {
    return this.#forks.size;
  }

  /** A provisional response with a tag came: its dialog is early. Undefined when there are too many. */
  early(response: Response, sent: SentWithAuth | undefined): Fork | undefined {
    const fork = this.#forkOf(response, sent);
    fork?.learn(response);
    return fork;
  }

  /** The fork of a response whose dialog was made before. */
  find(response: Response): Fork | undefined {
    return this.#forks.get(response.toTag ?? '');
  }

  /** The fork with which media was agreed on before the answer. */
  settled(): Fork | undefined {
    return [...this.#forks.values()].find((fork) => fork.isSettled);
  }

  /** A 2xx: it sets the route set and the target anew (RFC 3261 §13.2.2.4). Undefined when too many have answered. */
  confirm(response: Response, sent: SentWithAuth | undefined): Fork | undefined {
    if (this.#acks.size >= forkLimit) return undefined;
    this.#makeRoom();
    const fork = this.#forkOf(response, sent);
    const dialog = fork?.early.dialog;
    dialog?.confirmRoutes(routeSetOfResponse(response));
    dialog?.refreshTarget(response);
    dialog?.on('2xx');
    return fork;
  }

  /** The fork was acknowledged; `again` sends its ACK again. */
  answered(dialog: Dialog, again: () => void): void {
    this.#acks.set(dialog.id.remoteTag, again);
  }

  /** A second fork answered, or one that nobody wants any more: it is acknowledged and hung up at once. */
  hangUp(response: Response, sent: SentWithAuth | undefined): void {
    const invite = sent?.request;
    const fork = this.confirm(response, sent);
    if (fork === undefined || invite === undefined) return;
    const { dialog } = fork.early;
    const acks = new AckKeeper(this.#surroundings, dialog);
    acks.expect(invite, invite.body.length === 0 ? sdpOf(response) : undefined);
    acks.sendOnce();
    sendBye(this.#surroundings, dialog, [], () => this.#surroundings.dialogs.remove(dialog, fork));
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
    for (const fork of this.#forks.values()) {
      if (fork.early.dialog.state === 'Early') this.#close(fork);
    }
    this.#forks.clear();
    this.#acks.clear();
  }

  // An answer counts for more than one that only rings.
  #makeRoom(): void {
    if (this.#forks.size < forkLimit) return;
    const ringing = [...this.#forks.values()].find(({ early }) => early.dialog.state === 'Early');
    if (ringing === undefined) return;
    this.#close(ringing);
    this.#forks.delete(ringing.early.dialog.id.remoteTag);
  }

  #close(fork: Fork): void {
    const { dialog } = fork.early;
    fork.early.end();
    dialog.on('rejected');
    this.#surroundings.dialogs.remove(dialog, fork);
  }

  #forkOf(response: Response, sent: SentWithAuth | undefined): Fork | undefined {
    const tag = response.toTag ?? '';
    const known = this.#forks.get(tag);
    if (known !== undefined || sent === undefined || this.#forks.size >= forkLimit) return known;
    const seed = seedAtClient(sent.request, response, sent.transaction);
    const fork = new Fork(seed, this.#surroundings, this.#media);
    const { dialog } = fork.early;
    this.#forks.set(dialog.id.remoteTag, fork);
    this.#surroundings.dialogs.add(dialog, fork);
    return fork;
  }
}

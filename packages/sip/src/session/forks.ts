// The forks of one INVITE: each tagged answer is a dialog of its own (RFC 3261 §12.1.2, §13.2.2.4).
import { seedAtClient } from '../dialog/create.ts';
import { Dialog } from '../dialog/dialog.ts';
import { routeSetOfResponse } from '../dialog/route-set.ts';
import { dialogSurroundings } from '../endpoint/usage.ts';
import type { DialogUsage, Received } from '../endpoint/usage.ts';
import type { SentWithAuth } from '../endpoint/with-auth.ts';
import type { Response } from '../message/message.ts';
import { createResponse } from '../message/respond.ts';
import { AckKeeper } from './ack.ts';
import { sdpOf } from './body.ts';
import { sendBye } from './bye.ts';
import { EarlyOffers } from './early-offers.ts';
import { Infos } from './info.ts';
import type { MediaExchange } from './media-exchange.ts';
import { Pracks, reliableNumber } from './prack.ts';
import type { SessionSurroundings } from './surroundings.ts';

/** How many forks one INVITE may have; a peer that invents a new tag each time is not followed further. */
const forkLimit = 64;

/** What is known of one fork. */
export interface Fork {
  readonly dialog: Dialog;
  readonly pracks: Pracks;
  readonly offers: EarlyOffers;
  readonly infos: Infos;
  /** What takes its requests before it has answered. */
  readonly usage: DialogUsage;
}

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
    if (fork === undefined) return undefined;
    const { dialog, infos } = fork;
    infos.learn(response);
    // RFC 6141 §4.6: a reliable response refreshes the target.
    if (reliableNumber(response) !== undefined) dialog.refreshTarget(response);
    dialog.on('1xx-tag');
    return fork;
  }

  /** The fork of a response whose dialog was made before. */
  find(response: Response): Fork | undefined {
    return this.#forks.get(response.toTag ?? '');
  }

  /** The fork with which media was agreed on before the answer. */
  settled(): Fork | undefined {
    return [...this.#forks.values()].find(({ dialog }) =>
      this.#media.isSettledWith(dialog.id.remoteTag),
    );
  }

  /** A 2xx: it sets the route set and the target anew (RFC 3261 §13.2.2.4). Undefined when too many have answered. */
  confirm(response: Response, sent: SentWithAuth | undefined): Fork | undefined {
    if (this.#acks.size >= forkLimit) return undefined;
    this.#makeRoom();
    const fork = this.#forkOf(response, sent);
    const dialog = fork?.dialog;
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
    const { dialog, usage } = fork;
    const acks = new AckKeeper(this.#surroundings.endpoint, dialog);
    acks.expect(invite, invite.body.length === 0 ? sdpOf(response) : undefined);
    acks.sendOnce();
    sendBye(this.#surroundings, dialog, [], () => this.#surroundings.dialogs.remove(dialog, usage));
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
      if (fork.dialog.state === 'Early') this.#close(fork);
    }
    this.#forks.clear();
    this.#acks.clear();
  }

  // An answer counts for more than one that only rings.
  #makeRoom(): void {
    if (this.#forks.size < forkLimit) return;
    const early = [...this.#forks.values()].find(({ dialog }) => dialog.state === 'Early');
    if (early === undefined) return;
    this.#close(early);
    this.#forks.delete(early.dialog.id.remoteTag);
  }

  #close({ dialog, offers, usage }: Fork): void {
    offers.end();
    dialog.on('rejected');
    this.#surroundings.dialogs.remove(dialog, usage);
  }

  #forkOf(response: Response, sent: SentWithAuth | undefined): Fork | undefined {
    const tag = response.toTag ?? '';
    const known = this.#forks.get(tag);
    if (known !== undefined || sent === undefined || this.#forks.size >= forkLimit) return known;
    const surroundings = this.#surroundings;
    const seed = seedAtClient(sent.request, response, sent.transaction);
    const dialog = new Dialog(seed, dialogSurroundings(surroundings));
    const media = this.#media;
    const offers = new EarlyOffers({ surroundings, dialog, media });
    const pracks = new Pracks(surroundings, dialog);
    const infos = new Infos(surroundings, dialog);
    const usage = new EarlyUsage({ dialog, offers, infos }, media);
    const fork = { dialog, pracks, offers, infos, usage };
    this.#forks.set(dialog.id.remoteTag, fork);
    surroundings.dialogs.add(dialog, fork.usage);
    return fork;
  }
}

/** What takes the requests of the callee before it has answered. */
class EarlyUsage implements DialogUsage {
  readonly usage = 'INVITE';
  readonly #fork: Pick<Fork, 'dialog' | 'offers' | 'infos'>;
  readonly #media: MediaExchange;

  constructor(fork: Pick<Fork, 'dialog' | 'offers' | 'infos'>, media: MediaExchange) {
    this.#fork = fork;
    this.#media = media;
  }

  request(received: Received): void {
    const { request, transaction } = received;
    const { dialog, offers, infos } = this.#fork;
    if (request.method === 'UPDATE') {
      offers.update(received, this.#media.isSettledWith(dialog.id.remoteTag));
      return;
    }
    if (request.method === 'INFO') {
      infos.receive(received);
      return;
    }
    // RFC 3261 §14.2: our own INVITE is under way; §15: the callee ends an early dialog by refusing it.
    const status = request.method === 'INVITE' ? 491 : request.method === 'BYE' ? 481 : 501;
    transaction.respond(createResponse(request, status));
  }
}

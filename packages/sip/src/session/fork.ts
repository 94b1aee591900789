// One fork of our INVITE: the early dialog with it, and what we have acknowledged of it (RFC 3261 §12.1.2, RFC 3262 §4).
import type { DialogSeed } from '../dialog/dialog.ts';
import type { DialogUsage, Received } from '../endpoint/usage.ts';
import type { Response } from '../message/message.ts';
import { createResponse } from '../message/respond.ts';
import { EarlyDialog } from './early-dialog.ts';
import type { MediaExchange } from './media-exchange.ts';
import { Pracks, reliableNumber } from './prack.ts';
import type { SessionSurroundings } from './surroundings.ts';

/** A callee that has said something, before it answers: takes its requests. */
export class Fork implements DialogUsage {
  readonly usage = 'INVITE';
  readonly early: EarlyDialog;
  readonly pracks: Pracks;
  readonly #media: MediaExchange;

  constructor(seed: DialogSeed, surroundings: SessionSurroundings, media: MediaExchange) {
    this.early = new EarlyDialog(seed, surroundings, () => media);
    this.pracks = new Pracks(surroundings, this.early.dialog);
    this.#media = media;
  }

  /** A provisional response of it came. */
  learn(response: Response): void {
    const { dialog, infos } = this.early;
    infos.learn(response);
    // RFC 6141 §4.6: a reliable response refreshes the target.
    if (reliableNumber(response) !== undefined) dialog.refreshTarget(response);
    dialog.on('1xx-tag');
  }

  /** True when media was agreed on with it before its answer. */
  get isSettled(): boolean {
    return this.#media.isSettledWith(this.early.dialog.id.remoteTag);
  }

  request(received: Received): void {
    const { request, transaction } = received;
    switch (request.method) {
      case 'UPDATE':
        this.early.update(received, this.isSettled);
        break;
      case 'INFO':
        this.early.infos.receive(received);
        break;
      case 'INVITE':
        // RFC 3261 §14.2: our own is under way.
        transaction.respond(createResponse(request, 491));
        break;
      case 'BYE':
        // RFC 3261 §15: the callee ends an early dialog by refusing the INVITE.
        transaction.respond(createResponse(request, 481));
        break;
      default:
        transaction.respond(createResponse(request, 501));
    }
  }
}

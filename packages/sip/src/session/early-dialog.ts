// A dialog of an INVITE that is not answered yet: what both sides ask for in it (RFC 3261 §12.1, RFC 3311 §5, RFC 6086).
import { Dialog } from '../dialog/dialog.ts';
import type { DialogSeed } from '../dialog/dialog.ts';
import { dialogSurroundings } from '../endpoint/usage.ts';
import type { Received } from '../endpoint/usage.ts';
import type { Direction } from '../sdp/negotiator.ts';
import { EarlyOffers, refuseOffer } from './early-offers.ts';
import { EarlyUpdates, noEarlyMedia } from './early-update.ts';
import { Infos } from './info.ts';
import type { MediaExchange } from './media-exchange.ts';
import type { Session } from './session.ts';
import type { SessionSurroundings } from './surroundings.ts';

/** An early dialog, at the caller or at the callee. */
export class EarlyDialog {
  readonly dialog: Dialog;
  readonly infos: Infos;
  readonly #surroundings: SessionSurroundings;
  readonly #media: () => MediaExchange | undefined;
  /** Answers the peer's offers, once there was one. */
  #offers: EarlyOffers | undefined;
  /** Makes ours, once there was one. */
  #updates: EarlyUpdates | undefined;

  /** `media` gives the media of the call, once it is open. */
  constructor(
    seed: DialogSeed,
    surroundings: SessionSurroundings,
    media: () => MediaExchange | undefined,
  ) {
    this.dialog = new Dialog(seed, dialogSurroundings(surroundings));
    this.infos = new Infos(surroundings, this.dialog);
    this.#surroundings = surroundings;
    this.#media = media;
  }

  /** What we last asked of the media before the answer. */
  get direction(): Direction {
    return this.#updates?.direction ?? 'sendrecv';
  }

  /** An UPDATE of the peer; `mayOffer` when an offer in it would not come too early. */
  update(received: Received, mayOffer: boolean): void {
    const offers = this.#offersOf();
    if (offers === undefined) refuseOffer(received, false, this.#surroundings);
    else offers.update(received, mayOffer);
  }

  /** Answers the offer in a PRACK of the peer. */
  answer(received: Received): void {
    this.#offersOf()?.answer(received);
  }

  /** Changes the direction of early media by UPDATE; rejects with SIP_STATE when none was agreed on reliably. */
  modify(direction: Direction): Promise<void> {
    const surroundings = this.#surroundings;
    const { dialog } = this;
    const media = this.#media();
    if (media === undefined) return Promise.reject(noEarlyMedia());
    this.#updates ??= new EarlyUpdates({ surroundings, dialog, media });
    return this.#updates.send(direction);
  }

  /** The INVITE is answered, and `session` lives on: an UPDATE of ours may still be under way. */
  handOver(session: Session): void {
    const updates = this.#updates;
    if (updates !== undefined) session.events.on('ended', () => updates.end());
  }

  /** It is over: nobody is answered any more, and nobody waits. */
  end(): void {
    this.#offers?.end();
    this.#updates?.end();
  }

  #offersOf(): EarlyOffers | undefined {
    const media = this.#media();
    if (media === undefined) return undefined;
    const { dialog } = this;
    return (this.#offers ??= new EarlyOffers({ surroundings: this.#surroundings, dialog, media }));
  }
}

// Our first description in a call to us: an answer, or an offer where the INVITE brought none (RFC 3261 §13.3.1.4, RFC 3262 §5).
import { fail } from '../base/result.ts';
import type { Request } from '../message/message.ts';
import type { Negotiator } from '../sdp/negotiator.ts';
import { sdpOf } from './body.ts';
import { MediaExchange } from './media-exchange.ts';
import type { Applied, Made } from './media-exchange.ts';
import type { SessionSurroundings } from './surroundings.ts';

/** What a first description is made of. */
export interface FirstDescriptionOptions {
  /** Id of the session. */
  readonly id: string;
  readonly surroundings: SessionSurroundings;
  readonly invite: Request;
  readonly openMedia: () => Negotiator;
}

/** Where a description goes: into the 2xx, or first into a provisional response, which is reliable or not. */
export type Place = '2xx' | '1xx' | 'reliable 1xx';

/** Opens the media of a call to us and makes what we say first; knows what of it the caller has. */
export class FirstDescription {
  readonly #options: FirstDescriptionOptions;
  readonly #offer: string | undefined;
  #media: MediaExchange | undefined;
  #place: Place = '2xx';
  #sdp: string | undefined;
  #told = false;

  constructor(options: FirstDescriptionOptions) {
    this.#options = options;
    this.#offer = sdpOf(options.invite);
  }

  /** True when it is an offer, since the INVITE brought none. */
  get offers(): boolean {
    return this.#offer === undefined;
  }

  /** The media, once it was opened. */
  get media(): MediaExchange | undefined {
    return this.#media;
  }

  /** Where it was made for. */
  get place(): Place {
    return this.#place;
  }

  /** True once it went out. */
  get told(): boolean {
    return this.#told;
  }

  /** Makes it. */
  make(place: Place, made: Made): void {
    const { id, surroundings, openMedia } = this.#options;
    const { endpoint } = surroundings;
    let negotiator: Negotiator;
    try {
      negotiator = openMedia();
    } catch (error) {
      made(fail(error instanceof Error ? error : new Error(String(error))));
      return;
    }
    const media = new MediaExchange({ negotiator, session: id, endpoint });
    const wish = { direction: 'sendrecv' as const };
    const take: Made = (result) => {
      if (result.ok) this.#sdp = result.value;
      made(result);
    };
    this.#media = media;
    this.#place = place;
    if (this.#offer === undefined) media.makeOffer(wish, take);
    else media.makeAnswer(this.#offer, wish, take, place === '1xx' ? 'early' : 'final');
  }

  /** What goes into a provisional response. */
  tell(): string | undefined {
    this.#told = true;
    return this.#sdp;
  }

  /** What goes into the 2xx: nothing when the caller acknowledged it before (RFC 6337 §3.1.1). */
  tellFinally(): string | undefined {
    this.#media?.confirm();
    const known = this.#told && this.#place === 'reliable 1xx';
    this.#told = true;
    return known ? undefined : this.#sdp;
  }

  /** The PRACK brought the answer to our offer. */
  applyAnswer(answer: string | undefined, fork: string, done: Applied): void {
    this.#media?.takeAnswer(answer, fork, done);
  }
}

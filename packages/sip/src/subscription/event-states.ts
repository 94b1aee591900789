// States that others publish to us, each under a tag of its own that changes with every success (RFC 3903 §6).
import { own } from '../base/bytes.ts';
import type { Timer } from '../base/clock.ts';
import type { AgentSurroundings, Received } from '../endpoint/usage.ts';
import type { HeaderInit } from '../message/build.ts';
import { contentType } from '../message/header/content-type.ts';
import { sipIfMatch } from '../message/header/sip-if-match.ts';
import type { NameAddress } from '../message/name-address.ts';
import type { Request } from '../message/message.ts';
import { createResponse } from '../message/respond.ts';
import type { Uri } from '../message/uri.ts';
import { eventOf } from './event.ts';
import { toMilliseconds } from './interval.ts';
import { grantedSeconds, tooBrief } from './terms.ts';
import type { Terms } from './terms.ts';

/** A state as somebody published it. */
export interface PublishedState {
  /** The same as long as it is there, while its tag changes. */
  readonly id: string;
  /** What it is a state of. */
  readonly target: Uri;
  readonly from: NameAddress;
  readonly contentType: string;
  readonly body: Uint8Array;
}

/** What happens to published states of one event. */
export interface StateListener {
  /** False refuses it with 403: it is new, or takes the place of what was there under the same id. */
  published(state: PublishedState): boolean;
  /** It was taken away, or has expired. */
  removed(state: PublishedState): void;
}

/** What one event is published on. */
export interface StateOffer {
  /** Body types that are understood, in lower case. */
  readonly types: readonly string[];
  readonly terms: Terms;
  readonly listener: StateListener;
}

interface Kept {
  readonly event: string;
  readonly state: PublishedState;
  readonly expiry: Timer;
}

/** How many states are kept; more are refused with 503. */
const stateLimit = 50_000;

/** The states that are published to one user agent. */
export class EventStates {
  readonly #surroundings: AgentSurroundings;
  readonly #offers = new Map<string, StateOffer>();
  /** By tag. */
  readonly #states = new Map<string, Kept>();

  constructor(surroundings: AgentSurroundings) {
    this.#surroundings = surroundings;
  }

  get size(): number {
    return this.#states.size;
  }

  /** From now on states of `event` are taken; returns what ends that. */
  offer(event: string, offer: StateOffer): () => void {
    this.#offers.set(event, offer);
    return () => {
      if (this.#offers.get(event) === offer) this.#offers.delete(event);
    };
  }

  /** RFC 3903 §6: takes a PUBLISH, in the order of its steps. */
  take({ request, transaction }: Received): void {
    const { status, headers } = this.#answer(request);
    transaction.respond(createResponse(request, status, { toTag: transaction.localTag, headers }));
  }

  /** Forgets all, without telling anybody. */
  close(): void {
    for (const { expiry } of this.#states.values()) expiry.cancel();
    this.#states.clear();
  }

  #answer(request: Request): { readonly status: number; readonly headers: readonly HeaderInit[] } {
    const event = eventOf(request)?.package;
    const offer = event === undefined ? undefined : this.#offers.get(event);
    if (event === undefined || offer === undefined) {
      return { status: 489, headers: [['Allow-Events', [...this.#offers.keys()].join(', ')]] };
    }
    const tags = request.rows('SIP-If-Match');
    const tag = request.get(sipIfMatch);
    if (tags.length > 1) return { status: 400, headers: [] };
    const kept = tag === undefined ? undefined : this.#states.get(tag);
    if (tags.length === 1 && kept?.event !== event) return { status: 412, headers: [] };
    const brief = tooBrief(request, offer.terms);
    if (brief !== undefined) return { status: 423, headers: [['Min-Expires', String(brief)]] };
    const seconds = grantedSeconds(request, offer.terms);
    if (seconds === 0 && kept !== undefined && tag !== undefined) {
      this.#remove(tag, kept, offer);
      return { status: 200, headers: [['Expires', '0']] };
    }
    return this.#store(request, { event, offer, tag, kept, seconds });
  }

  #store(
    request: Request,
    at: {
      readonly event: string;
      readonly offer: StateOffer;
      readonly tag: string | undefined;
      readonly kept: Kept | undefined;
      readonly seconds: number;
    },
  ): { readonly status: number; readonly headers: readonly HeaderInit[] } {
    const { event, offer, tag, kept, seconds } = at;
    const type = request.get(contentType);
    const name = type === undefined ? '' : own(`${type.type}/${type.subtype}`);
    if (request.body.length === 0) {
      // RFC 3903 §6: only what is there can be refreshed.
      if (kept === undefined) return { status: 400, headers: [] };
    } else if (!offer.types.includes(name)) {
      return { status: 415, headers: [['Accept', offer.types.join(', ')]] };
    }
    if (kept === undefined && this.#states.size >= stateLimit) {
      return { status: 503, headers: [['Retry-After', '10']] };
    }
    const { random } = this.#surroundings.endpoint;
    const state: PublishedState =
      request.body.length === 0 && kept !== undefined
        ? kept.state
        : {
            id: kept?.state.id ?? random.token(128),
            target: request.uri,
            from: request.from,
            contentType: name,
            body: request.body.slice(),
          };
    if (state !== kept?.state && !offer.listener.published(state)) {
      return { status: 403, headers: [] };
    }
    const next = random.token(128);
    if (tag !== undefined) this.#states.delete(tag);
    kept?.expiry.cancel();
    if (seconds > 0) this.#keep(next, { event, state, offer, seconds });
    else offer.listener.removed(state);
    return {
      status: 200,
      headers: [
        ['SIP-ETag', next],
        ['Expires', String(seconds)],
      ],
    };
  }

  #keep(
    tag: string,
    at: {
      readonly event: string;
      readonly state: PublishedState;
      readonly offer: StateOffer;
      readonly seconds: number;
    },
  ): void {
    const { event, state, offer, seconds } = at;
    const { endpoint } = this.#surroundings;
    const expiry = endpoint.clock.after(toMilliseconds(seconds), () =>
      endpoint.run(() => {
        const kept = this.#states.get(tag);
        if (kept !== undefined) this.#remove(tag, kept, offer);
      }),
    );
    this.#states.set(tag, { event, state, expiry });
  }

  #remove(tag: string, { state, expiry }: Kept, { listener }: StateOffer): void {
    expiry.cancel();
    this.#states.delete(tag);
    this.#surroundings.endpoint.guard(() => listener.removed(state));
  }
}

// States that we publish, and states that are published to us (RFC 3903).
import { asRequestUri } from '../dialog/route-set.ts';
import type { AgentSurroundings, Received } from '../endpoint/usage.ts';
import { headerText } from '../message/build.ts';
import { formatUri } from '../message/uri.ts';
import type { Uri } from '../message/uri.ts';
import { EventStates } from '../subscription/event-states.ts';
import type { StateListener } from '../subscription/event-states.ts';
import { Publication } from '../subscription/publication.ts';
import type { Abilities } from './abilities.ts';
import { checkEncoding } from './checks.ts';
import type { OfferOptions } from './events.ts';
import type { OpenCalls } from './open-calls.ts';
import { Published } from './published.ts';
import { createResponse } from '../message/respond.ts';

/** What is published, and where. */
export interface PublishOptions {
  /** The event package, such as `presence`. */
  readonly event: string;
  readonly contentType: string;
  /** An hour unless said. */
  readonly expiresSeconds?: number | undefined;
  /** What it is a state of: our own address unless said. */
  readonly target?: string | undefined;
}

/** What the publications need of their user agent. */
export interface PublicationsOptions {
  readonly surroundings: AgentSurroundings;
  readonly abilities: Abilities;
  readonly open: OpenCalls;
  /** From value without a tag. */
  readonly from: string;
  readonly nextId: () => string;
}

/** The publications of one user agent. */
export class Publications {
  readonly #options: PublicationsOptions;
  readonly #states: EventStates;

  constructor(options: PublicationsOptions) {
    this.#options = options;
    this.#states = new EventStates(options.surroundings);
  }

  /** Makes a publication; `start` sends it. Throws a TypeError for a malformed event or type. */
  publish(
    target: Uri,
    body: Uint8Array | string,
    { event, contentType, expiresSeconds = 3600 }: PublishOptions,
  ): { readonly published: Published; readonly start: () => void } {
    const { surroundings, open, from, nextId } = this.#options;
    const uri = asRequestUri(target);
    const publication = new Publication({
      id: nextId(),
      surroundings,
      event,
      target: uri,
      from,
      to: `<${formatUri(uri)}>`,
      expiresSeconds,
      content: { contentType, body },
    });
    const over = open.add({
      leave: () => publication.remove(),
      drop: () => publication.drop(),
    });
    publication.events.on('ended', () => over());
    return { published: new Published(publication), start: () => publication.start() };
  }

  /** From now on states of `event` may be published to us; returns what ends that. */
  offer(event: string, options: OfferOptions, listener: StateListener): () => void {
    headerText([['Event', event]]);
    const { types, minSeconds = 60, maxSeconds = 3600 } = options;
    this.#options.abilities.learn('PUBLISH');
    return this.#states.offer(event, {
      types: types.map((type) => type.toLowerCase()),
      terms: { minSeconds, maxSeconds, usualSeconds: maxSeconds },
      listener,
    });
  }

  /** A PUBLISH to us. */
  take(received: Received): void {
    const { request, transaction } = received;
    const unreadable = checkEncoding(request);
    if (unreadable === undefined) {
      this.#states.take(received);
      return;
    }
    const { status, headers } = unreadable;
    transaction.respond(createResponse(request, status, { toTag: transaction.localTag, headers }));
  }

  /** Forgets what was published to us. */
  close(): void {
    this.#states.close();
  }
}

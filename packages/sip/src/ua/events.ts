// Subscriptions of one user agent, both ways: those it makes, and those that are made to it (RFC 6665).
import { usageLimit } from '../dialog/table.ts';
import type { DialogEntry } from '../dialog/table.ts';
import type { AgentSurroundings, DialogUsage, Received } from '../endpoint/usage.ts';
import { headerText } from '../message/build.ts';
import type { HeaderInit } from '../message/build.ts';
import { asRequestUri } from '../dialog/route-set.ts';
import { accept } from '../message/header/accept.ts';
import { createResponse } from '../message/respond.ts';
import { formatUri } from '../message/uri.ts';
import type { Uri } from '../message/uri.ts';
import type { Attempts } from '../subscription/attempts.ts';
import { eventOf } from '../subscription/event.ts';
import type { EventId } from '../subscription/event.ts';
import { Notifier } from '../subscription/notifier.ts';
import { Subscribing } from '../subscription/subscribing.ts';
import { grantedSeconds, tooBrief } from '../subscription/terms.ts';
import type { Terms } from '../subscription/terms.ts';
import type { Abilities } from './abilities.ts';
import { checkEncoding } from './checks.ts';
import type { Refusal } from './checks.ts';
import type { OpenCalls } from './open-calls.ts';
import { Subscription } from './subscription.ts';
import { Watcher } from './watcher.ts';

/** How one subscribes. */
export interface SubscribeOptions {
  /** The event package, such as `dialog`, `message-summary` or `presence`. */
  readonly event: string;
  /** Tells several subscriptions to one package apart within a dialog. */
  readonly id?: string | undefined;
  /** Body types that we read. */
  readonly accept?: readonly string[] | undefined;
  /** An hour unless said; 0 asks for the state once (RFC 6665 §4.4.3). */
  readonly expiresSeconds?: number | undefined;
  readonly headers?: readonly HeaderInit[] | undefined;
  /** False to leave it when it ends; else it is subscribed anew where its end allows that. */
  readonly renew?: boolean | undefined;
  /** Aborting it unsubscribes. */
  readonly signal?: AbortSignal | undefined;
}

/** What is offered to those who subscribe to us. */
export interface OfferOptions {
  /** Body types of our notifications; who reads none of them gets 406. */
  readonly types: readonly string[];
  /** Less than this is refused with 423, in seconds; 60 unless said. */
  readonly minSeconds?: number | undefined;
  /** More than this is granted this, in seconds; an hour unless said. */
  readonly maxSeconds?: number | undefined;
}

interface Offer {
  readonly types: readonly string[];
  readonly terms: Terms;
  readonly handler: (watcher: Watcher) => void;
}

/** How many subscriptions there are to one user agent; more are refused with 503. */
const notifierLimit = 50_000;

/** What the events need of their user agent. */
export interface EventsOptions {
  readonly surroundings: AgentSurroundings;
  readonly attempts: Attempts;
  readonly abilities: Abilities;
  readonly open: OpenCalls;
  /** From value without a tag. */
  readonly from: string;
  readonly nextId: () => string;
}

/** The subscriptions of one user agent. */
export class Events {
  readonly #options: EventsOptions;
  readonly #offers = new Map<string, Offer>();
  #watchers = 0;

  constructor(options: EventsOptions) {
    this.#options = options;
  }

  /** Subscribes to `target`. Throws a TypeError for malformed headers. */
  subscribe(target: Uri, options: SubscribeOptions): Subscription {
    const { surroundings, attempts, open, from, nextId } = this.#options;
    const event: EventId = { package: options.event, id: options.id };
    const uri = asRequestUri(target);
    const expiresSeconds = options.expiresSeconds ?? 3600;
    const { accept: types = [] } = options;
    const headers: readonly HeaderInit[] = [
      ...(types.length === 0 ? [] : [['Accept', types.join(', ')] as const]),
      ...(options.headers ?? []),
    ];
    headerText([['Event', options.event], ...headers]);
    const subscription = new Subscription({
      endpoint: surroundings.endpoint,
      event: options.event,
      renews: expiresSeconds > 0 && options.renew !== false,
      signal: options.signal,
      attempt: (forked) =>
        new Subscribing({
          id: nextId(),
          surroundings,
          attempts,
          method: 'SUBSCRIBE',
          target: uri,
          from,
          to: `<${formatUri(uri)}>`,
          event,
          expiresSeconds,
          headers,
          laterHeaders: headers,
          forked,
        }),
    });
    const over = open.add({
      leave: () => void subscription.close(),
      drop: () => subscription.drop(),
    });
    void subscription.ended.then(() => over());
    return subscription;
  }

  /** From now on `handler` gets each subscription to `event`; returns what takes the offer back. */
  offer(event: string, options: OfferOptions, handler: (watcher: Watcher) => void): () => void {
    const { minSeconds = 60, maxSeconds = 3600, types } = options;
    headerText([['Allow-Events', event]]);
    const terms = { minSeconds, maxSeconds, usualSeconds: maxSeconds };
    const offer = { types: types.map((type) => type.toLowerCase()), terms, handler };
    this.#offers.set(event, offer);
    this.#options.abilities.offer(event);
    return () => {
      if (this.#offers.get(event) !== offer) return;
      this.#offers.delete(event);
      this.#options.abilities.withdraw(event);
    };
  }

  /** A SUBSCRIBE to no subscription that there is, in the dialog of `entry` or in none. */
  subscribed(received: Received, entry?: DialogEntry<DialogUsage>): void {
    const { request, transaction } = received;
    const event = eventOf(request);
    const offer = event === undefined ? undefined : this.#offers.get(event.package);
    const refusal = this.#check(received, event, offer, entry);
    const refuse = ({ status, reason, headers }: Refusal): void =>
      transaction.respond(
        createResponse(request, status, { toTag: transaction.localTag, reason, headers }),
      );
    if (refusal !== undefined || event === undefined || offer === undefined) {
      refuse(refusal ?? { status: 489, headers: [] });
      return;
    }
    const { surroundings, open, nextId } = this.#options;
    const notifier = new Notifier({
      id: nextId(),
      surroundings,
      event,
      terms: offer.terms,
      received,
      expiresSeconds: grantedSeconds(request, offer.terms),
      dialog: entry?.dialog,
    });
    this.#watchers += 1;
    const over = open.add({
      leave: () => notifier.close('deactivated'),
      drop: () => notifier.drop(),
    });
    notifier.events.on('ended', () => {
      this.#watchers -= 1;
      over();
    });
    const watcher = new Watcher(notifier, request, event);
    surroundings.endpoint.guard(() => offer.handler(watcher));
    if (!watcher.settle()) notifier.refuse(400);
  }

  // RFC 6665 §4.2.1.1, in its order.
  #check(
    { request }: Received,
    event: EventId | undefined,
    offer: Offer | undefined,
    entry: DialogEntry<DialogUsage> | undefined,
  ): Refusal | undefined {
    // RFC 3515 §2.4.4: only REFER makes such a subscription.
    if (event?.package === 'refer') return { status: 403, headers: [] };
    if (offer === undefined) {
      return { status: 489, headers: [['Allow-Events', [...this.#offers.keys()].join(', ')]] };
    }
    const brief = tooBrief(request, offer.terms);
    if (brief !== undefined) return { status: 423, headers: [['Min-Expires', String(brief)]] };
    if (!reads(request.get(accept), offer.types)) return { status: 406, headers: [] };
    const { dialogs } = this.#options.surroundings;
    const full = entry === undefined ? dialogs.full : entry.usages.length >= usageLimit;
    if (full || this.#watchers >= notifierLimit) {
      return { status: 503, headers: [['Retry-After', '10']] };
    }
    return checkEncoding(request);
  }
}

// RFC 6665 §4.1.2.1: without Accept it is the usual type of the package.
function reads(
  accepted: readonly { readonly type: string; readonly subtype: string }[] | undefined,
  types: readonly string[],
): boolean {
  if (accepted === undefined) return true;
  return accepted.some(({ type, subtype }) =>
    types.some((offered) => {
      const [mainType, subType] = offered.split('/');
      return (type === '*' || type === mainType) && (subtype === '*' || subtype === subType);
    }),
  );
}

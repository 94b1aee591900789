// A SUBSCRIBE or REFER outside a dialog: whoever answers it with a NOTIFY has made a dialog with us (RFC 6665 §4.1.2, §4.1.4).
import type { Timer } from '../base/clock.ts';
import { seedOfNotify } from '../dialog/create.ts';
import { Dialog } from '../dialog/dialog.ts';
import { outsideRequest } from '../endpoint/request.ts';
import { dialogSurroundings } from '../endpoint/usage.ts';
import type { AgentSurroundings, Received } from '../endpoint/usage.ts';
import { sendWithRetry } from '../endpoint/with-retry.ts';
import type { HeaderInit } from '../message/build.ts';
import { SipError } from '../message/errors.ts';
import { minExpires } from '../message/header/min-expires.ts';
import type { Response } from '../message/message.ts';
import type { Uri } from '../message/uri.ts';
import type { Attempt, Attempts } from './attempts.ts';
import { eventOf, formatEvent, sameEvent } from './event.ts';
import type { EventId } from './event.ts';
import { readState } from './state.ts';
import { Subscriber } from './subscriber.ts';

/** What an attempt is made of. */
export interface SubscribingOptions {
  readonly id: string;
  readonly surroundings: AgentSurroundings;
  readonly attempts: Attempts;
  readonly method: 'SUBSCRIBE' | 'REFER';
  readonly target: Uri;
  /** From and To values without tags. */
  readonly from: string;
  readonly to: string;
  readonly event: EventId;
  readonly expiresSeconds: number;
  /** Headers of the first request. */
  readonly headers: readonly HeaderInit[];
  /** Headers of each SUBSCRIBE that follows. */
  readonly laterHeaders: readonly HeaderInit[];
  readonly body?: Uint8Array | string | undefined;
  /** Told of each subscription beyond the first, before its first notification: the request was forked. */
  readonly forked: (subscriber: Subscriber) => void;
  /** Told of the 2xx to the request. */
  readonly accepted?: ((response: Response) => void) | undefined;
}

/** How many forks one request may have; further ones are refused with 481. */
const forkLimit = 64;

/** How often in a row a notifier may ask for a longer interval. */
const longerLimit = 3;

/** Sends the request, and takes the NOTIFYs that make dialogs. */
export class Subscribing implements Attempt {
  readonly callId: string;
  readonly localTag: string;
  /** There from the beginning; gets the first NOTIFY that comes. */
  readonly first: Subscriber;
  readonly #options: SubscribingOptions;
  #asked: number;
  #longer = 0;
  #cseq = 1;
  #forks = 0;
  #window: Timer | undefined;

  constructor(options: SubscribingOptions) {
    const { random } = options.surroundings.endpoint;
    this.#options = options;
    this.callId = random.token(128);
    this.localTag = random.token();
    this.#asked = options.expiresSeconds;
    this.first = this.#newSubscriber();
    this.first.events.on('ended', () => {
      // Refused or silent: nobody can answer any more.
      if (this.#forks === 0) this.close();
    });
  }

  /** Sends it. */
  start(): void {
    const { attempts, surroundings } = this.#options;
    const { endpoint } = surroundings;
    endpoint.run(() => {
      if (this.first.end !== undefined) return;
      if (attempts.full) {
        this.first.failed(new SipError('SIP_LIMIT'));
        return;
      }
      attempts.add(this);
      // RFC 6665 §4.1.2.4: as long as Timer N, whoever else answers.
      const { t1 } = endpoint.settings;
      this.#window = endpoint.clock.after(64 * t1, () => endpoint.run(() => this.close()));
      this.#send();
    });
  }

  adopt(received: Received): boolean {
    const { request } = received;
    const about = eventOf(request);
    if (about === undefined || !this.#isAbout(about) || this.#forks >= forkLimit) return false;
    const first = this.#forks === 0;
    const subscriber = first ? this.first : this.#newSubscriber();
    if (subscriber.end !== undefined) return false;
    this.#forks += 1;
    if (!first) this.#options.forked(subscriber);
    // RFC 6665 §4.4.1: a NOTIFY that ends it makes no dialog.
    if (readState(request)?.state !== 'terminated') subscriber.bind(this.#dialogOf(received));
    subscriber.request(received);
    return true;
  }

  // RFC 3515 §2.4.6: to the first REFER the id may be left out, and it is the CSeq of the REFER where it is not.
  #isAbout(about: EventId): boolean {
    const { event, method } = this.#options;
    if (sameEvent(about, event)) return true;
    return method === 'REFER' && about.package === event.package && about.id === String(this.#cseq);
  }

  #newSubscriber(): Subscriber {
    const { surroundings, id, event, laterHeaders } = this.#options;
    return new Subscriber({
      surroundings,
      id: this.#forks === 0 ? id : `${id}-${this.#forks}`,
      event,
      callId: this.callId,
      expiresSeconds: this.#asked,
      headers: laterHeaders,
    });
  }

  #dialogOf({ request, transaction }: Received): Dialog {
    const { surroundings } = this.#options;
    const seed = seedOfNotify(request, this.#cseq, transaction.id);
    const dialog = new Dialog(seed, dialogSurroundings(surroundings));
    dialog.on('NOTIFY');
    return dialog;
  }

  #send(): void {
    const { surroundings, method, target, from, to, event, headers, body } = this.#options;
    const { endpoint, authentication, nextHop, routes, followsRedirects, contact } = surroundings;
    const request = outsideRequest(
      {
        method,
        uri: target,
        from,
        fromTag: this.localTag,
        to,
        callId: this.callId,
        cseq: this.#cseq,
        routes,
        headers: [
          ...(method === 'SUBSCRIBE'
            ? ([
                ['Event', formatEvent(event)],
                ['Expires', String(this.#asked)],
              ] as const)
            : []),
          ...surroundings.headers,
          ...headers,
        ],
        body,
      },
      endpoint.random,
    );
    const nextCseq = (): number => (this.#cseq += 1);
    sendWithRetry(
      endpoint,
      request,
      { authentication, nextHop, followsRedirects, contact, nextCseq },
      {
        response: (response) => this.#answered(response),
        failed: (_status, error) => this.first.failed(error),
      },
    );
  }

  #answered(response: Response): void {
    const { status } = response;
    if (status < 200) return;
    if (status === 423 && this.#longer < longerLimit && this.first.state === 'Notify wait') {
      this.#longer += 1;
      this.#cseq += 1;
      this.#asked = Math.max(this.#asked, response.get(minExpires) ?? this.#asked * 2);
      this.first.asks(this.#asked);
      this.#send();
      return;
    }
    if (status < 300) this.#options.accepted?.(response);
    // RFC 6665 §4.1.4: of forks only one answer comes back, and it may be that of another dialog.
    const { dialog } = this.first;
    const isOurs = dialog === undefined || dialog.id.remoteTag === response.toTag;
    if (isOurs || status >= 300) this.first.answered(response);
  }

  close(): void {
    this.#window?.cancel();
    this.#options.attempts.remove(this);
  }
}

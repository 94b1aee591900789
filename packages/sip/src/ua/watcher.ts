// A subscription to us as an application sees it: who watches what, and how they are told.
import { SipError } from '../message/errors.ts';
import { accept } from '../message/header/accept.ts';
import type { HeaderInit } from '../message/build.ts';
import type { NameAddress } from '../message/name-address.ts';
import type { Request } from '../message/message.ts';
import type { Uri } from '../message/uri.ts';
import type { EventId } from '../subscription/event.ts';
import type { Notifier, NotifierEnd } from '../subscription/notifier.ts';

/** Somebody who subscribed to an event of ours. */
export class Watcher {
  readonly from: NameAddress;
  readonly to: NameAddress;
  /** What is watched: the Request-URI of the SUBSCRIBE. */
  readonly target: Uri;
  readonly event: EventId;
  /** Body types that the watcher reads, such as `application/pidf+xml`; empty when it does not say. */
  readonly accepts: readonly string[];
  readonly callId: string;
  /** Resolves when it is over; never rejects. */
  readonly ended: Promise<NotifierEnd>;
  readonly #notifier: Notifier;
  /** What became of the SUBSCRIBE, as long as it is not answered. */
  #verdict: 'open' | 'granted' | 'refused' = 'open';
  #answered = false;
  #first: { readonly contentType: string; readonly body: Uint8Array | string } | undefined;

  constructor(notifier: Notifier, request: Request, event: EventId) {
    this.#notifier = notifier;
    this.from = request.from;
    this.to = request.to;
    this.target = request.uri;
    this.event = event;
    this.callId = request.callId;
    this.accepts = (request.get(accept) ?? []).map(({ type, subtype }) => `${type}/${subtype}`);
    this.ended = new Promise((resolve) => {
      notifier.events.on('ended', resolve);
    });
  }

  /** True as long as notifications reach it. */
  get active(): boolean {
    return this.#notifier.state === 'Active';
  }

  /** Tells it a state, now and with each change; this allows the subscription, when nobody has said so before. */
  notify(body: Uint8Array | string, contentType: string): void {
    const content = { contentType, body };
    if (this.#answered) {
      this.#notifier.notify(content);
      this.#notifier.grant();
    } else {
      this.#first = content;
      this.#verdict = 'granted';
    }
  }

  /** Allows the subscription. Until then its NOTIFYs say `pending`, and nothing else (RFC 6665 §4.2.1.3). */
  grant(): void {
    if (this.#answered) this.#notifier.grant();
    else this.#verdict = 'granted';
  }

  /** Refuses it; only while the handler runs, and later `close('rejected')` does the same. Throws SIP_STATE when it is late. */
  reject(status = 403, headers: readonly HeaderInit[] = []): void {
    if (this.#answered || this.#verdict === 'refused') {
      throw new SipError('SIP_STATE', { message: 'The subscription is answered already' });
    }
    this.#notifier.refuse(status, headers);
    this.#verdict = 'refused';
  }

  /** Ends it, for a reason of RFC 6665 §4.1.3: `noresource`, `rejected`, `deactivated`, `probation`, `giveup`. */
  close(reason = 'noresource', retryAfterSeconds?: number): void {
    this.#notifier.close(reason, { retryAfterSeconds });
  }

  /** The handler is done: what it did not decide is pending. False when the SUBSCRIBE cannot make a dialog. */
  settle(): boolean {
    this.#answered = true;
    if (this.#verdict === 'refused') return true;
    return this.#notifier.accept(this.#verdict === 'granted' ? 'active' : 'pending', this.#first);
  }
}

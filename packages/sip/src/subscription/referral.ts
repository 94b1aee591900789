// A REFER of ours, in a dialog or outside, and what its NOTIFYs tell until the end (RFC 3515, RFC 7647).
import { Emitter } from '../base/emitter.ts';
import type { Dialog } from '../dialog/dialog.ts';
import { dialogRequest } from '../dialog/request.ts';
import type { AgentSurroundings } from '../endpoint/usage.ts';
import { sendWithAuth } from '../endpoint/with-auth.ts';
import { wayWithin } from '../endpoint/within.ts';
import type { HeaderInit } from '../message/build.ts';
import { SipError } from '../message/errors.ts';
import { referSub } from '../message/header/refer-sub.ts';
import type { Response } from '../message/message.ts';
import type { Uri } from '../message/uri.ts';
import type { Attempts } from './attempts.ts';
import type { SubscriptionEnd } from './end.ts';
import { readSipfrag } from './sipfrag.ts';
import type { ReferredStatus } from './sipfrag.ts';
import { Subscriber } from './subscriber.ts';
import { Subscribing } from './subscribing.ts';

/** What a referral tells. */
export interface ReferralEvents {
  /** A provisional status of the request that was referred. */
  progress: ReferredStatus;
  /** Its final status, a 2xx; or why there is none. Comes once. */
  done: { readonly outcome: ReferredStatus } | { readonly error: SipError };
}

/** What a referral is made of. */
export interface ReferralOptions {
  readonly id: string;
  readonly surroundings: AgentSurroundings;
  /** Refer-To and what goes with it. */
  readonly headers: readonly HeaderInit[];
}

/** To whom a referral goes that has no dialog. */
export interface OutsideReferral extends ReferralOptions {
  readonly attempts: Attempts;
  readonly target: Uri;
  /** From and To values without tags. */
  readonly from: string;
  readonly to: string;
}

/** How long we follow one that tells nothing of its own lifetime, in seconds. */
const usualSeconds = 300;

/** Asks a peer to send a request, and hears what becomes of it. */
export class Referral {
  readonly events: Emitter<ReferralEvents>;
  #subscriber: Subscriber | undefined;
  #done = false;

  private constructor({ surroundings }: ReferralOptions) {
    this.events = new Emitter(surroundings.endpoint.log);
  }

  /** Sends the REFER within `dialog`. */
  static within(dialog: Dialog, options: ReferralOptions): Referral {
    const referral = new Referral(options);
    const { endpoint } = options.surroundings;
    endpoint.run(() => referral.#sendWithin(dialog, options));
    return referral;
  }

  /** Sends the REFER to whoever is there; only the first that answers is followed. */
  static outside(options: OutsideReferral): Referral {
    const referral = new Referral(options);
    const attempt = new Subscribing({
      ...options,
      method: 'REFER',
      event: { package: 'refer' },
      expiresSeconds: usualSeconds,
      laterHeaders: [],
      forked: (subscriber) => subscriber.drop(),
      accepted: (response) => referral.#accepted(response),
    });
    referral.#follow(attempt.first);
    attempt.start();
    return referral;
  }

  /** Follows it no longer; the peer goes on all the same. */
  stop(): void {
    this.#subscriber?.drop();
  }

  #sendWithin(dialog: Dialog, { id, surroundings, headers }: ReferralOptions): void {
    const { endpoint, authentication, contact } = surroundings;
    const refer = dialogRequest(dialog, 'REFER', {
      headers: [...surroundings.headers, ...headers],
    });
    // RFC 3515 §2.4.6: the CSeq of the REFER tells its NOTIFYs from those of another.
    const about = (cseq: number): { readonly package: string; readonly id: string } => ({
      package: 'refer',
      id: String(cseq),
    });
    const subscriber = new Subscriber({
      surroundings,
      id,
      event: about(refer.cseq.number),
      callId: dialog.id.callId,
      expiresSeconds: usualSeconds,
      headers: [],
    });
    subscriber.bind(dialog);
    this.#follow(subscriber);
    const nextCseq = (): number => {
      const cseq = dialog.nextCseq(1);
      subscriber.identify(about(cseq));
      return cseq;
    };
    sendWithAuth(
      endpoint,
      refer,
      { authentication, contact, ...wayWithin(surroundings, dialog), nextCseq },
      {
        response: (response) => {
          if (response.status < 200) return;
          subscriber.answered(response);
          if (response.status < 300) this.#accepted(response);
        },
        failed: (_status, error) => subscriber.failed(error),
      },
    );
  }

  #follow(subscriber: Subscriber): void {
    this.#subscriber = subscriber;
    subscriber.events.on('notification', ({ text, state }) => {
      const told = readSipfrag(text);
      if (told === undefined) return;
      if (told.status < 200) this.events.emit('progress', told);
      else {
        this.#settle(told.status < 300 ? { outcome: told } : { error: failureOf(told) });
        // What it told was the last that there is to know, whether it says so or not (RFC 3515 §2.4.7).
        if (state !== 'terminated') subscriber.unsubscribe();
      }
    });
    subscriber.events.on('ended', (end) => this.#settle({ error: silenceOf(end) }));
  }

  // RFC 4488 §4: no subscription, and so nothing more to hear than that it was accepted.
  #accepted(response: Response): void {
    if (response.get(referSub)?.value.toLowerCase() !== 'false') return;
    const { status, reason } = response;
    this.#settle({ outcome: { status, reason } });
    this.stop();
  }

  #settle(done: ReferralEvents['done']): void {
    if (this.#done) return;
    this.#done = true;
    this.events.emit('done', done);
  }
}

function failureOf({ status, reason }: ReferredStatus): SipError {
  const message = `The transfer failed: ${status} ${reason}`.trim();
  return new SipError('SIP_REJECTED', { status, message });
}

// RFC 3515 §2.4.4: without a final status nobody knows what became of it.
function silenceOf({ error, status }: SubscriptionEnd): SipError {
  if (error?.code === 'SIP_REJECTED' || error?.code === 'SIP_AUTH') {
    const message = `The transfer was refused: ${status}`;
    return new SipError(error.code, { status, message, response: error.response });
  }
  const message = 'The peer took the transfer, but did not say what became of it';
  return error !== undefined && error.code !== 'SIP_TIMEOUT'
    ? error
    : new SipError('SIP_TIMEOUT', { message, cause: error });
}

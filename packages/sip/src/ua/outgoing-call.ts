// A call of ours until it is answered, as an application sees it.
import { Feed } from '../base/feed.ts';
import type { HeaderInit } from '../message/build.ts';
import type { SipError } from '../message/errors.ts';
import type { Direction, Negotiator } from '../sdp/negotiator.ts';
import type { OutgoingSession, Progress } from '../session/outgoing.ts';
import type { Session } from '../session/session.ts';
import { Call } from './call.ts';
import type { Transferring } from './call.ts';
import { endedEarly } from './ended-early.ts';

/** What an outgoing call is given besides its session. */
export interface OutgoingCallOptions {
  readonly target: string;
  readonly transfers: Transferring;
  readonly signal: AbortSignal | undefined;
}

/** A call of ours that nobody has answered yet. */
export class OutgoingCall<Media extends Negotiator = Negotiator> {
  /** The answered call; rejects with a SipError: SIP_REJECTED with its status, SIP_TIMEOUT, SIP_TRANSPORT, SIP_CANCELLED. */
  readonly answered: Promise<Call<Media>>;
  /** Whom we call. */
  readonly target: string;
  /** Each provisional response; ends with the final one. */
  readonly progress: AsyncIterable<Progress>;
  /** The media of the call to be: what a callee lets us hear before it answers (RFC 3960 §3); of several the latest that spoke. */
  readonly media: Media;
  readonly #session: OutgoingSession;
  /** Once a fork has answered. */
  #answering: Session | undefined;

  constructor(session: OutgoingSession, media: Media, options: OutgoingCallOptions) {
    const { target, transfers, signal } = options;
    this.#session = session;
    this.target = target;
    this.media = media;
    const aborts = new Aborts(signal, () => this.cancel());
    const progress = new Feed<Progress>();
    this.progress = progress;
    session.events.on('progress', (value) => progress.push(value));
    this.answered = new Promise((resolve, reject: (error: SipError) => void) => {
      session.events.on('failed', ({ error }) => {
        aborts.forget();
        progress.end();
        reject(error);
      });
      session.events.on('session', (answered) => {
        this.#answering = answered;
        progress.end();
        // The call is there once its media is agreed; when that fails it has ended before it began.
        answered.events.on('agreement', () => resolve(call));
        answered.events.on('ended', (end) => {
          aborts.forget();
          reject(endedEarly(end));
        });
        const call = new Call(answered, media, transfers);
      });
    });
    // Whoever does not wait for the answer is not told of its failure.
    this.answered.catch(() => undefined);
    aborts.listen();
  }

  /**
   * Changes the direction of early media by UPDATE, as soon as the callee has answered our offer reliably (RFC 3311 §5.1).
   * Rejects with SIP_STATE before that, with SIP_REJECTED when the callee refuses.
   */
  direct(direction: Direction): Promise<void> {
    return this.#session.modify(direction);
  }

  get callId(): string {
    return this.#session.callId;
  }

  /** Gives up: CANCEL, or BYE when it is answered already or the answer crosses the CANCEL. */
  cancel(headers?: readonly HeaderInit[]): void {
    if (this.#answering === undefined) this.#session.abort(headers);
    else this.#answering.hangUp(headers);
  }
}

/** Listens to a signal as long as there is something to abort: a signal may outlive a thousand calls. */
class Aborts {
  readonly #signal: AbortSignal | undefined;
  readonly #act: () => void;

  constructor(signal: AbortSignal | undefined, act: () => void) {
    this.#signal = signal;
    this.#act = act;
  }

  listen(): void {
    if (this.#signal?.aborted === true) this.#act();
    else this.#signal?.addEventListener('abort', this.#act, { once: true });
  }

  forget(): void {
    this.#signal?.removeEventListener('abort', this.#act);
  }
}

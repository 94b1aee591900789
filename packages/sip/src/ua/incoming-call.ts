// A call to us until we answer it, as an application sees it.
import type { DialogId } from '../dialog/id.ts';
import { SipError } from '../message/errors.ts';
import type { NameAddress } from '../message/name-address.ts';
import type { Direction, Negotiator } from '../sdp/negotiator.ts';
import { parseSdp } from '../sdp/parse.ts';
import { sdpOf } from '../session/body.ts';
import type { SessionEnd } from '../session/end.ts';
import type { IncomingSession } from '../session/incoming.ts';
import type { Rejection, Ringing } from '../session/responses.ts';
import { Call } from './call.ts';
import type { Transferring } from './call.ts';
import { endedEarly } from './ended-early.ts';

/** What an incoming call is given besides its session. */
export interface IncomingCallOptions<Media extends Negotiator> {
  readonly media: () => Media;
  readonly transfers: Transferring;
  readonly replaces: DialogId | undefined;
}

/** A call to us that we have not answered yet. */
export class IncomingCall<Media extends Negotiator = Negotiator> {
  readonly from: NameAddress;
  readonly to: NameAddress;
  readonly callId: string;
  /** Resolves when the caller gave up, or the call was refused; never once it is answered. */
  readonly ended: Promise<SessionEnd>;
  /** The call of ours whose place this one takes when it is accepted (RFC 3891), by its dialog. */
  readonly replaces: DialogId | undefined;
  readonly #session: IncomingSession;
  readonly #options: IncomingCallOptions<Media>;

  constructor(session: IncomingSession, options: IncomingCallOptions<Media>) {
    this.#session = session;
    this.#options = options;
    this.replaces = options.replaces;
    this.from = session.invite.from;
    this.to = session.invite.to;
    this.callId = session.callId;
    this.ended = new Promise((resolve) => {
      session.events.on('ended', resolve);
    });
  }

  /** The media of the call to be, to be made ready before it is answered: with a camera, or muted. Throws when there is none left. */
  get media(): Media {
    return this.#options.media();
  }

  /** The kinds of media that the caller offers, such as `audio` and `video`; none when it leaves the offer to us. */
  get offered(): readonly string[] {
    const offer = parseSdp(sdpOf(this.#session.invite) ?? '');
    return offer.ok
      ? offer.value.media.flatMap(({ media, port }) => (port === 0 ? [] : [media]))
      : [];
  }

  /** Lets the caller hear it ring; throws a TypeError when the status is none of 101 to 199. */
  ring(ringing: Ringing = {}): void {
    this.#session.ring(ringing);
  }

  /**
   * Gives the caller media before the answer: an announcement, a tone of our own (RFC 3960 §3). Resolves with the media once
   * it can be heard, rejects when the call is over first, or when the caller can be told of no media before the answer.
   */
  earlyMedia(ringing: Ringing = {}): Promise<Media> {
    const { end, events, mayPreview } = this.#session;
    if (end !== undefined) return Promise.reject(endedEarly(end));
    if (!mayPreview) {
      const message = 'The caller offered no media yet, and cannot acknowledge an offer of ours';
      return Promise.reject(new SipError('SIP_STATE', { message }));
    }
    return new Promise((resolve, reject: (error: SipError) => void) => {
      const offs = [
        events.on('ended', (ended) => settle(() => reject(endedEarly(ended)))),
        // Accepted meanwhile, the call has its media all the same.
        events.on('session', () => settle(() => resolve(this.#options.media()))),
        events.on('preview', () => settle(() => resolve(this.#options.media()))),
      ];
      const settle = (act: () => void): void => {
        for (const off of offs) off();
        act();
      };
      this.#session.preview(ringing);
    });
  }

  /**
   * Changes the direction of early media by UPDATE, once the caller has acknowledged it (RFC 3311 §5.1). Rejects with
   * SIP_STATE before that, with SIP_REJECTED when the caller refuses.
   */
  direct(direction: Direction): Promise<void> {
    return this.#session.modify(direction);
  }

  /** Answers; resolves once the answer is out, rejects when the caller was faster or the media cannot be agreed on. */
  accept(): Promise<Call<Media>> {
    const { end, state } = this.#session;
    if (end !== undefined) return Promise.reject(endedEarly(end));
    if (state === 'Accepted') {
      return Promise.reject(new SipError('SIP_STATE', { message: 'The call is answered already' }));
    }
    return new Promise((resolve, reject: (error: SipError) => void) => {
      const { events } = this.#session;
      // Once it is answered, its end is no failure: an error made in vain costs as much as parsing a message.
      const off = events.on('ended', (end) => reject(endedEarly(end)));
      events.on('session', (session) => {
        off();
        const { media, transfers } = this.#options;
        resolve(new Call(session, media(), transfers));
      });
      this.#session.accept();
    });
  }

  /** Refuses with a status from 300 to 699; 603 Decline unless said. */
  reject(status = 603, options: Omit<Rejection, 'status'> = {}): void {
    this.#session.reject({ status, ...options });
  }

  /** Sends the caller to another address (RFC 3261 §13.3.1.2). */
  redirect(target: string): void {
    this.#session.reject({ status: 302, headers: [['Contact', `<${target}>`]] });
  }
}

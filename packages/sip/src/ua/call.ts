// A call in its three phases, each a type of its own: outgoing, incoming, and answered.
import { Feed } from '../base/feed.ts';
import type { Dialog } from '../dialog/dialog.ts';
import type { DialogId } from '../dialog/id.ts';
import type { HeaderInit } from '../message/build.ts';
import { SipError } from '../message/errors.ts';
import { from } from '../message/header/from.ts';
import { formatNameAddress } from '../message/name-address.ts';
import type { NameAddress } from '../message/name-address.ts';
import { noParameters } from '../message/parameters.ts';
import { formatUri } from '../message/uri.ts';
import type { AgreedStream, Direction, Negotiator, StreamReport } from '../sdp/negotiator.ts';
import type { IncomingSession } from '../session/incoming.ts';
import type { OutgoingSession, Progress } from '../session/outgoing.ts';
import type { SessionEnd } from '../session/end.ts';
import type { Info, InfoInit } from '../session/info.ts';
import type { OfferMethod } from '../session/modify.ts';
import type { Rejection, Ringing } from '../session/responses.ts';
import type { Session } from '../session/session.ts';
import type { ReferredStatus } from '../subscription/sipfrag.ts';
import { sipUriOf } from './account.ts';
import { referToReplacing } from './refer-to.ts';
import type { TransferOptions } from './transfers.ts';

/** What sends the REFERs of a call. */
export interface Transferring {
  within(dialog: Dialog, target: string, options?: TransferOptions): Promise<ReferredStatus>;
}

/** What an outgoing call is given besides its session. */
export interface OutgoingCallOptions {
  readonly target: string;
  readonly transfers: Transferring;
  readonly signal: AbortSignal | undefined;
}

/** What an incoming call is given besides its session. */
export interface IncomingCallOptions<Media extends Negotiator> {
  readonly media: () => Media;
  readonly transfers: Transferring;
  readonly replaces: DialogId | undefined;
}

/** The media exchange of a call, at one moment. */
export interface CallSession {
  /** As in observations. */
  readonly id: string;
  readonly streams: readonly AgreedStream[];
  /** Of the first line: `PCMU`. */
  readonly codec: string | undefined;
  readonly direction: Direction;
  /** What was counted of each line, every few seconds; empty where nothing is. */
  readonly statistics: readonly StreamReport[];
}

/** An answered call. `Media` is the negotiator of the media engine that the user agent was given. */
export class Call<Media extends Negotiator = Negotiator> implements AsyncDisposable {
  readonly media: Media;
  /** Resolves when the call is over, whoever ended it; never rejects. */
  readonly ended: Promise<SessionEnd>;
  readonly #session: Session;
  readonly #transfers: Transferring;

  constructor(session: Session, media: Media, transfers: Transferring) {
    this.#session = session;
    this.#transfers = transfers;
    this.media = media;
    this.ended = new Promise((resolve) => {
      session.events.on('ended', resolve);
    });
  }

  /** The session's id, as in observations. */
  get id(): string {
    return this.#session.id;
  }

  /** The lasting relationship under the call: Call-ID, both tags, state, routes. */
  get dialog(): Dialog {
    return this.#session.dialog;
  }

  /** Who the peer is by its own word; that may change, as when it hands the call on (RFC 4916). */
  get remote(): NameAddress | undefined {
    const party = from.parse([this.#session.dialog.remoteParty]);
    return party.ok ? party.value : undefined;
  }

  /** Calls `listener` when the peer says that it is somebody else now; returns what stops it. */
  onRenamed(listener: () => void): () => void {
    return this.#session.events.on('renamed', listener);
  }

  /**
   * Tells the peer that we are somebody else from now on: an address, `sip:bob@example.com`, and a name to show (RFC 4916
   * §4.3). Throws SIP_STATE when the peer does not hear of such changes, SIP_PARSE_URI when it is no address.
   */
  rename(address: string, displayName?: string): void {
    const party = formatNameAddress({
      uri: sipUriOf(address),
      parameters: noParameters,
      ...(displayName === undefined ? {} : { displayName }),
    });
    if (!this.#session.rename(party)) {
      throw new SipError('SIP_STATE', { message: 'The peer hears of no changed names' });
    }
  }

  /** The media of the call as it stands now: what was agreed, and what was counted. */
  get session(): CallSession {
    const { id, reports } = this.#session;
    const { streams } = this.media;
    const [first] = streams;
    return { id, streams, codec: first?.codec, direction: this.direction, statistics: reports };
  }

  /** The media lines in force. */
  get streams(): readonly AgreedStream[] {
    return this.media.streams;
  }

  /** What we last asked of the media: `sendonly` while we hold. */
  get direction(): Direction {
    return this.#session.direction;
  }

  /** Calls `listener` each time that an offer and its answer come into force; returns what stops it. */
  onAgreement(listener: () => void): () => void {
    return this.#session.events.on('agreement', listener);
  }

  /**
   * Puts the peer on hold: it hears us, or music, and we do not hear it (RFC 3264 §8.4). Rejects with SIP_REJECTED. By
   * re-INVITE unless said: an UPDATE must be answered at once, so a human at the other end cannot be asked (RFC 3311 §5.1).
   */
  hold(method: OfferMethod = 'INVITE'): Promise<void> {
    return this.#session.modify('sendonly', method);
  }

  /** Takes the call up again. */
  resume(method: OfferMethod = 'INVITE'): Promise<void> {
    return this.#session.modify('sendrecv', method);
  }

  /** Changes the direction of the media: `inactive` stops both, `recvonly` only listens (RFC 3264 §8.4). */
  direct(direction: Direction, method: OfferMethod = 'INVITE'): Promise<void> {
    return this.#session.modify(direction, method);
  }

  /** The INFO packages that the peer takes (RFC 6086 §5.2). */
  get infoPackages(): readonly string[] {
    return this.#session.infos.packages;
  }

  /** Calls `listener` with each INFO of the peer: of a package that we take, or a key press; returns what stops it. */
  onInfo(listener: (info: Info) => void): () => void {
    return this.#session.infos.on(listener);
  }

  /**
   * Sends an INFO within the call. Rejects with SIP_REJECTED when the peer does not take it; throws SIP_STATE for a package
   * that the peer never said it takes (RFC 6086 §4.2.1).
   */
  inform(info: InfoInit): Promise<void> {
    return this.#session.inform(info);
  }

  /**
   * Hands the peer over: to an address, to the peer of another call (RFC 3891), or to whom a call that still rings is for,
   * which is given up first. Resolves when the peer has told that the new call is answered, and this one is hung up. Rejects
   * with SIP_REJECTED and the status when it failed, SIP_TIMEOUT when nobody told; this call goes on then.
   */
  async transfer(
    target: string | Call<Media> | OutgoingCall<Media>,
    options: TransferOptions = {},
  ): Promise<ReferredStatus> {
    const referTo = referToOf(target);
    if (target instanceof OutgoingCall) {
      target.cancel();
      // Its answer may cross the CANCEL, and is hung up then.
      await target.answered.catch(() => undefined);
    }
    const outcome = await this.#transfers.within(this.dialog, referTo, options);
    // RFC 5589 §6.1: whoever asked ends the call that is not needed any more.
    await this.hangUp();
    return outcome;
  }

  /** Hangs up and waits until the peer knows, or cannot be told. */
  hangUp(headers?: readonly HeaderInit[]): Promise<SessionEnd> {
    this.#session.hangUp(headers);
    return this.ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.hangUp();
  }
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

function endedEarly(end: SessionEnd): SipError {
  if (end.cause === 'cancel')
    return new SipError('SIP_CANCELLED', { message: 'The caller gave up' });
  if (end.cause === 'rejected')
    return new SipError('SIP_STATE', { message: 'The call was refused already' });
  if (end.cause === 'media')
    return new SipError('SIP_NO_COMMON_CODEC', {
      message: end.reason ?? 'The media could not be agreed on',
    });
  if (end.cause === 'timeout' || end.cause === 'expired') return new SipError('SIP_TIMEOUT');
  return new SipError('SIP_STATE', { message: end.reason ?? `The call ended: ${end.cause}` });
}

function referToOf(target: string | Call | OutgoingCall): string {
  if (target instanceof Call) {
    return referToReplacing(target.dialog.remoteTarget, target.dialog.id);
  }
  return `<${formatUri(sipUriOf(typeof target === 'string' ? target : target.target))}>`;
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

// An answered call.
import type { Dialog } from '../dialog/dialog.ts';
import type { HeaderInit } from '../message/build.ts';
import { SipError } from '../message/errors.ts';
import { from } from '../message/header/from.ts';
import { formatNameAddress } from '../message/name-address.ts';
import type { NameAddress } from '../message/name-address.ts';
import { noParameters } from '../message/parameters.ts';
import { formatUri } from '../message/uri.ts';
import type { AgreedStream, Direction, Negotiator, StreamReport } from '../sdp/negotiator.ts';
import type { SessionEnd } from '../session/end.ts';
import type { Info, InfoInit } from '../session/info.ts';
import type { OfferMethod } from '../session/modify.ts';
import type { Session } from '../session/session.ts';
import type { ReferredStatus } from '../subscription/sipfrag.ts';
import { sipUriOf } from './account.ts';
import { referToReplacing } from './refer-to.ts';
import type { TransferOptions } from './transfers.ts';

/** What sends the REFERs of a call. */
export interface Transferring {
  within(dialog: Dialog, target: string, options?: TransferOptions): Promise<ReferredStatus>;
}

/** A call that still rings, as far as a transfer to whom it is for needs it. */
export interface Calling {
  readonly target: string;
  readonly answered: Promise<unknown>;
  cancel(): void;
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

  /**
   * Offers anew what the media now wants, in the same dialog: after a camera was added, a network changed, or ICE is to
   * start again. Rejects with SIP_REJECTED when the peer refuses; all is as before then.
   */
  renegotiate(method: OfferMethod = 'INVITE'): Promise<void> {
    return this.#session.renegotiate(method);
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
    target: string | Call<Media> | Calling,
    options: TransferOptions = {},
  ): Promise<ReferredStatus> {
    const referTo = referToOf(target);
    if (typeof target === 'object' && !(target instanceof Call)) {
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

function referToOf(target: string | Call | Calling): string {
  if (target instanceof Call) {
    return referToReplacing(target.dialog.remoteTarget, target.dialog.id);
  }
  return `<${formatUri(sipUriOf(typeof target === 'string' ? target : target.target))}>`;
}

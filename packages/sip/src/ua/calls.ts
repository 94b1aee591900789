// The calls of one user agent: made, taken, put in each other's place, and ended when it closes (RFC 3261 §13, RFC 3891).
import { Feed } from '../base/feed.ts';
import type { Dialog } from '../dialog/dialog.ts';
import { usageNamed } from '../dialog/table.ts';
import { headerText } from '../message/build.ts';
import { SipError } from '../message/errors.ts';
import type { Request } from '../message/message.ts';
import { formatUri } from '../message/uri.ts';
import type { Uri } from '../message/uri.ts';
import type { Negotiator } from '../sdp/negotiator.ts';
import { IncomingSession } from '../session/incoming.ts';
import { OutgoingSession } from '../session/outgoing.ts';
import { Session } from '../session/session.ts';
import type { SessionSurroundings } from '../session/surroundings.ts';
import type { InviteServer } from '../transaction/invite-server.ts';
import type { Flow } from '../transport/port.ts';
import type { Transferring } from './call.ts';
import { IncomingCall } from './incoming-call.ts';
import type { OpenCall, OpenCalls } from './open-calls.ts';
import type { CallOptions, MediaEngine } from './options.ts';
import { OutgoingCall } from './outgoing-call.ts';
import { replacing } from './refer-to.ts';
import type { Replacements } from './replacements.ts';

/** What the calls need of their user agent. */
export interface CallsOptions<Media extends Negotiator> {
  readonly surroundings: SessionSurroundings;
  readonly media: MediaEngine<Media>;
  readonly open: OpenCalls;
  readonly replacements: Replacements;
  /** What sends the REFERs of a call. */
  readonly transfers: () => Transferring;
  /** From value without a tag. */
  readonly from: string;
  readonly nextId: () => string;
  /** Resolves when requests can be sent. */
  readonly started: () => Promise<void>;
}

/** Makes and takes calls. */
export class Calls<Media extends Negotiator> {
  readonly incoming: Feed<IncomingCall<Media>> = new Feed();
  readonly #options: CallsOptions<Media>;
  /** Calls of ours that nobody has answered, by Call-ID. */
  readonly #ringing = new Map<string, OutgoingSession>();
  #closed = false;

  constructor(options: CallsOptions<Media>) {
    this.#options = options;
  }

  /** Calls `uri`; `watch` gets the session before anything is sent. Throws a TypeError for malformed headers. */
  call(
    uri: Uri,
    options: CallOptions,
    watch: (session: OutgoingSession) => void,
  ): OutgoingCall<Media> {
    const { surroundings, from, nextId, open, transfers, started } = this.#options;
    const { offerless = false, signal, replaces } = options;
    const headers = [
      ...(options.headers ?? []),
      ...(replaces === undefined ? [] : [replacing(replaces)]),
    ];
    headerText(headers);
    const media = this.#options.media.open();
    const target = formatUri(uri);
    const session = new OutgoingSession({
      id: nextId(),
      surroundings,
      target: uri,
      from,
      to: `<${target}>`,
      negotiator: media,
      offerless,
      headers,
    });
    const over = open.add({ leave: () => session.abort(), drop: () => undefined });
    this.#ringing.set(session.callId, session);
    session.events.on('failed', () => {
      this.#ringing.delete(session.callId);
      over();
    });
    watch(session);
    session.events.on('session', (answered) => {
      this.#ringing.delete(session.callId);
      this.#answered(answered, media, over);
    });
    const call = new OutgoingCall(session, media, { target, transfers: transfers(), signal });
    started().then(
      () => session.start(),
      (cause: unknown) => session.fail(new SipError('SIP_TRANSPORT', { status: 503, cause })),
    );
    return call;
  }

  /** Somebody calls us. */
  invited(request: Request, transaction: InviteServer, flow: Flow): IncomingSession {
    const { surroundings, nextId, open, replacements, transfers } = this.#options;
    let opened: Media | undefined;
    const openMedia = (): Media => (opened ??= this.#options.media.open());
    const session = new IncomingSession({
      id: nextId(),
      surroundings,
      request,
      transaction,
      flow,
      openMedia,
    });
    const over = open.add({
      leave: () => session.reject({ status: 480 }),
      drop: () => undefined,
    });
    const replaced = replacements.dialog(request);
    session.events.on('ended', () => {
      void opened?.close();
      over();
    });
    session.events.on('session', (answered) => {
      this.#answered(answered, openMedia(), over);
      // RFC 3891 §3: the new call is answered, and so the old one ends, by BYE or by CANCEL.
      if (replaced !== undefined) this.#end(replaced);
    });
    // A user agent that is closing takes no calls any more.
    if (this.#closed) session.reject({ status: 480 });
    else {
      const options = { media: openMedia, transfers: transfers(), replaces: replaced?.id };
      this.incoming.push(new IncomingCall(session, options));
    }
    return session;
  }

  /** From now on none is taken, and none goes on. */
  close(): void {
    this.#closed = true;
    this.incoming.end();
  }

  #answered(session: Session, media: Media, over: (next?: OpenCall) => void): void {
    const { endpoint } = this.#options.surroundings;
    // Refused, or overtaken by a newer wish: all goes on as it is, and is asked for again when there is reason to.
    const offer = (): void => void session.renegotiate().catch(() => undefined);
    over({
      leave: () => session.hangUp(),
      drop: () => session.drop(),
      answered: true,
      renew: () => {
        media.restartIce?.();
        offer();
      },
    });
    media.onOfferWanted?.(() => {
      // What broke the way of the media may have broken that of the messages: it is known before the offer times out.
      endpoint.checkFlows();
      offer();
    });
    session.events.on('ended', () => {
      this.#options.replacements.ended(session.dialog);
      over();
    });
    if (this.#closed) session.hangUp();
  }

  #end(dialog: Dialog): void {
    const { dialogs } = this.#options.surroundings;
    const usage = usageNamed(dialogs.get(dialog.key), 'INVITE');
    if (usage instanceof Session) usage.hangUp();
    else this.#ringing.get(dialog.id.callId)?.abort();
  }
}

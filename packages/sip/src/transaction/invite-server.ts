// The INVITE server transaction: performs what figure 7 says (RFC 3261 §17.2.1, RFC 6026 §7.1).
import { own } from '../base/bytes.ts';
import type { Request, Response } from '../message/message.ts';
import { createResponse } from '../message/respond.ts';
import { responseIn, TransactionDriver } from './driver.ts';
import type { Drawing, Subject } from './driver.ts';
import { inviteServerEvent } from './events.ts';
import { inviteServer } from './invite-server.figure.ts';
import type {
  InviteServerAction,
  InviteServerEvent,
  InviteServerState,
  InviteServerTimer,
} from './invite-server.figure.ts';
import { keep, keptResponse } from './kept.ts';
import type { Kept } from './kept.ts';
import { serverKey } from './key.ts';
import { inviteServerTimers, repeatAnswersApart } from './timers.ts';
import type { ServerOptions, ServerUser } from './transaction.ts';

const drawing: Drawing<
  InviteServerState,
  InviteServerEvent,
  InviteServerAction,
  InviteServerTimer
> = {
  figure: inviteServer,
  start: 'Proceeding, silent',
  timers: inviteServerTimers,
  unfinished: ['Proceeding, silent', 'Proceeding'],
};

/** An INVITE that was received, and its responses. From its construction it waits for the user's answer. */
export class InviteServer extends TransactionDriver<
  InviteServerState,
  InviteServerEvent,
  InviteServerAction,
  InviteServerTimer
> {
  /** The To tag of all responses that this element makes. */
  readonly localTag: string;
  /** Who is told of ACKs and failures; may be set at any time. */
  user: ServerUser | undefined;
  readonly #send: ServerOptions['send'];
  #repeatedAt: number | undefined;
  #last: Kept<Response> | undefined;
  #lastStatus: number | undefined;
  #lastTag: string | undefined;

  constructor(options: ServerOptions) {
    super(options.key ?? serverKey(options.request), drawing, options);
    this.localTag = options.localTag;
    this.#send = options.send;
  }

  get kind(): 'invite-server' {
    return 'invite-server';
  }

  /** The response that a repeated INVITE gets; undefined before the first one and once nothing will be repeated. */
  get lastResponse(): Response | undefined {
    return keptResponse(this.#last);
  }

  /** Status of the last response sent, in every state; undefined before the first one. */
  get lastStatus(): number | undefined {
    return this.#lastStatus;
  }

  /** To tag of the last response sent, which is not `localTag` where a proxy forwarded it. */
  get lastTag(): string | undefined {
    return this.#lastTag;
  }

  /** Takes a response of the user; one that the state does not allow is a stray and is not sent. */
  respond(response: Response): void {
    this.machine.on(inviteServerEvent(response.status), response);
  }

  /** Takes a repeat of the INVITE, or an ACK. */
  receive(request: Request): void {
    if (request.method === 'ACK') this.machine.on('ACK', request);
    else if (this.#isTime()) this.machine.on('INVITE', request);
  }

  /** False for all but one repeat in each 100 ms; the others are dropped before the figure sees them. */
  #isTime(): boolean {
    const now = Math.floor(this.clock.now());
    if (this.#repeatedAt !== undefined && now - this.#repeatedAt < repeatAnswersApart) return false;
    this.#repeatedAt = now;
    return true;
  }

  perform(action: InviteServerAction, subject: Subject | undefined): void {
    switch (action) {
      case 'send response':
        return this.#sendResponse(responseIn(subject));
      case 'send 100':
        // RFC 3261 §17.2.1: without a To tag of ours.
        if (this.request !== undefined) this.#sendResponse(createResponse(this.request, 100));
        return;
      case 'ACK to TU':
        if (subject === undefined || subject instanceof Error || subject.kind !== 'request') return;
        return this.user?.ack?.(subject);
      case 'inform TU':
        if (subject instanceof Error) return this.user?.transportError?.(subject);
        return this.user?.timeout?.();
    }
  }

  /** Sends a new response, or the last one again. */
  #sendResponse(response: Response | undefined): void {
    if (response === undefined) {
      const last = keptResponse(this.#last);
      if (last !== undefined) this.#send(last, true);
      return;
    }
    const tag = response.toTag;
    // A 2xx that the user repeats (RFC 3261 §13.3.1.4), or a reliable 1xx (RFC 3262 §3).
    const repeat = (this.finished && tag === this.#lastTag) || response === this.#last;
    this.#last = response;
    this.#lastStatus = response.status;
    if (tag !== this.#lastTag) this.#lastTag = this.#ownTag(tag);
    this.#send(response, repeat);
  }

  #ownTag(tag: string | undefined): string | undefined {
    if (tag === this.localTag) return this.localTag;
    return tag === undefined ? undefined : own(tag);
  }

  protected release(state: InviteServerState): void {
    // The transaction itself repeats nothing in Accepted and Confirmed.
    if (state === 'Accepted' || state === 'Confirmed') this.#last = undefined;
    if (state === 'Completed' && this.#last !== undefined) this.#last = keep(this.#last);
    // After the ACK the user is told of nothing but the end.
    if (state === 'Confirmed' && this.user?.ended === undefined) this.user = undefined;
  }

  protected end(): void {
    const { user } = this;
    this.user = undefined;
    user?.ended?.();
  }
}

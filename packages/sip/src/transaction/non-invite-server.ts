// The non-INVITE server transaction: performs what figure 8 says (RFC 3261 §17.2.2, RFC 4320 §4).
import type { Request, Response } from '../message/message.ts';
import { createResponse } from '../message/respond.ts';
import { responseIn, TransactionDriver } from './driver.ts';
import type { Drawing, Subject } from './driver.ts';
import { nonInviteServerEvent } from './events.ts';
import { keep, keptResponse } from './kept.ts';
import type { Kept } from './kept.ts';
import { serverKey } from './key.ts';
import { nonInviteServer } from './non-invite-server.figure.ts';
import type {
  NonInviteServerAction,
  NonInviteServerEvent,
  NonInviteServerState,
  NonInviteServerTimer,
} from './non-invite-server.figure.ts';
import { nonInviteServerTimers, repeatAnswersApart } from './timers.ts';
import type { ServerOptions, ServerUser } from './transaction.ts';

const drawing: Drawing<
  NonInviteServerState,
  NonInviteServerEvent,
  NonInviteServerAction,
  NonInviteServerTimer
> = {
  figure: nonInviteServer,
  start: 'Trying',
  timers: nonInviteServerTimers,
  unfinished: ['Trying', 'Proceeding'],
};

/**
 * A request other than INVITE and ACK that was received, and its responses. It lives until the user answers: a user that
 * has no answer responds 408, which is never sent but lets the transaction end (RFC 4320 §4.2).
 */
export class NonInviteServer extends TransactionDriver<
  NonInviteServerState,
  NonInviteServerEvent,
  NonInviteServerAction,
  NonInviteServerTimer
> {
  /** The To tag of all responses that this element makes. */
  readonly localTag: string;
  /** Who is told of failures; may be set at any time. */
  user: ServerUser | undefined;
  readonly #send: ServerOptions['send'];
  #repeatedAt: number | undefined;
  #last: Kept<Response> | undefined;
  #lastStatus: number | undefined;

  constructor(options: ServerOptions) {
    super(options.key ?? serverKey(options.request), drawing, options);
    this.localTag = options.localTag;
    this.#send = options.send;
  }

  get kind(): 'non-invite-server' {
    return 'non-invite-server';
  }

  /** The response that a repeated request gets; undefined before the first one. */
  get lastResponse(): Response | undefined {
    return keptResponse(this.#last);
  }

  /** Status of the last response sent; undefined before the first one. */
  get lastStatus(): number | undefined {
    return this.#lastStatus;
  }

  /** Takes a response of the user; one that the state does not allow is a stray and is not sent (RFC 4320 §4). */
  respond(response: Response): void {
    this.machine.on(nonInviteServerEvent(response.status, this.reliable), response);
  }

  /** Takes a repeat of the request. */
  receive(request: Request): void {
    if (this.#isTime()) this.machine.on('request', request);
  }

  /** False for all but one repeat in each 100 ms; the others are dropped before the figure sees them. */
  #isTime(): boolean {
    const now = Math.floor(this.clock.now());
    if (this.#repeatedAt !== undefined && now - this.#repeatedAt < repeatAnswersApart) return false;
    this.#repeatedAt = now;
    return true;
  }

  perform(action: NonInviteServerAction, subject: Subject | undefined): void {
    switch (action) {
      case 'send response':
        return this.#sendResponse(responseIn(subject));
      case 'send 100':
        if (this.request !== undefined) this.#sendResponse(createResponse(this.request, 100));
        return;
      case 'inform TU':
        if (subject instanceof Error) this.user?.transportError?.(subject);
        return;
    }
  }

  /** Sends a new response, or the last one again. */
  #sendResponse(response: Response | undefined): void {
    if (response === undefined) {
      const last = keptResponse(this.#last);
      if (last !== undefined) this.#send(last, true);
      return;
    }
    this.#last = response;
    this.#lastStatus = response.status;
    this.#send(response, false);
  }

  protected release(state: NonInviteServerState): void {
    if (state === 'Abandoned' || state === 'Terminated') this.#last = undefined;
    if (state === 'Completed' && this.#last !== undefined) this.#last = keep(this.#last);
  }

  protected end(): void {
    const { user } = this;
    this.user = undefined;
    user?.ended?.();
  }
}

// The INVITE client transaction: performs what figure 5 says (RFC 3261 §17.1.1, RFC 6026 §7.2).
import type { HeaderInit } from '../message/build.ts';
import type { Request, Response } from '../message/message.ts';
import { ackFor } from './ack.ts';
import { cancelFor } from './cancel.ts';
import { responseIn, TransactionDriver } from './driver.ts';
import type { Drawing, Subject } from './driver.ts';
import { inviteClientEvent } from './events.ts';
import { inviteClient } from './invite-client.figure.ts';
import type {
  InviteClientAction,
  InviteClientEvent,
  InviteClientState,
  InviteClientTimer,
} from './invite-client.figure.ts';
import { keep, keptRequest } from './kept.ts';
import type { Kept } from './kept.ts';
import { clientKey } from './key.ts';
import { inviteClientTimers } from './timers.ts';
import type { ClientOptions, ClientUser } from './transaction.ts';

/** Sends a CANCEL, as a non-INVITE client transaction of its own, to where the INVITE went. */
export type StartCancel = (cancel: Request) => void;

const drawing: Drawing<
  InviteClientState,
  InviteClientEvent,
  InviteClientAction,
  InviteClientTimer
> = {
  figure: inviteClient,
  start: 'Calling',
  timers: inviteClientTimers,
  unfinished: ['Calling', 'Calling, cancel wanted', 'Proceeding', 'Proceeding, cancelled'],
};

/** An INVITE and its responses, up to the ACK for a 3xx-6xx. Its timers run from its construction: call `start` at once. */
export class InviteClient extends TransactionDriver<
  InviteClientState,
  InviteClientEvent,
  InviteClientAction,
  InviteClientTimer
> {
  readonly #send: ClientOptions['send'];
  #user: ClientUser | undefined;
  #ack: Kept<Request> | undefined;
  #wish: { readonly start: StartCancel; readonly headers: readonly HeaderInit[] } | undefined;

  constructor(options: ClientOptions) {
    super(clientKey(options.request), drawing, options);
    this.#send = options.send;
    this.#user = options.user;
  }

  get kind(): 'invite-client' {
    return 'invite-client';
  }

  /** Sends the INVITE for the first time. */
  start(): void {
    if (this.request !== undefined) this.#send(this.request, false);
  }

  /** Takes a response that matches. */
  receive(response: Response): void {
    this.machine.on(inviteClientEvent(response.status), response);
  }

  /**
   * Asks for a CANCEL: `start` is called with it now, or at the first 1xx, or never when a final response comes before
   * (RFC 3261 §9.1). After 64*T1 without a final response the user is told of a timeout. Asking again changes nothing.
   */
  cancel(start: StartCancel, headers: readonly HeaderInit[] = []): void {
    if (!this.finished) this.#wish ??= { start, headers };
    this.machine.on('cancel from TU');
  }

  perform(action: InviteClientAction, subject: Subject | undefined): void {
    const { request } = this;
    const response = responseIn(subject);
    switch (action) {
      case 'INVITE sent':
        if (request !== undefined) this.#send(request, true);
        return;
      case 'ACK sent':
        return this.#sendAck(response);
      case 'CANCEL sent':
        if (request !== undefined) this.#wish?.start(cancelFor(request, this.#wish.headers));
        return;
      case 'resp. to TU':
        if (response !== undefined) this.#user?.response(response);
        return;
      case 'inform TU':
        if (subject instanceof Error) return this.#user?.transportError(subject);
        return this.#user?.timeout();
    }
  }

  /** Sends a new ACK, or the one that was sent again. */
  #sendAck(response: Response | undefined): void {
    const sent = keptRequest(this.#ack);
    if (sent !== undefined) return this.#send(sent, true);
    if (this.request === undefined || response === undefined) return;
    const ack = ackFor(this.request, response);
    this.#ack = ack;
    this.#send(ack, false);
  }

  protected release(state: InviteClientState): void {
    if (this.finished) this.#wish = undefined;
    if (state === 'Completed' && this.#ack !== undefined) this.#ack = keep(this.#ack);
  }

  protected end(): void {
    const user = this.#user;
    this.#user = undefined;
    user?.ended?.();
  }
}

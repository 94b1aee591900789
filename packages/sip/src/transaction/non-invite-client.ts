// The non-INVITE client transaction: performs what figure 6 says (RFC 3261 §17.1.2).
import type { Response } from '../message/message.ts';
import { responseIn, TransactionDriver } from './driver.ts';
import type { Drawing, Subject } from './driver.ts';
import { nonInviteClientEvent } from './events.ts';
import { clientKey } from './key.ts';
import { nonInviteClient } from './non-invite-client.figure.ts';
import type {
  NonInviteClientAction,
  NonInviteClientEvent,
  NonInviteClientState,
  NonInviteClientTimer,
} from './non-invite-client.figure.ts';
import { nonInviteClientTimers } from './timers.ts';
import type { ClientOptions, ClientUser } from './transaction.ts';

const drawing: Drawing<
  NonInviteClientState,
  NonInviteClientEvent,
  NonInviteClientAction,
  NonInviteClientTimer
> = {
  figure: nonInviteClient,
  start: 'Trying',
  timers: nonInviteClientTimers,
  unfinished: ['Trying', 'Proceeding'],
};

/** A request other than INVITE and ACK, and its responses. Its timers run from its construction: call `start` at once. */
export class NonInviteClient extends TransactionDriver<
  NonInviteClientState,
  NonInviteClientEvent,
  NonInviteClientAction,
  NonInviteClientTimer
> {
  #send: ClientOptions['send'] | undefined;
  #user: ClientUser | undefined;

  constructor(options: ClientOptions) {
    super(clientKey(options.request), drawing, options);
    this.#send = options.send;
    this.#user = options.user;
  }

  get kind(): 'non-invite-client' {
    return 'non-invite-client';
  }

  /** Sends the request for the first time. */
  start(): void {
    if (this.request !== undefined) this.#send?.(this.request, false);
  }

  /** Takes a response that matches. */
  receive(response: Response): void {
    this.machine.on(nonInviteClientEvent(response.status), response);
  }

  perform(action: NonInviteClientAction, subject: Subject | undefined): void {
    const response = responseIn(subject);
    switch (action) {
      case 'send request':
        if (this.request !== undefined) this.#send?.(this.request, true);
        return;
      case 'resp. to TU':
        if (response !== undefined) this.#user?.response(response);
        return;
      case 'inform TU':
        if (subject instanceof Error) return this.#user?.transportError(subject);
        return this.#user?.timeout();
    }
  }

  protected release(): void {
    if (!this.finished) return;
    // After the final response nothing is sent, and the user is told of nothing but the end.
    this.#send = undefined;
    if (this.#user?.ended === undefined) this.#user = undefined;
  }

  protected end(): void {
    const user = this.#user;
    this.#user = undefined;
    user?.ended?.();
  }
}

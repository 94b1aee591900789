// One MESSAGE on its way: performs what its figure says, between the sender's transaction and the phones.
import { Machine } from '@offhook/sip';
import type { Clock } from '@offhook/sip';
import { createResponse } from '@offhook/sip/message';
import type { Request, Response } from '@offhook/sip/message';
import { messageFate } from './fate.figure.ts';
import type { FateAction, FateEvent, FateState, FateTimer } from './fate.figure.ts';
import { NotKept } from './not-kept.ts';
import { arrivalOf } from './upstream.ts';
import type { Upstream } from './upstream.ts';

/** What the fate of a message needs. */
export interface FateOptions {
  readonly request: Request;
  /** The sender's side. */
  readonly sender: Pick<Upstream, 'localTag' | 'finished' | 'respond'>;
  readonly clock: Clock;
  /** How long phones may take, in milliseconds. */
  readonly wait: number;
  /** Runs what the database brought about as an event of the endpoint. */
  readonly run: (event: () => void) => void;
  /** Stores the message; resolves after the commit with its id. */
  readonly keep: () => Promise<number>;
  /** The message may be delivered at the next registration. */
  readonly release: (id: number) => void;
  readonly remove: (id: number) => void;
  /** What a phone said after the sender had its 202. */
  readonly tell: (outcome: 'delivered' | 'refused') => void;
  /** Nothing more will come. */
  readonly over: () => void;
}

/** Stands in the place of the sender's transaction while phones are asked. */
export class Fate implements Upstream {
  readonly kind = 'non-invite-server';
  user: Upstream['user'];
  readonly #options: FateOptions;
  readonly #machine: Machine<FateState, FateEvent, FateAction, FateTimer, Response>;
  #id = 0;

  constructor(options: FateOptions) {
    const { clock, wait, run } = options;
    this.#options = options;
    this.#machine = new Machine({
      figure: messageFate,
      start: 'Forwarding',
      clock,
      length: () => wait,
      perform: (action, subject) => this.#perform(action, subject),
      run,
    });
  }

  get localTag(): string {
    return this.#options.sender.localTag;
  }

  get finished(): boolean {
    return this.#options.sender.finished;
  }

  /** What the phones have said, taken together. */
  respond(response: Response): void {
    if (response.status >= 200) this.#on(arrivalOf(response, this.localTag), response);
  }

  /** Stops its timer without a word to anybody. */
  stop(): void {
    this.#machine.stop();
  }

  #on(event: FateEvent, response?: Response): void {
    if (this.#machine.state === 'Done') return;
    this.#machine.on(event, response);
    if (this.#hasEnded()) this.#options.over();
  }

  #hasEnded(): boolean {
    return this.#machine.state === 'Done';
  }

  #perform(action: FateAction, subject: Response | undefined): void {
    const { request, sender, release, remove, tell } = this.#options;
    switch (action) {
      case 'store':
        return this.#store();
      case 'pass on':
      case 'failure sent':
        if (subject !== undefined) sender.respond(subject);
        return;
      case '202 sent':
        return sender.respond(createResponse(request, 202, { toTag: sender.localTag }));
      case 'release':
        return release(this.#id);
      case 'remove':
        return remove(this.#id);
      case 'tell delivered':
        return tell('delivered');
      case 'tell refused':
        return tell('refused');
    }
  }

  #store(): void {
    const { keep, run } = this.#options;
    keep().then(
      (id) =>
        run(() => {
          this.#id = id;
          this.#on('stored');
        }),
      (error: unknown) => run(() => this.#on('not stored', this.#failure(error))),
    );
  }

  #failure(error: unknown): Response {
    const { request, sender } = this.#options;
    const { localTag: toTag } = sender;
    if (error instanceof NotKept)
      return createResponse(request, error.status, { toTag, reason: error.reason });
    return createResponse(request, 500, { toTag, headers: [['Retry-After', '5']] });
  }
}

// The provisional responses to one INVITE of a peer, sent reliably where it wants that (RFC 3262 §3).
import { Machine } from '../base/machine.ts';
import type { Received } from '../endpoint/usage.ts';
import type { HeaderInit } from '../message/build.ts';
import { rack } from '../message/header/rack.ts';
import { requireField } from '../message/header/require.ts';
import { supported } from '../message/header/supported.ts';
import type { Request, Response } from '../message/message.ts';
import { createResponse } from '../message/respond.ts';
import type { InviteServer } from '../transaction/invite-server.ts';
import { typeOf } from './body.ts';
import { observeSession } from './observe.ts';
import { provisionalLength } from './lengths.ts';
import { provisionalFigure } from './provisional.figure.ts';
import type {
  ProvisionalAction,
  ProvisionalEvent,
  ProvisionalState,
  ProvisionalTimer,
} from './provisional.figure.ts';
import type { SessionSurroundings } from './surroundings.ts';

/** A provisional response to be sent. */
export interface Provisional {
  readonly status: number;
  readonly reason?: string | undefined;
  readonly headers: readonly HeaderInit[];
  /** The session description that it brings. */
  readonly sdp?: string | undefined;
}

/** What the provisional responses of one INVITE need. */
export interface ProvisionalsOptions {
  /** Id of the session, for the tap. */
  readonly id: string;
  readonly surroundings: SessionSurroundings;
  readonly invite: Request;
  readonly transaction: InviteServer;
  /** The PRACK of a response came that brought `described` or nothing; it has been answered unless it brings an offer. */
  readonly acknowledged: (received: Received, described: boolean) => void;
  /** 64*T1 passed without PRACK. */
  readonly silent: () => void;
}

/** How many may wait for the PRACK of the one before them; more are not worth keeping. */
const keptLimit = 8;

/** Sends provisional responses, each reliable one until its PRACK. */
export class Provisionals {
  readonly #options: ProvisionalsOptions;
  readonly #machine: Machine<
    ProvisionalState,
    ProvisionalEvent,
    ProvisionalAction,
    ProvisionalTimer,
    { readonly provisional?: Provisional; readonly received?: Received }
  >;
  /** RFC 3262 §3: the first is any number up to 2^31 - 1. */
  #rseq: number;
  #last: { readonly response: Response; readonly described: boolean } | undefined;
  #kept: readonly Provisional[] = [];

  constructor(options: ProvisionalsOptions) {
    const { endpoint } = options.surroundings;
    this.#options = options;
    this.#rseq = Math.floor(endpoint.random.fraction() * (2 ** 31 - 1));
    this.#machine = new Machine({
      figure: provisionalFigure,
      start: 'Quiet',
      clock: endpoint.clock,
      length: (timer, resets) => provisionalLength(timer, resets, endpoint.settings.t1),
      perform: (action, subject) =>
        endpoint.guard(() => this.#perform(action, subject?.provisional, subject?.received)),
      observe: (taken) =>
        observeSession(endpoint, options.id, options.invite, taken, this.#machine.timers, '1xx'),
      run: (event) => endpoint.run(event),
    });
  }

  /** True when the caller requires that every provisional response is reliable. */
  get required(): boolean {
    return has100rel(this.#options.invite.get(requireField));
  }

  /** True when the caller can acknowledge provisional responses. */
  get possible(): boolean {
    return this.required || has100rel(this.#options.invite.get(supported));
  }

  /** True while a PRACK may come that must be answered. */
  get waiting(): boolean {
    return this.#machine.state === 'Unacknowledged' || this.#machine.state === 'Answered';
  }

  /** True while a description that we sent reliably is not acknowledged. */
  get describing(): boolean {
    return this.#machine.state === 'Unacknowledged' && this.#last?.described === true;
  }

  /** Sends one, reliably when that is required, or asked for and possible. */
  send(provisional: Provisional, reliably: boolean): void {
    if (this.required || (reliably && this.possible)) {
      this.#machine.on('reliable 1xx', { provisional });
    } else this.#options.transaction.respond(this.#response(provisional, []));
  }

  /** Takes a PRACK: one that fits nothing gets 481 (RFC 3262 §3). */
  prack(received: Received): void {
    const { request, transaction } = received;
    const acknowledged = request.get(rack);
    const { invite } = this.#options;
    const fits =
      this.waiting &&
      acknowledged?.rseq === this.#rseq &&
      acknowledged.cseq.number === invite.cseq.number &&
      acknowledged.cseq.method === invite.method;
    if (!fits) {
      transaction.respond(createResponse(request, acknowledged === undefined ? 400 : 481));
      return;
    }
    if (this.#machine.state === 'Answered') transaction.respond(createResponse(request, 200));
    this.#machine.on('PRACK', { received });
  }

  /** A final response goes out: nothing is repeated any more. */
  final(): void {
    this.#kept = [];
    this.#machine.on('final');
  }

  #perform(
    action: ProvisionalAction,
    provisional: Provisional | undefined,
    received: Received | undefined,
  ): void {
    switch (action) {
      case 'send 1xx':
        if (provisional === undefined) break;
        this.#sendFirst(provisional);
        break;
      case 'keep 1xx':
        if (provisional !== undefined && this.#kept.length < keptLimit)
          this.#kept = [...this.#kept, provisional];
        break;
      case 'repeat 1xx':
        if (this.#last !== undefined) this.#options.transaction.respond(this.#last.response);
        break;
      case 'send kept 1xx': {
        const [next, ...rest] = this.#kept;
        this.#kept = rest;
        if (next !== undefined) this.#machine.on('reliable 1xx', { provisional: next });
        break;
      }
      case 'inform of PRACK':
        if (received !== undefined)
          this.#options.acknowledged(received, this.#last?.described === true);
        break;
      case 'inform of silence':
        this.#options.silent();
        break;
    }
  }

  #sendFirst(provisional: Provisional): void {
    this.#rseq += 1;
    const response = this.#response(provisional, [
      ['Require', '100rel'],
      ['RSeq', String(this.#rseq)],
    ]);
    this.#last = { response, described: provisional.sdp !== undefined };
    this.#options.transaction.respond(response);
  }

  #response(
    { status, reason, headers, sdp }: Provisional,
    reliability: readonly HeaderInit[],
  ): Response {
    const { invite, transaction } = this.#options;
    return createResponse(invite, status, {
      toTag: transaction.localTag,
      reason,
      headers: [...headers, ...reliability, ...typeOf(sdp)],
      body: sdp,
    });
  }
}

function has100rel(tags: readonly string[] | undefined): boolean {
  return tags?.some((tag) => tag.toLowerCase() === '100rel') ?? false;
}

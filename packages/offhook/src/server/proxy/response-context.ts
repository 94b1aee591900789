// The response context of a forwarded request: performs what its figure says (RFC 3261 §16.7).
import { Machine } from '@offhook/sip';
import type { Clock, Endpoint, MachineWork, ServerTransaction } from '@offhook/sip';
import { createResponse } from '@offhook/sip/message';
import type { HeaderInit, Request, Response } from '@offhook/sip/message';
import { bestOutcome } from './best-response.ts';
import type { Outcome } from './best-response.ts';
import { Branch } from './branch.ts';
import type { BranchPlan, BranchUser } from './branch.ts';
import { responseContext } from './response-context.figure.ts';
import type {
  ContextAction,
  ContextEvent,
  ContextState,
  ContextTimer,
} from './response-context.figure.ts';

/** The ways to one user agent, each made when it is its turn: the next is tried when a flow has failed (RFC 5626 §7). */
export type Ways = readonly (() => BranchPlan)[];

/** The side that a request came from: a server transaction, or whoever stands in the place of one. */
export type Upstream = Pick<
  ServerTransaction,
  'kind' | 'localTag' | 'finished' | 'respond' | 'user'
>;

/** The branches of one round are tried in parallel; the next round begins when all of them have failed. */
export type Rounds = readonly (readonly Ways[])[];

/** What a response context is made of. */
export interface ContextOptions {
  /** The request as it came, for responses of our own. */
  readonly request: Request;
  readonly transaction: Upstream;
  readonly rounds: Rounds;
  /** The rounds to try next where a 3xx leads (RFC 3261 §16.7 item 4). */
  readonly redirected?: ((response: Response) => Rounds) | undefined;
  /** What a failed flow counts as upstream: 430 goes to a proxy only, never to who called (RFC 5626 §11.5). */
  readonly flowFailure: 430 | 480;
}

/** What all response contexts of a proxy share. */
export interface ContextSurroundings {
  readonly endpoint: Endpoint;
  /** Timer C in milliseconds. */
  readonly timerC: number;
  /** Drops the context of `transaction`: it has nothing more to do. */
  readonly forget: (transaction: Upstream) => void;
}

/** Ties the branches of one request to its server transaction. There are many, so it is itself its machine's work. */
export class ResponseContext
  implements
    BranchUser,
    MachineWork<ContextState, ContextEvent, ContextAction, ContextTimer, BranchOutcome>
{
  readonly #surroundings: ContextSurroundings;
  readonly #transaction: Upstream;
  readonly #flowFailure: 430 | 480;
  readonly #machine: Machine<
    ContextState,
    ContextEvent,
    ContextAction,
    ContextTimer,
    BranchOutcome
  >;
  #branches: readonly Branch[] = none;
  /** Of each branch the ways that are left to its user agent; made for the first that has any. */
  #ways: Map<Branch, Ways> | undefined;
  /** This and what follows only as long as no final response was sent: the context lives for half a minute more. */
  #request: Request | undefined;
  #redirected: ((response: Response) => Rounds) | undefined;
  #rounds: Rounds;
  #stored: readonly Outcome[] = none;
  #reason: readonly HeaderInit[] = none;

  constructor(options: ContextOptions, surroundings: ContextSurroundings) {
    this.#surroundings = surroundings;
    this.#transaction = options.transaction;
    this.#flowFailure = options.flowFailure;
    this.#redirected = options.redirected;
    this.#request = options.request;
    this.#rounds = options.rounds;
    this.#machine = new Machine(this, 'Forwarding');
  }

  get state(): ContextState {
    return this.#machine.state;
  }

  /** Sends the request to the first round of targets. */
  start(): void {
    this.#nextRound();
  }

  /** CANCEL from upstream, with the Reason rows to pass on (RFC 3261 §16.10, RFC 3326). */
  cancel(reason: readonly HeaderInit[]): void {
    this.#reason = reason;
    this.#machine.on('CANCEL');
  }

  get endpoint(): Endpoint {
    return this.#surroundings.endpoint;
  }

  get timerC(): number {
    return this.#surroundings.timerC;
  }

  /** The figure; this and the next four are for the machine alone. */
  get figure(): typeof responseContext {
    return responseContext;
  }

  /** The endpoint's clock. */
  get clock(): Clock {
    return this.endpoint.clock;
  }

  /** How long F runs, in milliseconds. */
  length(): number | undefined {
    return this.#transaction.kind === 'invite-server' ? undefined : 64 * this.endpoint.settings.t1;
  }

  /** Runs a timer's event in the endpoint's queue. */
  run(event: () => void): void {
    this.endpoint.run(event);
  }

  /** Stops every timer without a word to anybody. */
  stop(): void {
    this.#machine.stop();
    for (const branch of this.#branches) branch.stop();
  }

  /** Does one action of the figure. */
  perform(action: ContextAction, subject: BranchOutcome | undefined): void {
    switch (action) {
      case 'forward':
        if (subject?.response === undefined) return;
        this.#transaction.respond(subject.response);
        if (subject.status >= 200) this.#release();
        return;
      case 'store':
        if (subject !== undefined) this.#stored = [...this.#stored, subject];
        return;
      case 'next flow':
        if (subject !== undefined) this.#begin([this.#ways?.get(subject.branch) ?? none]);
        return;
      case 'recurse':
        if (subject?.rounds !== undefined) this.#rounds = [...subject.rounds, ...this.#rounds];
        return;
      case 'cancel branches':
        if (subject !== undefined) this.#reason = reasonOf(subject.status);
        for (const branch of this.#branches) branch.cancel(this.#reason);
        return;
      case 'next round':
        return this.#nextRound();
      case 'forward best':
        return this.#forward(bestOutcome(this.#stored));
      case 'give up':
        // RFC 4320 §4.2: the transaction sends no 408 to a request other than INVITE, and then ends.
        return this.#forward({ status: 408 });
      case 'forget':
        return this.#surroundings.forget(this.#transaction);
    }
  }

  #forward({ status, response }: Outcome): void {
    const { localTag } = this.#transaction;
    const answer =
      response ?? (this.#request && createResponse(this.#request, status, { toTag: localTag }));
    if (answer !== undefined) this.#transaction.respond(answer);
    this.#release();
  }

  // What only a request without a final response needs.
  #release(): void {
    this.#request = undefined;
    this.#redirected = undefined;
    this.#stored = none;
    this.#rounds = none;
    this.#ways = undefined;
  }

  #nextRound(): void {
    const [round = [], ...others] = this.#rounds;
    this.#rounds = others;
    this.#begin(round);
  }

  // All branches stand before the first is started, so that one which fails at once is not taken for the last.
  #begin(round: readonly Ways[]): void {
    const begun = round.flatMap(([first, ...others]) => {
      if (first === undefined) return [];
      const plan = first();
      const branch = new Branch(plan, this);
      if (others.length > 0) (this.#ways ??= new Map()).set(branch, others);
      return [{ plan, branch }];
    });
    this.#branches = [...this.#branches, ...begun.map(({ branch }) => branch)];
    for (const { branch, plan } of begun) branch.start(plan);
  }

  /** Takes what a branch has come to; this and the next are for the branches alone. */
  outcome({ status, response }: Outcome, branch: Branch): void {
    const outcome = { status, response, branch, rounds: this.#recursion(status, response) };
    this.#machine.on(this.#eventOf(outcome), this.#asSeenUpstream(outcome));
    if (status < 200 || this.#branches.some(({ pending }) => pending)) return;
    this.#machine.on(this.#rounds.length > 0 ? 'round over' : 'all final');
  }

  /** Takes that a branch is over. */
  branchEnded(): void {
    if (this.#branches.every(({ over }) => over)) this.#machine.on('all ended');
  }

  // RFC 3261 §16.7 item 5: once somebody has declined or the caller gave up, nobody else is called.
  #recursion(status: number, response: Response | undefined): Rounds | undefined {
    if (status < 300 || status > 302 || response === undefined) return undefined;
    if (this.state !== 'Forwarding') return undefined;
    const rounds = this.#redirected?.(response) ?? [];
    return rounds.length === 0 ? undefined : rounds;
  }

  #asSeenUpstream(outcome: BranchOutcome): BranchOutcome {
    if (outcome.status !== 430 || this.#flowFailure === 430) return outcome;
    return { status: this.#flowFailure, branch: outcome.branch };
  }

  #eventOf({ status, branch, rounds }: BranchOutcome): ContextEvent {
    if (rounds !== undefined) return 'redirected';
    if (status < 200) return '101-199';
    if (status < 300) return this.#transaction.kind === 'invite-server' ? '2xx to INVITE' : '2xx';
    if (status >= 600) return '6xx';
    return (status === 408 || status === 430) && this.#ways?.has(branch) === true
      ? 'flow failed'
      : '300-599';
  }
}

const none: readonly never[] = [];

interface BranchOutcome extends Outcome {
  readonly branch: Branch;
  /** Where a 3xx leads that is followed. */
  readonly rounds?: Rounds | undefined;
}

// RFC 3326 §3.1: the phones that ring in vain learn whether somebody else has answered.
function reasonOf(status: number): readonly HeaderInit[] {
  const text = status < 300 ? ';text="Call completed elsewhere"' : '';
  return [['Reason', `SIP;cause=${status}${text}`]];
}

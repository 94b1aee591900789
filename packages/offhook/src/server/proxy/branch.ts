// One branch of a forwarded request: performs what its figure says.
import { Machine } from '@offhook/sip';
import type {
  Clock,
  Endpoint,
  Flow,
  MachineWork,
  RequestUser,
  SentRequest,
  Target,
} from '@offhook/sip';
import { replaceFirst, via } from '@offhook/sip/message';
import type { HeaderInit, Response } from '@offhook/sip/message';
import { assertionEdits } from './assertions.ts';
import type { Outcome } from './best-response.ts';
import { branchFigure } from './branch.figure.ts';
import type { BranchAction, BranchEvent, BranchState, BranchTimer } from './branch.figure.ts';
import type { ForwardedRequest } from './forward-request.ts';

/** A request that is ready for one target. */
export interface BranchPlan extends ForwardedRequest {
  readonly flow: Flow | undefined;
  /** What counts when it cannot be sent: 503 (RFC 3261 §16.9), or 430 when its flow is gone (RFC 5626 §5.3.1). */
  readonly unreachable: 503 | 430;
  /** False for an address to which it must not be sent. */
  readonly mayReach: (target: Target) => boolean;
  /** Ends its branch parameter, so that the request is known again (RFC 5393 §4.2.1). */
  readonly branchEnd: string | undefined;
}

/** The context that a branch belongs to. */
export interface BranchUser {
  readonly endpoint: Endpoint;
  /** Timer C in milliseconds. */
  readonly timerC: number;
  /** A 101-199, a final outcome, or a further 2xx of `branch`. */
  outcome(outcome: Outcome, branch: Branch): void;
  /** All transactions of a branch are in Terminated. */
  branchEnded(): void;
}

/** Sends one request and turns what becomes of it into outcomes. There are many, so it is itself its machine's work. */
export class Branch
  implements RequestUser, MachineWork<BranchState, BranchEvent, BranchAction, BranchTimer, Outcome>
{
  readonly #isInvite: boolean;
  readonly #unreachable: 503 | 430;
  readonly #user: BranchUser;
  readonly #machine: Machine<BranchState, BranchEvent, BranchAction, BranchTimer, Outcome>;
  #sent: SentRequest | undefined;
  #reason: readonly HeaderInit[] = none;

  constructor(plan: Pick<BranchPlan, 'request' | 'unreachable'>, user: BranchUser) {
    this.#isInvite = plan.request.method === 'INVITE';
    this.#unreachable = plan.unreachable;
    this.#user = user;
    this.#machine = new Machine(this, 'Calling');
  }

  /** True while no final outcome is known. */
  get pending(): boolean {
    const { state } = this.#machine;
    return state !== 'Completed' && state !== 'Terminated';
  }

  /** True once nothing more will come. */
  get over(): boolean {
    return this.#machine.state === 'Terminated';
  }

  /** Sends the request as planned, and keeps nothing of it. What goes wrong at once is told before this returns. */
  start({ request, nextHop, flow, branchEnd, mayReach }: BranchPlan): void {
    const way = flow === undefined ? { nextHop, branchEnd, mayReach } : { flow, branchEnd };
    this.#sent = this.#user.endpoint.send(request, way, this);
  }

  /** CANCEL, for INVITE, as soon as that is allowed (RFC 3261 §9.1); `reason` may be Reason rows (RFC 3326). */
  cancel(reason: readonly HeaderInit[]): void {
    if (!this.#isInvite) return;
    this.#reason = reason;
    this.#machine.on('cancel');
  }

  /** Stops timer C without telling anybody. */
  stop(): void {
    this.#machine.stop();
  }

  /** Takes a response; this and the next two are for the endpoint alone. */
  response(received: Response): void {
    // RFC 4320 §4.1: nothing provisional but 100 goes upstream for a request other than INVITE.
    if (received.status === 100 || (!this.#isInvite && received.status < 200)) {
      this.#machine.on('100');
      return;
    }
    // RFC 3261 §16.7 item 3.
    const response = received.with(replaceFirst('Via', undefined), ...assertionEdits(received));
    if (response.get(via) === undefined) this.#notForwardable(received);
    else this.#machine.on(eventOf(received.status), { status: received.status, response });
  }

  /** Takes that no response will come. */
  failed(status: 408 | 487 | 503): void {
    this.#machine.on('no response', { status: status === 503 ? this.#unreachable : status });
  }

  /** Takes that nothing more will come. */
  ended(): void {
    this.#machine.on('ended');
  }

  /** The figure; this and the next four are for the machine alone. */
  get figure(): typeof branchFigure {
    return branchFigure;
  }

  /** The endpoint's clock. */
  get clock(): Clock {
    return this.#user.endpoint.clock;
  }

  /** How long timer C runs, in milliseconds. */
  length(): number | undefined {
    return this.#isInvite ? this.#user.timerC : undefined;
  }

  /** Runs a timer's event in the endpoint's queue. */
  run(event: () => void): void {
    this.#user.endpoint.run(event);
  }

  // RFC 3261 §16.7 item 3: without a further Via it was meant for us and goes nowhere. A final one is still an end.
  #notForwardable(received: Response): void {
    this.#user.endpoint.log.warn('A response has no Via for the next hop', {
      callId: received.callId,
      status: received.status,
    });
    if (received.status < 200) this.#machine.on('100');
    else this.#machine.on('no response', { status: 502 });
  }

  /** Does one action of the figure. */
  perform(action: BranchAction, subject: Outcome | undefined): void {
    switch (action) {
      case 'to context':
        if (subject !== undefined) this.#user.outcome(subject, this);
        return;
      case '408 to context':
        return this.#user.outcome({ status: 408 }, this);
      case 'CANCEL sent':
        return this.#sent?.cancel(this.#reason);
      case 'context told of end':
        return this.#user.branchEnded();
    }
  }
}

const none: readonly never[] = [];

function eventOf(status: number): BranchEvent {
  if (status < 200) return '101-199';
  return status < 300 ? '2xx' : '300-699';
}

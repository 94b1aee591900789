// Whom a bridged call is for: the legs to their contacts, called round by round until one answers (RFC 3261 §16.6, §16.7).
import type { Progress, Rejection } from '@offhook/sip';
import type { HeaderInit, Request, Response } from '@offhook/sip/message';
import type { Failure, Session } from '@offhook/sip/session';
import { planRounds } from '../proxy/target.ts';
import type { PlannedTarget, ProxyTarget } from '../proxy/target.ts';
import { CalleeLeg } from './callee-leg.ts';
import type { JointMedia } from './joint-media.ts';
import type { PartyKind } from './party-kind.ts';
import { refusalFor } from './refusal.ts';
import type { CalleeOutcome } from './refusal.ts';
import type { HalfName } from './session-name.ts';
import type { BridgedTargets, GatewaySurroundings } from './surroundings.ts';

/** What a callee has come to. */
export interface CalleeNews {
  readonly callee: CalleeLeg;
  readonly progress?: Progress;
  readonly session?: Session;
  readonly failure?: Failure;
  readonly targets?: readonly ProxyTarget[];
}

/** What happened to one of them, as an event of the call. */
export type CalleeEvent = 'ringing' | 'answered' | 'refused' | 'declined' | 'redirected';

/** What they are called with. */
export interface CalleesOptions {
  /** Id of the call. */
  readonly call: string;
  readonly invite: Request;
  readonly surroundings: GatewaySurroundings;
  readonly media: JointMedia;
  readonly way: BridgedTargets;
  readonly breadth: number;
  /** The caller's half of the Session-ID. */
  readonly caller: () => HalfName | undefined;
  readonly take: (event: CalleeEvent, news: CalleeNews) => void;
  /** Whoever was called last has come to something. */
  readonly settled: () => void;
}

/** The callees of one call. */
export class Callees {
  readonly #options: CalleesOptions;
  #rounds: readonly (readonly PlannedTarget[])[];
  #all: readonly CalleeLeg[] = [];
  #outcomes: readonly CalleeOutcome[] = [];
  #made = 0;

  constructor(options: CalleesOptions) {
    this.#options = options;
    this.#rounds = planRounds(options.way.targets, options.breadth);
  }

  /** Every leg that was made. */
  get all(): readonly CalleeLeg[] {
    return this.#all;
  }

  /** True while one of them may still answer. */
  get areWaiting(): boolean {
    return this.#all.some(({ settled }) => !settled);
  }

  /** True when there are others to be called. */
  get hasMore(): boolean {
    return this.#rounds.length > 0;
  }

  /** Calls those whose turn it is. */
  nextRound(): void {
    const [round = [], ...others] = this.#rounds;
    this.#rounds = others;
    // All legs stand before the first is started, so that one which fails at once is not taken for the last.
    const begun = round.flatMap(({ ways }) => {
      const [first, ...left] = ways;
      return first === undefined ? [] : [this.#make(first, left)];
    });
    for (const callee of begun) callee.start();
    this.#options.settled();
  }

  /** These are called next. */
  follow(targets: readonly ProxyTarget[]): void {
    this.#rounds = [...planRounds(targets, this.#options.breadth), ...this.#rounds];
  }

  /** Takes their INVITEs back, but for one. */
  callOff(except: CalleeLeg | undefined, reasons: readonly HeaderInit[]): void {
    for (const callee of this.#all) if (callee !== except) callee.callOff(reasons);
  }

  /** One was not had: it counts when none is. */
  keep({ error, end }: Failure): void {
    const status = error.status ?? end.status ?? 480;
    this.#outcomes = [...this.#outcomes, { status, response: error.response, cause: error }];
  }

  /** What the caller is told when none of them was had. */
  get refusal(): Rejection {
    return refusalFor(this.#outcomes);
  }

  #make(target: ProxyTarget, left: readonly ProxyTarget[], kind?: PartyKind): CalleeLeg {
    const { take } = this.#options;
    this.#made += 1;
    const party = `callee-${this.#made}`;
    const callee = new CalleeLeg({ ...this.#options, party, target, kind });
    this.#all = [...this.#all, callee];
    const { events } = callee.outgoing;
    events.on('progress', (progress) => take('ringing', { callee, progress }));
    events.on('session', (session) => {
      callee.settled = true;
      take('answered', { callee, session });
    });
    events.on('failed', (failure) => {
      callee.settled = true;
      this.#failed(callee, failure, left);
      this.#options.settled();
    });
    return callee;
  }

  #failed(callee: CalleeLeg, failure: Failure, left: readonly ProxyTarget[]): void {
    const { take } = this.#options;
    const { end, error } = failure;
    const [next, ...others] = left;
    // RFC 5626 §7: another flow of the same phone is tried when this one has failed.
    const flowFailed = end.cause === 'timeout' || end.cause === 'unreachable' || end.status === 430;
    if (next !== undefined && flowFailed) {
      this.#make(next, others).start();
      return;
    }
    // Not all who register over a WebSocket are browsers: one that takes no WebRTC is asked once more, plainly.
    if (error.response?.status === 488 && callee.leg.profile.kind === 'webrtc') {
      this.#make(callee.target, left, 'rtp').start();
      return;
    }
    const targets = this.#redirected(error.response);
    if (targets.length > 0) take('redirected', { callee, failure, targets });
    else take((error.response?.status ?? 0) < 600 ? 'refused' : 'declined', { callee, failure });
  }

  #redirected(response: Response | undefined): readonly ProxyTarget[] {
    if (response === undefined || response.status < 300 || response.status > 302) return [];
    return this.#options.way.redirected(response);
  }
}

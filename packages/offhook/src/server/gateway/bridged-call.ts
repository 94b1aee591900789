// One call between parties that speak unlike: the caller's dialog, those of its callees, and the bridge between (RFC 7092 §3.2).
import { Emitter, Machine } from '@offhook/sip';
import type { InviteServer, Progress, SessionEnd } from '@offhook/sip';
import type { HeaderInit, Response } from '@offhook/sip/message';
import { parseSdp } from '@offhook/sip/sdp';
import { IncomingSession, sdpOf } from '@offhook/sip/session';
import type { Failure, Received, Session } from '@offhook/sip/session';
import type { PlannedTarget, ProxyTarget } from '../proxy/target.ts';
import { planRounds } from '../proxy/target.ts';
import { bridgedFigure } from './bridged-call.figure.ts';
import type { BridgedAction, BridgedEvent, BridgedState } from './bridged-call.figure.ts';
import { CalleeLeg } from './callee-leg.ts';
import { JointMedia } from './joint-media.ts';
import { Leg } from './legs.ts';
import { callerKind } from './party-kind.ts';
import { refusalFor } from './refusal.ts';
import type { CalleeOutcome } from './refusal.ts';
import type { BridgedTargets, GatewaySurroundings } from './surroundings.ts';

/** What a bridged call tells. */
export interface BridgedCallEvents {
  /** Both legs are answered. */
  bridged: undefined;
  /** Everything of it is gone. */
  over: undefined;
}

/** What a bridged call is made of. */
export interface BridgedCallOptions {
  readonly id: string;
  readonly surroundings: GatewaySurroundings;
  readonly invite: Received & { readonly transaction: InviteServer };
  readonly way: BridgedTargets;
  readonly breadth: number;
}

interface Subject {
  readonly callee?: CalleeLeg;
  readonly progress?: Progress;
  readonly session?: Session;
  readonly failure?: Failure;
  readonly end?: SessionEnd;
  readonly targets?: readonly ProxyTarget[];
}

/** The id of the call to which the session of a leg belongs. */
export function callOf(session: string): string {
  return session.split('/')[0] ?? session;
}

/** Joins one caller to whoever of its callees answers first. */
export class BridgedCall {
  readonly id: string;
  readonly events: Emitter<BridgedCallEvents>;
  readonly incoming: IncomingSession;
  readonly caller: Leg;
  readonly #options: BridgedCallOptions;
  readonly #media: JointMedia;
  readonly #machine: Machine<BridgedState, BridgedEvent, BridgedAction, never, Subject>;
  #rounds: (readonly PlannedTarget[])[];
  #callees: readonly CalleeLeg[] = [];
  #callee: CalleeLeg | undefined;
  #outcomes: readonly CalleeOutcome[] = [];
  #callerOver = false;
  /** The status that the caller heard last, and the one with which it will hear media. */
  #ringing: number | undefined;
  #sounding: number | undefined;
  #made = 0;

  constructor(options: BridgedCallOptions) {
    const { id, surroundings, invite, way } = options;
    const { endpoint } = surroundings.sessions;
    this.#options = options;
    this.id = id;
    this.events = new Emitter(endpoint.log);
    this.#rounds = [...planRounds(way.targets, options.breadth)];
    const profile = { kind: callerKind(invite.request, way.incoming) };
    const offer = sdpOf(invite.request);
    const parsed = offer === undefined ? undefined : parseSdp(offer);
    this.#media = new JointMedia({
      bridge: surroundings.engine.open(),
      profile,
      offer: parsed?.ok === true ? parsed.value : undefined,
      sounds: () => endpoint.run(() => this.#machine.on('sounds')),
    });
    const { caller: media } = this.#media;
    this.caller = new Leg({ id: `${id}/caller`, profile, media, flow: way.incoming }, surroundings);
    this.incoming = new IncomingSession({
      id: this.caller.id,
      surroundings: this.caller.surroundings,
      request: invite.request,
      transaction: invite.transaction,
      flow: invite.flow,
      openMedia: () => media,
    });
    this.#machine = new Machine({
      figure: bridgedFigure,
      start: 'Calling',
      clock: endpoint.clock,
      length: () => undefined,
      perform: (action, subject) => endpoint.guard(() => this.#perform(action, subject ?? {})),
      run: (event) => endpoint.run(event),
    });
    this.#followCaller();
    const broken = this.#media.bridge.on('broken', ({ party, reason }) =>
      endpoint.run(() => this.#broken(party, reason)),
    );
    this.events.on('over', broken);
  }

  get state(): BridgedState {
    return this.#machine.state;
  }

  /** The leg that has the call, once it is answered. */
  get callee(): Leg | undefined {
    return this.#callee?.leg;
  }

  /** Calls the first of its callees. */
  start(): void {
    this.#nextRound();
  }

  /** Ends it, whatever it is doing. */
  hangUp(reasons: readonly HeaderInit[] = []): void {
    for (const leg of this.legs) if (leg.reasons.length === 0) leg.reasons = reasons;
    this.#machine.on('hang up');
  }

  /** The leg at the other end of the call. */
  other(leg: Leg): Leg | undefined {
    return leg === this.caller ? this.callee : this.caller;
  }

  /** All its legs: the caller's, and those of all whom it was for. */
  get legs(): readonly Leg[] {
    return [this.caller, ...this.#callees.map(({ leg }) => leg)];
  }

  #followCaller(): void {
    const { caller, incoming } = this;
    caller.negotiateBy(incoming);
    const over = (): void => {
      this.#callerOver = true;
      this.#machine.on('caller over');
      this.#look();
    };
    incoming.events.on('ended', over);
    incoming.events.on('session', (session) => {
      caller.answeredBy(session, over);
      this.#machine.on('caller answered');
    });
  }

  #perform(action: BridgedAction, subject: Subject): void {
    const { incoming, caller } = this;
    switch (action) {
      case 'ring caller':
        return this.#ring(subject.progress);
      case 'let caller hear':
        return incoming.preview(this.#sounding === undefined ? {} : { status: this.#sounding });
      case 'accept caller':
        if (subject.callee !== undefined && subject.session !== undefined)
          this.#answered(subject.callee, subject.session);
        return undefined;
      case 'refuse caller':
        return incoming.reject(refusalFor(this.#outcomes));
      case 'keep refusal':
        this.#keep(subject.failure);
        return undefined;
      case 'follow':
        if (subject.targets !== undefined)
          this.#rounds.unshift(...planRounds(subject.targets, this.#options.breadth));
        return undefined;
      case 'next round':
        return this.#nextRound();
      case 'call off others':
        return this.#callOff(subject.callee, elsewhere(subject));
      case 'call off all':
        return this.#callOff(undefined, caller.reasons);
      case 'hang up callee':
        (this.#callee?.leg.session ?? subject.session)?.hangUp(caller.reasons);
        return undefined;
      case 'hang up caller':
        return this.#hangUpCaller(subject.end);
      case 'tell of bridge':
        return this.events.emit('bridged', undefined);
      case 'close media':
        this.#media.close().catch(() => undefined);
        return this.events.emit('over', undefined);
    }
  }

  // A 180 of each fork would tell the caller that there are several. What brings media is told when the bridge has it.
  #ring(progress: Progress | undefined): void {
    if (progress === undefined) return;
    const { status, media } = progress;
    if (media && !this.#media.caller.isTold) this.#sounding = status;
    else if (status !== this.#ringing) {
      this.#ringing = status;
      this.incoming.ring({ status });
    }
  }

  #answered(callee: CalleeLeg, session: Session): void {
    this.#callee = callee;
    callee.leg.answeredBy(session, (end) => {
      this.#machine.on('callee over', { end });
      this.#look();
    });
    this.#media.join(callee.leg.media);
    this.incoming.accept();
  }

  #hangUpCaller(end?: SessionEnd): void {
    const headers = this.#callee?.leg.reasons ?? this.caller.reasons;
    const status = end?.cause === 'media' ? 488 : 480;
    if (this.caller.session === undefined) this.incoming.reject({ status, headers });
    else this.caller.session.hangUp(headers);
  }

  #keep(failure: Failure | undefined): void {
    if (failure === undefined) return;
    const { end, error } = failure;
    this.#outcomes = [
      ...this.#outcomes,
      { status: error.status ?? end.status ?? 480, response: error.response, cause: error },
    ];
  }

  #callOff(except: CalleeLeg | undefined, reasons: readonly HeaderInit[]): void {
    for (const callee of this.#callees) if (callee !== except) callee.callOff(reasons);
  }

  #nextRound(): void {
    const [round = [], ...others] = this.#rounds;
    this.#rounds = others;
    const begun = round.flatMap(({ ways }) => {
      const [first, ...left] = ways;
      return first === undefined ? [] : [this.#make(first, left)];
    });
    for (const callee of begun) callee.start();
    this.#look();
  }

  #make(target: ProxyTarget, left: readonly ProxyTarget[]): CalleeLeg {
    this.#made += 1;
    const callee = new CalleeLeg({
      party: `callee-${this.#made}`,
      call: this.id,
      invite: this.#options.invite.request,
      surroundings: this.#options.surroundings,
      media: this.#media,
      target,
    });
    this.#callees = [...this.#callees, callee];
    const { events } = callee.outgoing;
    events.on('progress', (progress) => this.#machine.on('ringing', { callee, progress }));
    events.on('session', (session) => {
      callee.settled = true;
      this.#machine.on('answered', { callee, session });
    });
    events.on('failed', (failure) => {
      callee.settled = true;
      this.#failed(callee, failure, left);
    });
    return callee;
  }

  #failed(callee: CalleeLeg, failure: Failure, left: readonly ProxyTarget[]): void {
    const { end, error } = failure;
    const [next, ...others] = left;
    // RFC 5626 §7: another flow of the same phone is tried when this one has failed.
    const flowFailed = end.cause === 'timeout' || end.cause === 'unreachable' || end.status === 430;
    if (next !== undefined && flowFailed && this.state === 'Calling') {
      this.#make(next, others).start();
      return;
    }
    const { response } = error;
    const targets = this.#redirected(response);
    if (targets.length > 0) this.#machine.on('redirected', { callee, failure, targets });
    else if ((response?.status ?? 0) >= 600) this.#machine.on('declined', { callee, failure });
    else this.#machine.on('refused', { callee, failure });
    this.#look();
  }

  #redirected(response: Response | undefined): readonly ProxyTarget[] {
    if (response === undefined || response.status < 300 || response.status > 302) return [];
    return this.state === 'Calling' ? this.#options.way.redirected(response) : [];
  }

  // What follows from all legs together.
  #look(): void {
    const waiting = this.#callees.some(({ settled }) => !settled);
    if (waiting) return;
    if (this.state === 'Calling' || this.state === 'Declining')
      this.#machine.on(this.#rounds.length > 0 ? 'round over' : 'all refused');
    const over = this.#callees.every(({ leg }) => isOver(leg));
    if (this.#callerOver && over) this.#machine.on('all over');
  }

  #broken(party: string, reason: string): void {
    const text = reason.replaceAll(/[^\x20-\x7e]|["\\]/g, "'").slice(0, 100);
    this.#options.surroundings.sessions.endpoint.log.warn('The media of a bridged call broke', {
      call: this.id,
      party,
      reason,
    });
    this.hangUp([['Reason', `SIP;cause=500;text="${text}"`]]);
  }
}

function isOver({ session }: Leg): boolean {
  return session === undefined || session.state === 'Ended';
}

// RFC 3326 §3.1: the phones that ring in vain learn whether somebody else has answered.
function elsewhere({ session }: Subject): readonly HeaderInit[] {
  return [
    session === undefined
      ? ['Reason', 'SIP;cause=603']
      : ['Reason', 'SIP;cause=200;text="Call completed elsewhere"'],
  ];
}

// One call between parties that speak unlike: the caller's dialog, those of its callees, and the bridge between (RFC 7092 §3.2).
import { Emitter, Machine } from '@offhook/sip';
import type { Flow, InviteServer, Progress, SessionEnd } from '@offhook/sip';
import type { HeaderInit, Request } from '@offhook/sip/message';
import { parseSdp } from '@offhook/sip/sdp';
import type { SessionDescription } from '@offhook/sip/sdp';
import { IncomingSession, restoreSession, sdpOf } from '@offhook/sip/session';
import type { Received, Session } from '@offhook/sip/session';
import type { Bridge, PartyProfile } from '../../media/bridge.ts';
import { bridgedFigure } from './bridged-call.figure.ts';
import type {
  BridgedAction,
  BridgedEvent,
  BridgedState,
  BridgedTimer,
} from './bridged-call.figure.ts';
import type { CalleeLeg } from './callee-leg.ts';
import { Callees } from './callees.ts';
import type { CalleeNews } from './callees.ts';
import { JointMedia } from './joint-media.ts';
import { passInfo, passKey } from './keys.ts';
import { Leg } from './leg.ts';
import { callerKind } from './party-kind.ts';
import { HalfName } from './session-name.ts';
import type { CallSnapshot, LegSnapshot } from './snapshot.ts';
import type { BridgedTargets, GatewaySurroundings } from './surroundings.ts';

/** An INVITE that waits for an answer. */
export type Invited = Received & { readonly transaction: InviteServer };

/** What a bridged call tells. */
export interface BridgedCallEvents {
  /** Both legs are answered. */
  bridged: undefined;
  /** A leg has agreed on something anew, and so may be reached elsewhere, or is another. */
  changed: undefined;
  /** Everything of it is gone. */
  over: undefined;
}

/** How a call begins. */
export interface Beginning {
  readonly invite: Invited;
  readonly way: BridgedTargets;
  readonly breadth: number;
}

/** What a bridged call is made of. */
export interface BridgedCallOptions {
  readonly id: string;
  readonly surroundings: GatewaySurroundings;
  readonly bridge: Bridge;
  /** An INVITE, or what was written down when the last run ended without a word. */
  readonly from: Beginning | CallSnapshot;
}

type Subject = Partial<CalleeNews> & { readonly end?: SessionEnd };

/** Joins one caller to whoever of its callees answers first. */
export class BridgedCall {
  readonly id: string;
  readonly events: Emitter<BridgedCallEvents>;
  readonly #surroundings: GatewaySurroundings;
  readonly #media: JointMedia;
  /** Of a call that began in this run: the caller's INVITE, and whom it is for. */
  readonly #incoming: IncomingSession | undefined;
  readonly #callees: Callees | undefined;
  readonly #machine: Machine<BridgedState, BridgedEvent, BridgedAction, BridgedTimer, Subject>;
  #caller: Leg;
  #callee: Leg | undefined;
  /** Legs that have taken another's place, or want to. */
  #takers: readonly Leg[] = [];
  /** The status that the caller heard last, and the one with which it will hear media. */
  #ringing: number | undefined;
  #sounding: number | undefined;

  constructor(options: BridgedCallOptions) {
    const { id, surroundings, bridge, from } = options;
    const begun = 'invite' in from ? from : undefined;
    const { endpoint } = surroundings.sessions;
    this.id = id;
    this.events = new Emitter(endpoint.log);
    this.#surroundings = surroundings;
    this.#media = new JointMedia({
      bridge,
      profile: 'invite' in from ? profileOf(from) : from.caller,
      offer: begun && offerOf(begun.invite.request),
      sounds: () => endpoint.run(() => this.#machine.on('sounds')),
    });
    this.#machine = new Machine({
      figure: bridgedFigure,
      start: begun === undefined ? 'Waiting' : 'Calling',
      clock: endpoint.clock,
      length: () => returnMilliseconds,
      perform: (action, subject) => endpoint.guard(() => this.#perform(action, subject ?? {})),
      run: (event) => endpoint.run(event),
    });
    this.#caller = this.#callerLeg('invite' in from ? from.way.incoming : from.caller);
    if ('invite' in from) {
      this.#caller.name.read(from.invite.request);
      this.#incoming = this.#invited(this.#caller, from.invite);
      this.#incoming.events.on('session', () => this.#machine.on('caller answered'));
      this.#callees = this.#calleesOf(from);
    } else this.#callee = this.#restore(from);
    this.#followMedia();
  }

  get state(): BridgedState {
    return this.#machine.state;
  }

  get caller(): Leg {
    return this.#caller;
  }

  /** The leg of who has the call, once it is answered. */
  get callee(): Leg | undefined {
    return this.#callee;
  }

  /** All its legs: the caller's, those of all whom it was for, and who took their places. */
  get legs(): readonly Leg[] {
    const called = this.#callees?.all.map(({ leg }) => leg) ?? [];
    const all = [this.#caller, this.#callee, ...called, ...this.#takers];
    return [...new Set(all)].filter((leg) => leg !== undefined);
  }

  /** The leg at the other end of the call. */
  other(leg: Leg): Leg | undefined {
    return leg === this.#caller ? this.#callee : this.#caller;
  }

  /** Calls the first of its callees; the caller's INVITE comes back. */
  start(): IncomingSession {
    if (this.#incoming === undefined) throw new TypeError('The call has begun before');
    this.#callees?.nextRound();
    return this.#incoming;
  }

  /** Ends it, whatever it is doing. */
  hangUp(reasons: readonly HeaderInit[] = []): void {
    for (const leg of this.legs) if (leg.reasons.length === 0) leg.reasons = reasons;
    this.#machine.on('hang up');
  }

  /** RFC 3891 §3: whoever sent this INVITE takes the place of `leg`, once both others agree. */
  takeOver(leg: Leg, invite: Invited): IncomingSession {
    const taker = this.#taker(leg, invite);
    const session = this.#invited(taker, invite);
    this.#takers = [...this.#takers, taker];
    session.events.on('session', () => {
      this.#media.replaced(leg.media, taker.media);
      if (leg === this.#caller) this.#caller = taker;
      else this.#callee = taker;
      leg.session?.hangUp();
      this.#machine.on('all back');
    });
    session.accept();
    return session;
  }

  /** The connection of a party is gone, or its media is; it may come back. */
  lost(leg: Leg, what: 'flow' | 'media'): void {
    leg.lacks.add(what);
    if (leg === this.#caller) this.#machine.on('caller lost');
    else if (leg === this.#callee) this.#machine.on('callee lost');
  }

  /** A party was heard from. */
  back(leg: Leg, what: 'flow' | 'media'): void {
    if (!leg.lacks.delete(what)) return;
    if (this.#caller.lacks.size + (this.#callee?.lacks.size ?? 0) === 0)
      this.#machine.on('all back');
  }

  #callerLeg(known: LegSnapshot | Flow): Leg {
    const { caller: media } = this.#media;
    // Until somebody answers, whom the caller talks to has a name of ours.
    const nobody = new HalfName(this.#surroundings.sessions.endpoint.random);
    const other = (): HalfName => this.#callee?.name ?? nobody;
    const shared = { id: `${this.id}/caller`, media, other };
    const init =
      'seed' in known
        ? { ...shared, profile: known, flow: undefined, instance: known.instance }
        : { ...shared, profile: this.#media.profile, flow: known };
    return new Leg(init, this.#surroundings);
  }

  #calleesOf({ invite, way, breadth }: Beginning): Callees {
    return new Callees({
      ...{ call: this.id, invite: invite.request, surroundings: this.#surroundings, way, breadth },
      media: this.#media,
      caller: () => this.#caller.name,
      take: (event, news) => this.#machine.on(event, news),
      settled: () => this.#look(),
    });
  }

  // A browser is missed until it is heard: its connection is gone, and so is its media.
  #restore({ caller, callee: known }: CallSnapshot): Leg {
    const party = 'callee-1';
    const media = this.#media.add(party, known);
    const other = (): HalfName => this.#caller.name;
    const { instance } = known;
    const callee = new Leg(
      { id: `${this.id}/${party}`, profile: known, media, flow: undefined, instance, other },
      this.#surroundings,
    );
    this.#media.join(media);
    for (const [leg, { seed }] of [
      [this.#caller, caller],
      [callee, known],
    ] as const) {
      const { id, surroundings } = leg;
      leg.media.resume();
      if (leg.profile.kind === 'webrtc') leg.lacks.add('media');
      this.#answeredBy(leg, restoreSession({ id, surroundings, seed, negotiator: leg.media }));
    }
    return callee;
  }

  #followMedia(): void {
    const { bridge } = this.#media;
    const { endpoint } = this.#surroundings.sessions;
    const legOf = (party: string): Leg | undefined =>
      this.legs.find(({ media }) => media.party === party);
    const offs = [
      bridge.on('broken', ({ party, reason }) =>
        endpoint.run(() => this.#broken(legOf(party), reason)),
      ),
      bridge.on('silent', ({ party }) => endpoint.run(() => this.#silent(party))),
      bridge.on('key', ({ party, key }) =>
        endpoint.run(() => {
          const leg = legOf(party);
          if (leg !== undefined) passKey(key, this.other(leg), this.#media.bridge);
        }),
      ),
    ];
    for (const off of offs) this.events.on('over', off);
  }

  #taker(leg: Leg, { request, flow }: Invited): Leg {
    const profile = { kind: callerKind(request, flow) };
    const party = `taker-${this.#takers.length + 1}`;
    const media = this.#media.take(leg.media, party, profile);
    const isIn = (): boolean => taker === this.#caller || taker === this.#callee;
    const other = (): HalfName | undefined => this.other(isIn() ? taker : leg)?.name;
    const id = `${this.id}/${party}`;
    const taker: Leg = new Leg({ id, profile, media, flow, other }, this.#surroundings);
    taker.name.read(request);
    return taker;
  }

  #invited(leg: Leg, { request, transaction, flow }: Invited): IncomingSession {
    const { id, media, surroundings } = leg;
    const openMedia = (): Leg['media'] => media;
    const session = new IncomingSession({
      ...{ id, surroundings, request, transaction, flow, openMedia },
    });
    leg.negotiateBy(session);
    session.events.on('ended', (end) => {
      // What was never opened is not closed by its session.
      void media.close();
      this.#over(leg, end);
    });
    session.events.on('session', (answered) => this.#answeredBy(leg, answered));
    return session;
  }

  #answeredBy(leg: Leg, session: Session): void {
    const { bridge } = this.#media;
    leg.answeredBy(session);
    session.infos.on((info) => passInfo(info, this.other(leg), bridge));
    session.events.on('agreement', () => this.events.emit('changed', undefined));
    // RFC 4916 §4.3: who a party is now, the other is told where it hears of such changes.
    session.events.on('renamed', () =>
      this.other(leg)?.session?.rename(session.dialog.remoteParty),
    );
    session.events.on('ended', (end) => {
      this.#surroundings.ended(session.dialog);
      this.#over(leg, end);
    });
  }

  #over(leg: Leg, end: SessionEnd): void {
    leg.over = true;
    if (leg === this.#caller) this.#machine.on('caller over', { end });
    else if (leg === this.#callee) this.#machine.on('callee over', { end });
    this.#look();
  }

  #perform(action: BridgedAction, subject: Subject): void {
    const { callee, session, failure, targets } = subject;
    switch (action) {
      case 'ring caller':
        return this.#ring(subject.progress);
      case 'let caller hear':
        return this.#incoming?.preview(
          this.#sounding === undefined ? {} : { status: this.#sounding },
        );
      case 'accept caller':
        return callee && session && this.#answered(callee, session);
      case 'refuse caller':
        return this.#callees && this.#incoming?.reject(this.#callees.refusal);
      case 'keep refusal':
        return failure && this.#callees?.keep(failure);
      case 'follow':
        return targets && this.#callees?.follow(targets);
      case 'next round':
        return this.#callees?.nextRound();
      case 'call off others':
        return this.#callees?.callOff(callee, elsewhere(subject));
      case 'call off all':
        return this.#callees?.callOff(undefined, this.#caller.reasons);
      case 'hang up callee':
        return (this.#callee?.session ?? session)?.hangUp(this.#caller.reasons);
      case 'hang up caller':
        return this.#hangUpCaller(subject.end);
      case 'tell of bridge':
        return this.events.emit('bridged', undefined);
      case 'tell of loss':
        return this.#surroundings.sessions.endpoint.log.info('A party of a bridged call is gone', {
          call: this.id,
        });
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
      this.#incoming?.ring({ status });
    }
  }

  #answered({ leg }: CalleeLeg, session: Session): void {
    this.#callee = leg;
    this.#answeredBy(leg, session);
    this.#media.join(leg.media);
    this.#incoming?.accept();
  }

  #hangUpCaller(end: SessionEnd | undefined): void {
    const headers = this.#callee?.reasons ?? this.#caller.reasons;
    const status = end?.cause === 'media' ? 488 : 480;
    if (this.#caller.session === undefined) this.#incoming?.reject({ status, headers });
    else this.#caller.session.hangUp(headers);
  }

  // What follows from all legs together.
  #look(): void {
    if (this.#callees?.areWaiting === true) return;
    if (this.state === 'Calling' || this.state === 'Declining')
      this.#machine.on(this.#callees?.hasMore === true ? 'round over' : 'all refused');
    // A callee that was refused or called off never had a session.
    const callers = new Set([this.#caller, ...this.#takers]);
    const isOver = (leg: Leg): boolean =>
      leg.over || (leg.session === undefined && !callers.has(leg));
    if (this.legs.every(isOver)) this.#machine.on('all over');
  }

  // A party that is gone without a BYE, or the way from it: nobody would ever end the call.
  #silent(party: string): void {
    this.#surroundings.sessions.endpoint.log.warn(
      'Nothing is heard of a party, its call is ended',
      {
        ...{ call: this.id, party },
      },
    );
    this.#machine.on('hang up');
  }

  #broken(leg: Leg | undefined, reason: string): void {
    if (leg === undefined) return;
    const { party } = leg.media;
    this.#surroundings.sessions.endpoint.log.warn('The media of a bridged call broke', {
      ...{ call: this.id, party, reason },
    });
    this.lost(leg, 'media');
  }
}

/** How long a party may be gone that was in the call (reliability, X09). */
const returnMilliseconds = 60_000;

/** The id of the call to which the session of a leg belongs. */
export function callOf(session: string): string {
  return session.split('/')[0] ?? session;
}

function profileOf({ invite, way }: Beginning): PartyProfile {
  return { kind: callerKind(invite.request, way.incoming) };
}

function offerOf(invite: Request): SessionDescription | undefined {
  const text = sdpOf(invite);
  const parsed = text === undefined ? undefined : parseSdp(text);
  return parsed?.ok === true ? parsed.value : undefined;
}

// RFC 3326 §3.1: the phones that ring in vain learn whether somebody else has answered.
function elsewhere({ session }: Subject): readonly HeaderInit[] {
  return [
    session === undefined
      ? ['Reason', 'SIP;cause=603']
      : ['Reason', 'SIP;cause=200;text="Call completed elsewhere"'],
  ];
}

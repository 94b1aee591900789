// Which call an observation belongs to: legs by their Call-IDs, calls by the names that their legs share.
import type { Observation } from '@offhook/sip';
import type { DomainOf } from '../location/aor.ts';
import { callIdIn, factsOf } from './facts.ts';
import type { MessageFacts } from './facts.ts';
import { legsKnown, legsOfCall } from './limits.ts';

/** All that has one Call-ID. */
export interface Leg {
  readonly id: number;
  readonly callId: string;
  call: KnownCall;
  /** Its newest lines, which are not written yet, and their characters. */
  lines: string[];
  characters: number;
  /** When the first of them came, on the clock's `now()`. */
  since: number;
  /** Characters that are written. */
  stored: number;
  /** True when the database has it as it is. */
  isWritten: boolean;
}

/** Who tells: the system's own tap, a page of a user, or an agent that captures elsewhere. */
export type Witness = 'system' | 'page' | 'agent';

/** What is known of a call while it goes on. */
export interface KnownCall {
  readonly id: number;
  readonly legs: Set<Leg>;
  /** Of our domain. */
  readonly users: Set<string>;
  /** Whose word counts. */
  witness: Witness;
  method: string;
  from: string;
  to: string;
  startedAt: number;
  endedAt: number;
  messages: number;
  status: number | undefined;
  isOver: boolean;
  /** True when its row is as it is here. */
  isWritten: boolean;
  /** True when its summary tells of all its lines. */
  isTold: boolean;
}

/** True for what is no call, such as a registration. */
export function isExchange({ method }: KnownCall): boolean {
  return method !== 'INVITE' && method !== '';
}

/** True for what is no call of ours: of what only others tell there may be without end. */
export function yields(call: KnownCall): boolean {
  return isExchange(call) || call.witness === 'agent';
}

/** Where calls are that are in memory no more. */
export interface Archive {
  /** The leg of a Call-ID with its call and that call's other legs; undefined when it was never seen. */
  find(callId: string): Leg | undefined;
  /** The next free number of a leg or a call. */
  next(of: 'leg' | 'call'): number;
  /** Two calls turned out to be one. */
  merged(into: KnownCall, gone: KnownCall): void;
  /** A call is about to be forgotten here: what its legs hold must be written. */
  leaving(call: KnownCall): void;
}

/** Knows the legs that were heard of last. */
export class Ledger {
  readonly #archive: Archive;
  readonly #domainOf: DomainOf;
  /** The one that was idle for longest comes first. */
  readonly #legs = new Map<string, Leg>();
  /** The last of them: most of what comes is of the leg before. */
  #newest: Leg | undefined;
  /** Legs by endpoint and session, for records that name no Call-ID. */
  readonly #sessions = new Map<string, Leg>();
  /** The leg that was last heard of by a name that the legs of its call share. */
  readonly #joins = new Map<string, Leg>();
  /** Legs by the connection that their messages go over. */
  readonly #flows = new Map<string, Set<Leg>>();

  constructor(archive: Archive, domainOf: DomainOf) {
    this.#archive = archive;
    this.#domainOf = domainOf;
  }

  /** The legs that are known. */
  get legs(): Iterable<Leg> {
    return this.#legs.values();
  }

  /** The legs that an observation is about: none, one, or those on a connection. */
  legsOf(observation: Observation, witness: Witness): readonly Leg[] {
    switch (observation.kind) {
      case 'message': {
        const facts = factsOf(observation.text, this.#domainOf);
        const callId = facts?.callId ?? callIdIn(observation.text);
        if (callId === undefined) return [];
        const leg = this.leg(callId);
        if (facts !== undefined) this.#believe(leg, facts, { at: observation.at, witness });
        if (observation.protocol !== 'UDP') this.#onFlow(observation, leg);
        return [leg];
      }
      case 'dropped': {
        const callId = callIdIn(observation.text);
        const leg = callId === undefined ? undefined : this.known(callId);
        return leg === undefined ? [] : [leg];
      }
      case 'transaction':
      case 'dialog':
      case 'subscription':
        return [this.leg(observation.callId)];
      case 'session': {
        const leg = this.leg(observation.callId);
        remember(this.#sessions, `${observation.endpoint} ${observation.id}`, leg);
        return [leg];
      }
      case 'offer-answer':
      case 'media': {
        const leg = this.#sessions.get(`${observation.endpoint} ${observation.session}`);
        return leg === undefined ? [] : [this.leg(leg.callId)];
      }
      case 'flow': {
        const legs = [...(this.#flows.get(flowKey(observation)) ?? [])];
        if (observation.event !== 'opened') this.#flows.delete(flowKey(observation));
        return legs.filter(({ call }) => !call.isOver).map(({ callId }) => this.leg(callId));
      }
      case 'registration':
        return [];
    }
  }

  /** The leg of a Call-ID, made when there was none. */
  leg(callId: string): Leg {
    if (this.#newest?.callId === callId) return this.#newest;
    const known = this.known(callId) ?? this.#newLeg(callId);
    this.#legs.delete(callId);
    this.#legs.set(callId, known);
    this.#newest = known;
    this.#forgetIdlest();
    return known;
  }

  /** The leg of a Call-ID, as far as it was ever heard of. */
  known(callId: string): Leg | undefined {
    const known = this.#legs.get(callId);
    if (known !== undefined) return known;
    const found = this.#archive.find(callId);
    if (found === undefined) return undefined;
    for (const leg of found.call.legs) this.#legs.set(leg.callId, leg);
    this.#forgetIdlest();
    return found;
  }

  #newLeg(callId: string): Leg {
    const call: KnownCall = {
      ...{ id: this.#archive.next('call'), legs: new Set(), users: new Set() },
      witness: 'system',
      ...{ method: '', from: '', to: '', startedAt: 0, endedAt: 0, messages: 0 },
      ...{ status: undefined, isOver: false, isWritten: false, isTold: false },
    };
    const leg: Leg = {
      ...{ id: this.#archive.next('leg'), callId, call, lines: [], characters: 0 },
      ...{ since: 0, stored: 0, isWritten: false },
    };
    call.legs.add(leg);
    return leg;
  }

  // How a call goes and who takes part in it the system itself knows best; others are believed where it saw nothing.
  #believe(
    leg: Leg,
    facts: MessageFacts,
    { at, witness }: { readonly at: number; readonly witness: Witness },
  ): void {
    const { call } = leg;
    if (call.method === '' || witness === 'system') call.witness = witness;
    if (call.witness !== witness) return;
    this.#learn(leg, witness === 'page' ? { ...facts, users: [], joins: [] } : facts, at);
  }

  #learn(leg: Leg, facts: MessageFacts, at: number): void {
    const isFirst = leg.call.method === '';
    for (const user of facts.users) leg.call.users.add(user);
    this.#join(leg, facts);
    const { call } = leg;
    call.messages += 1;
    call.endedAt = Math.max(call.endedAt, at);
    if (isFirst && call.method === '') {
      call.method = facts.method;
      call.startedAt = at;
    }
    // What follows another says nothing of who calls whom.
    if (call.from === '') {
      call.from = facts.from;
      call.to = facts.to;
    }
    const isFinal = facts.status !== undefined && facts.status >= 200;
    if (isFinal && facts.method === call.method) {
      call.status = facts.status;
      call.isOver = call.method !== 'INVITE' || (facts.status ?? 0) >= 300;
    }
    if (facts.method === 'BYE') call.isOver = true;
  }

  // Names can be guessed or copied: a stranger's call with the name of another is no leg of it, or it would show him that call.
  #join(leg: Leg, { joins }: MessageFacts): void {
    for (const name of joins) {
      const other = (this.#legs.get(name) ?? this.#joins.get(name))?.callId;
      const call = other === undefined ? undefined : this.known(other)?.call;
      const isKin = call === undefined || [...leg.call.users].some((user) => call.users.has(user));
      if (!isKin) continue;
      remember(this.#joins, name, leg);
      const legs = leg.call.legs.size + (call?.legs.size ?? 0);
      if (call !== undefined && call !== leg.call && legs <= legsOfCall)
        this.#merge(call, leg.call);
    }
  }

  #merge(one: KnownCall, other: KnownCall): void {
    const isEarlier = one.startedAt <= other.startedAt || other.method === '';
    const [into, gone] = isEarlier ? [one, other] : [other, one];
    for (const leg of gone.legs) {
      leg.call = into;
      leg.isWritten = false;
      into.legs.add(leg);
    }
    for (const user of gone.users) into.users.add(user);
    into.messages += gone.messages;
    into.endedAt = Math.max(into.endedAt, gone.endedAt);
    this.#archive.merged(into, gone);
  }

  #onFlow(message: { readonly endpoint: string; readonly flow: string }, leg: Leg): void {
    const flow = flowKey(message);
    const legs = this.#flows.get(flow) ?? new Set();
    legs.delete(leg);
    legs.add(leg);
    if (legs.size > legsOnFlow) for (const eldest of legs) if (legs.delete(eldest)) break;
    remember(this.#flows, flow, legs);
  }

  /** Of more than may be known those that were idle for longest. */
  #forgetIdlest(): void {
    for (const { callId, call } of this.#legs.values()) {
      if (this.#legs.size <= legsKnown) return;
      this.#archive.leaving(call);
      this.#newest = undefined;
      this.#legs.delete(callId);
      // With all legs of its call, so that a call is known here whole or not at all.
      for (const leg of call.legs) this.#legs.delete(leg.callId);
    }
  }
}

function flowKey({ endpoint, flow }: { readonly endpoint: string; readonly flow: string }): string {
  return `${endpoint} ${flow}`;
}

/** Legs that learn of it when their connection closes. */
const legsOnFlow = 50;

function remember<Value>(map: Map<string, Value>, name: string, value: Value): void {
  map.delete(name);
  map.set(name, value);
  if (map.size <= legsKnown) return;
  for (const eldest of map.keys()) {
    map.delete(eldest);
    return;
  }
}

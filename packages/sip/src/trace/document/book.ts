// All that is known of many calls at once: what is captured or observed goes in, lists of calls and documents come out.
import type { Observation } from '../../base/tap.ts';
import type { Captured, CapturedProblem } from '../capture/captured.ts';
import { gistOf } from '../correlate/gist.ts';
import { addressText } from '../correlate/parties.ts';
import { explain, judge } from '../explain/explain.ts';
import type { Explanation } from '../explain/explanation.ts';
import { PathTable } from '../stream/path-table.ts';
import { StreamTable } from '../stream/table.ts';
import { Bindings, usersIn } from './bindings.ts';
import { buildDocument, withMedia } from './build.ts';
import type { CallDocument, StreamDocument } from './document.ts';
import { keep, newDossier, unite } from './dossier.ts';
import type { Dossier, Joint } from './dossier.ts';
import { Joining } from './joining.ts';
import { hintsIn, placesOf } from './places.ts';
import { summarise } from './summary.ts';
import type { CallSummary } from './summary.ts';

/** How much a book keeps. */
export interface BookOptions {
  /** Characters of text that are kept of all calls together, with 200 for each observation; 200 million unless said. Of older calls just the line stays. */
  readonly size?: number;
  /** How many calls are kept whole; 20,000 unless said. */
  readonly calls?: number;
  /** When given, only calls with these Call-IDs are kept: for reading a large file once more. */
  readonly only?: ReadonlySet<string> | undefined;
}

/** When something was said of a call; it holds as long as nothing is added. */
interface Moment {
  /** Changes of the call, and datagrams of all calls. */
  readonly revision: number;
  /** How long was looked for what follows its last message: timers that fire without one. */
  readonly until: number;
  /** Whether more will be known with time alone. */
  readonly awaits: boolean;
}

/** A call as it was last asked for. */
interface Told extends Moment {
  readonly document: CallDocument;
  explanation: Explanation | undefined;
}

/** A call as it was last listed; none when it has no message. */
interface Listed extends Moment {
  readonly lines: readonly CallSummary[];
}

/** How long after its last message a call still belongs to what happens on its connection, in milliseconds. */
const lingering = 40_000;

/** How many lines of calls are kept that are not kept whole. */
const mostLines = 200_000;

/** How many documents are kept that somebody asked for; they take many times what they are made of. */
const mostTold = 32;

/** How many connections are remembered, and how many calls of each. */
const flowLimits = { flows: 20_000, calls: 64 } as const;

/** Sorts what happens by call. Memory is bounded; what it forgets, it keeps the line of. */
export class TraceBook {
  readonly #options: Required<Omit<BookOptions, 'only'>> & Pick<BookOptions, 'only'>;
  /** By Call-ID; the legs of a call share one. In the order of the last touch. */
  readonly #dossiers = new Map<string, Dossier>();
  readonly #order = new Set<Dossier>();
  readonly #lines = new Map<string, CallSummary>();
  readonly #told = new Map<Dossier, Told>();
  readonly #listed = new WeakMap<Dossier, Listed>();
  readonly #sessions = new Map<string, string>();
  /** The calls that were last seen on a connection. */
  readonly #flows = new Map<string, Set<Dossier>>();
  /** The call with the REGISTER that each endpoint touched last. */
  readonly #registering = new Map<string, Dossier>();
  readonly #joining = new Joining();
  readonly #bindings = new Bindings();
  readonly #streams = new StreamTable();
  readonly #paths = new PathTable();
  #datagrams = 0;
  #size = 0;
  #frames = 0;
  #latest = 0;

  constructor(options: BookOptions = {}) {
    this.#options = {
      size: options.size ?? 200_000_000,
      calls: options.calls ?? 20_000,
      only: options.only,
    };
  }

  /** Takes one thing of a capture. */
  add(item: Captured): void {
    switch (item.kind) {
      case 'observation':
        this.#take(item.frame, item.observation);
        break;
      case 'problem':
        this.#problem(item);
        this.#datagrams += 1;
        this.#paths.problem(item);
        break;
      case 'datagram':
        this.#datagrams += 1;
        this.#streams.add(item);
        this.#paths.add(item);
        break;
    }
  }

  /** Takes an observation of our own tap; records are numbered as they come. */
  observe(observation: Observation): void {
    this.#frames += 1;
    this.#take(this.#frames, observation);
  }

  /** A line for each call, the earliest first. */
  get calls(): readonly CallSummary[] {
    const lines = [...this.#lines.values(), ...[...this.#order].flatMap((one) => this.#line(one))];
    return lines.toSorted((one, other) => one.startedAt - other.startedAt);
  }

  /** How many calls are known. */
  get size(): number {
    return this.#order.size + this.#lines.size;
  }

  /** RTP streams of which no SDP of any call tells, in the order of their beginning. */
  get strayStreams(): readonly StreamDocument[] {
    return this.#streams.unannounced;
  }

  /** All RTP streams, whosever they are, in the order of their beginning. */
  get streams(): readonly StreamDocument[] {
    return this.#streams.all;
  }

  /** The call that has this Call-ID in one of its legs; undefined when it is unknown, or was too long ago. */
  document(callId: string): CallDocument | undefined {
    const dossier = this.#dossiers.get(callId);
    return dossier === undefined ? undefined : this.#tell(dossier).document;
  }

  /** What is said of that call. */
  explanation(callId: string): Explanation | undefined {
    const dossier = this.#dossiers.get(callId);
    if (dossier === undefined) return undefined;
    const told = this.#tell(dossier);
    return (told.explanation ??= explain(told.document));
  }

  /** The observations of that call in the order in which they came, for those who keep or send them on. */
  observations(callId: string): readonly Observation[] {
    return this.#dossiers.get(callId)?.kept.map(({ observation }) => observation) ?? [];
  }

  /** The frames of those observations. */
  frames(callId: string): ReadonlyMap<Observation, number> {
    const kept = this.#dossiers.get(callId)?.kept ?? [];
    return new Map(kept.map(({ frame, observation }) => [observation, frame]));
  }

  #take(frame: number, observation: Observation): void {
    this.#latest = Math.max(this.#latest, observation.at);
    const dossier = this.#dossierOf(frame, observation);
    if (dossier !== undefined) {
      this.#keep(dossier, frame, observation);
      this.#order.delete(dossier);
      this.#order.add(dossier);
      const { endpoint } = observation;
      if (dossier.registers.has(endpoint)) put(this.#registering, endpoint, dossier, 20_000);
      this.#shrink();
    }
  }

  #keep(dossier: Dossier, frame: number, observation: Observation): void {
    const before = dossier.size;
    keep(dossier, { frame, observation });
    this.#size += dossier.size - before;
  }

  #dossierOf(frame: number, observation: Observation): Dossier | undefined {
    switch (observation.kind) {
      case 'message':
        return this.#ofMessage(frame, observation);
      case 'transaction':
      case 'dialog':
      case 'subscription':
        return this.#of(observation.callId, observation.at);
      case 'session':
        this.#name(`${observation.endpoint} ${observation.id}`, observation.callId);
        return this.#of(observation.callId, observation.at);
      case 'offer-answer':
      case 'media': {
        const callId = this.#sessions.get(`${observation.endpoint} ${observation.session}`);
        return callId === undefined ? undefined : this.#dossiers.get(callId);
      }
      case 'registration':
        return this.#registering.get(observation.endpoint);
      case 'flow':
      case 'dropped': {
        const key = flowKey(observation);
        const on = [...(this.#flows.get(key) ?? [])].filter(
          ({ lastAt }) => observation.at - lastAt <= lingering,
        );
        // One connection carries many calls: each of them is told.
        for (const one of on.slice(0, -1)) this.#keep(one, frame, observation);
        return on.at(-1);
      }
    }
  }

  #ofMessage(frame: number, seen: Extract<Observation, { kind: 'message' }>): Dossier | undefined {
    const gist = gistOf(seen.text);
    if (gist === undefined) return undefined;
    if (gist.about === 'REGISTER' && gist.status !== undefined) this.#bindings.learn(frame, seen);
    // Of all calls, also of those that are not kept: whose media it is shows at both.
    for (const hint of hintsIn(seen.text)) this.#streams.learn(hint);
    // What its machines told before may be here: it begins with its first message.
    const isNew = (this.#dossiers.get(gist.callId)?.messages ?? 0) === 0;
    const dossier = this.#of(gist.callId, seen.at);
    if (dossier === undefined) return undefined;
    const joined = isNew
      ? this.#joining.begins(gist.callId, seen)
      : this.#joining.goesOn(gist.callId, seen);
    const whole = joined === undefined ? dossier : this.#join(dossier, joined.callId, joined);
    this.#seenOn(flowKey(seen), whole);
    return whole;
  }

  #seenOn(key: string, dossier: Dossier): void {
    const on = this.#flows.get(key) ?? new Set();
    on.delete(dossier);
    on.add(dossier);
    dossier.flows.add(key);
    for (const eldest of on) {
      if (on.size <= flowLimits.calls) break;
      on.delete(eldest);
      eldest.flows.delete(key);
    }
    const forgotten = put(this.#flows, key, on, flowLimits.flows);
    for (const [eldest, calls] of forgotten) for (const one of calls) one.flows.delete(eldest);
  }

  #join(leg: Dossier, callId: string, joint: Joint): Dossier {
    const first = this.#dossiers.get(callId);
    if (first === undefined || first === leg || first.legs.size >= 32) return leg;
    this.#size -= first.size + leg.size;
    unite(first, leg, joint);
    this.#size += first.size;
    this.#drop(leg);
    for (const callId of leg.legs.keys()) this.#dossiers.set(callId, first);
    for (const key of leg.flows) this.#seenOn(key, first);
    for (const endpoint of leg.registers) this.#registering.set(endpoint, first);
    return first;
  }

  #of(callId: string, at: number): Dossier | undefined {
    const known = this.#dossiers.get(callId);
    if (known !== undefined) return known;
    const { only } = this.#options;
    if (only !== undefined && !only.has(callId)) return undefined;
    const dossier = newDossier(callId, at);
    for (const leg of dossier.legs.keys()) this.#dossiers.set(leg, dossier);
    this.#order.add(dossier);
    return dossier;
  }

  #name(session: string, callId: string): void {
    put(this.#sessions, session, callId, 50_000);
  }

  #problem(problem: CapturedProblem): void {
    const { source, destination } = problem;
    if (source === undefined || destination === undefined) return;
    for (const dossier of this.#flows.get(pairKey(source, destination)) ?? []) {
      if (problem.at - dossier.lastAt > lingering || dossier.problems.length >= 200) continue;
      dossier.problems.push(problem);
      dossier.revision += 1;
    }
  }

  #tell(dossier: Dossier): Told {
    const moment = this.#momentOf(dossier);
    const known = this.#told.get(dossier);
    if (known !== undefined && holds(known, moment)) return known;
    const document = this.#build(dossier, moment.until);
    const told = { ...moment, awaits: awaits(document), document, explanation: undefined };
    put(this.#told, dossier, told, mostTold);
    return told;
  }

  #momentOf({ revision, lastAt }: Dossier): Omit<Moment, 'awaits'> {
    return {
      revision: revision + this.#datagrams,
      until: Math.min(Math.max(this.#latest, lastAt), lastAt + lingering),
    };
  }

  #build(dossier: Dossier, until: number): CallDocument {
    const signalling = buildDocument(dossier, until);
    const places = placesOf(signalling);
    return withMedia(
      signalling,
      this.#streams.of(places),
      this.#paths.of(places),
      this.#bindings.of(usersIn(signalling), signalling.endedAt),
    );
  }

  #line(dossier: Dossier): readonly CallSummary[] {
    const moment = this.#momentOf(dossier);
    const known = this.#listed.get(dossier);
    if (known !== undefined && holds(known, moment)) return known.lines;
    const told = this.#told.get(dossier);
    const document =
      told !== undefined && holds(told, moment)
        ? told.document
        : this.#build(dossier, moment.until);
    const lines = document.messages.length === 0 ? [] : [summarise(document, judge(document))];
    this.#listed.set(dossier, { ...moment, awaits: awaits(document), lines });
    return lines;
  }

  /** The idlest calls keep only their line. */
  #shrink(): void {
    while (this.#order.size > 1) {
      const [idlest] = this.#order;
      if (idlest === undefined) return;
      if (this.#size <= this.#options.size && this.#order.size <= this.#options.calls) return;
      for (const line of this.#line(idlest)) put(this.#lines, line.id, line, mostLines);
      this.#drop(idlest);
      this.#size -= idlest.size;
    }
  }

  /** Takes a dossier out of all tables. */
  #drop(dossier: Dossier): void {
    this.#order.delete(dossier);
    this.#told.delete(dossier);
    for (const callId of dossier.legs.keys()) this.#dossiers.delete(callId);
    for (const key of dossier.flows) this.#flows.get(key)?.delete(dossier);
    for (const endpoint of dossier.registers)
      if (this.#registering.get(endpoint) === dossier) this.#registering.delete(endpoint);
  }
}

/** Whether what was said then can be said now. */
function holds(then: Moment, now: Omit<Moment, 'awaits'>): boolean {
  return then.revision === now.revision && (then.until === now.until || !then.awaits);
}

/** Whether timers still run in machines that are inferred: more will be known of them with time alone. */
function awaits({ transactions }: CallDocument): boolean {
  return transactions.some(({ machines }) =>
    machines.some(
      ({ source, timers }) => source === 'inferred' && timers.some(({ to }) => to === undefined),
    ),
  );
}

/** Where an observation was made: the two addresses of a capture, or the flow of an endpoint. */
function flowKey(seen: Extract<Observation, { kind: 'message' | 'flow' | 'dropped' }>): string {
  if (seen.endpoint !== '' || seen.kind === 'dropped') return `${seen.endpoint} ${seen.flow}`;
  return pairKey(seen.local, seen.remote);
}

function pairKey(
  one: { readonly host: string; readonly port: number },
  other: { readonly host: string; readonly port: number },
): string {
  const [a, b] = [addressText(one), addressText(other)].toSorted();
  return `${a} ${b}`;
}

/** Puts an entry at the end of a table; returns those that had to go for it. */
function put<Key, Value>(
  map: Map<Key, Value>,
  key: Key,
  value: Value,
  limit: number,
): readonly (readonly [Key, Value])[] {
  map.delete(key);
  map.set(key, value);
  const gone: [Key, Value][] = [];
  for (const eldest of map) {
    if (map.size <= limit) break;
    map.delete(eldest[0]);
    gone.push(eldest);
  }
  return gone;
}

// All that is known of many calls at once: what is captured or observed goes in, lists of calls and documents come out.
import type { Observation } from '../../base/tap.ts';
import type { Captured, CapturedProblem } from '../capture/captured.ts';
import { gistOf } from '../correlate/gist.ts';
import { addressText } from '../correlate/parties.ts';
import type { Explanation } from '../explain/explanation.ts';
import type { CallDocument, StreamDocument } from './document.ts';
import { keep, newDossier, unite } from './dossier.ts';
import type { Dossier, Joint } from './dossier.ts';
import { Joining } from './joining.ts';
import { PastCalls } from './past-calls.ts';
import { hintsIn } from './places.ts';
import { lingering, Sayings } from './sayings.ts';
import { Shelf } from './shelf.ts';
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

/** How many connections are remembered, and how many calls of each. */
const flowLimits = { flows: 20_000, calls: 64 } as const;

/** How often it is looked for calls that have been silent for long, in milliseconds. */
const settlingPeriod = 1000;

/** Sorts what happens by call. Memory is bounded; what it forgets, it keeps the line of. */
export class TraceBook {
  readonly #options: Required<Omit<BookOptions, 'only'>> & Pick<BookOptions, 'only'>;
  /** By Call-ID; the legs of a call share one. */
  readonly #dossiers = new Map<string, Dossier>();
  readonly #shelf = new Shelf();
  readonly #past = new PastCalls();
  readonly #sayings = new Sayings();
  readonly #sessions = new Map<string, string>();
  /** The calls that were last seen on a connection. */
  readonly #flows = new Map<string, Set<Dossier>>();
  /** The call with the REGISTER that each endpoint touched last. */
  readonly #registering = new Map<string, Dossier>();
  readonly #joining = new Joining();
  /** When it is looked for silent calls next. */
  #settlesAt = 0;
  #frames = 0;

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
        this.#sayings.problem(item);
        break;
      case 'datagram':
        this.#sayings.hear(item);
        break;
    }
  }

  /** Takes an observation of our own tap; records are numbered as they come. */
  observe(observation: Observation): void {
    this.#frames += 1;
    this.#take(this.#frames, observation);
  }

  /** Tells how far the capture was read, which may be later than anything in it that concerns a call. */
  watched(at: number): void {
    this.#sayings.latest = Math.max(this.#sayings.latest, at);
  }

  /** A line for each call, the earliest first. */
  get calls(): readonly CallSummary[] {
    for (const dossier of this.#shelf.all) this.#list(dossier);
    return this.listed;
  }

  /** The lines that are made by now, the earliest first: some may be of a moment ago, and of the newest calls there is none yet. */
  get listed(): readonly CallSummary[] {
    const kept = this.#shelf.all.flatMap(({ listed }) => listed?.line ?? []);
    return [...this.#past.lines, ...kept].toSorted((one, other) => one.startedAt - other.startedAt);
  }

  /**
   * Makes the lines of calls that changed, one by one, and gives how many are still to be made: who reads a large capture tells
   * by it how far it is, and does other things between.
   */
  *list(): Generator<number> {
    const { changed } = this.#shelf;
    for (const dossier of changed) {
      this.#list(dossier);
      yield changed.size;
    }
  }

  /** How many calls are known. */
  get size(): number {
    return this.#shelf.count + this.#past.count;
  }

  /** Calls of which not even the line is kept, because there were too many. */
  get forgotten(): number {
    return this.#past.forgotten;
  }

  /** RTP streams of which no SDP of any call tells, in the order of their beginning. */
  get strayStreams(): readonly StreamDocument[] {
    return this.#sayings.streams.unannounced;
  }

  /** All RTP streams, whosever they are, in the order of their beginning. */
  get streams(): readonly StreamDocument[] {
    return this.#sayings.streams.all;
  }

  /** The call that has this Call-ID in one of its legs; undefined when it is unknown, or was too long ago. */
  document(callId: string): CallDocument | undefined {
    const dossier = this.#dossiers.get(callId);
    return dossier && this.#sayings.document(dossier);
  }

  /** Whether all of that call is kept that was taken. */
  isWhole(callId: string): boolean {
    const dossier = this.#dossiers.get(callId);
    return dossier !== undefined && dossier.before === undefined;
  }

  /** What is said of that call. */
  explanation(callId: string): Explanation | undefined {
    const dossier = this.#dossiers.get(callId);
    return dossier && this.#sayings.explanation(dossier);
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
    this.#sayings.latest = Math.max(this.#sayings.latest, observation.at);
    const dossier = this.#dossierOf(frame, observation);
    if (dossier === undefined) return;
    this.#keep(dossier, frame, observation);
    const { endpoint } = observation;
    if (dossier.registers.has(endpoint)) put(this.#registering, endpoint, dossier, 20_000);
    this.#settle();
    this.#shrink();
  }

  #keep(dossier: Dossier, frame: number, observation: Observation): void {
    const before = dossier.size;
    keep(dossier, { frame, observation });
    this.#shelf.change(dossier, dossier.size - before);
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
    if (gist.about === 'REGISTER' && gist.status !== undefined)
      this.#sayings.bindings.learn(frame, seen);
    // Of all calls, also of those that are not kept: whose media it is shows at both.
    for (const hint of hintsIn(seen.text)) this.#sayings.streams.learn(hint);
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
    const first = this.#past.has(callId)
      ? this.#of(callId, leg.startedAt)
      : this.#dossiers.get(callId);
    if (first === undefined || first === leg || first.legs.size >= 32) return leg;
    const before = first.size;
    unite(first, leg, joint);
    this.#drop(leg);
    this.#shelf.change(first, first.size - before);
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
    const dossier = newDossier(callId, at, this.#past.take(callId));
    for (const leg of dossier.legs.keys()) this.#dossiers.set(leg, dossier);
    this.#shelf.change(dossier, 0);
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
      this.#shelf.change(dossier, 0);
    }
  }

  #list(dossier: Dossier): CallSummary | undefined {
    const line = this.#sayings.line(dossier);
    this.#shelf.list(dossier, line?.over ?? false);
    return line;
  }

  /** Calls that have been silent for long get their line now, so that the end of a long capture does not have to make them all. */
  #settle(): void {
    const { latest } = this.#sayings;
    // Whoever wants some calls alone wants them whole.
    if (this.#options.only !== undefined || latest < this.#settlesAt) return;
    this.#settlesAt = latest + settlingPeriod;
    for (const dossier of this.#shelf.changed) {
      if (latest - dossier.lastAt <= lingering) return;
      this.#list(dossier);
    }
  }

  /** The first to go keep only their line. */
  #shrink(): void {
    const { size, calls } = this.#options;
    const shelf = this.#shelf;
    while (shelf.count > 1 && (shelf.size > size || shelf.count > calls)) {
      const { next } = shelf;
      if (next === undefined) return;
      const line = this.#list(next);
      if (line !== undefined) this.#past.add({ line, legs: next.legs });
      this.#drop(next);
    }
  }

  /** Takes a dossier out of all tables. */
  #drop(dossier: Dossier): void {
    this.#shelf.remove(dossier);
    this.#sayings.forget(dossier);
    for (const callId of dossier.legs.keys()) this.#dossiers.delete(callId);
    for (const key of dossier.flows) this.#flows.get(key)?.delete(dossier);
    for (const endpoint of dossier.registers)
      if (this.#registering.get(endpoint) === dossier) this.#registering.delete(endpoint);
  }
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

// All that is known of many calls at once: what is captured or observed goes in, lists of calls and documents come out.
import type { Observation } from '../../base/tap.ts';
import type { Captured, CapturedProblem } from '../capture/captured.ts';
import { gistOf } from '../correlate/gist.ts';
import { addressText } from '../correlate/parties.ts';
import { explain } from '../explain/explain.ts';
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
  /** Characters of message text that are kept of all calls together; 200 million unless said. Of older calls just the line stays. */
  readonly size?: number;
  /** How many calls are kept whole; 20,000 unless said. */
  readonly calls?: number;
  /** When given, only calls with these Call-IDs are kept: for reading a large file once more. */
  readonly only?: ReadonlySet<string> | undefined;
}

/** What is said of a call, as long as nothing is added to it. */
interface Told {
  /** Changes of the call, and datagrams of all calls, when it was told. */
  readonly revision: number;
  /** How long was looked for what follows its last message: timers that fire without one. */
  readonly until: number;
  readonly document: CallDocument;
  readonly explanation: Explanation;
}

/** How long after its last message a call still belongs to what happens on its connection, in milliseconds. */
const lingering = 40_000;

/** After so many calls that were let go the connections are looked through. */
const sweepAfter = 500;

/** How many lines of calls are kept that are not kept whole. */
const mostLines = 200_000;

/** Sorts what happens by call. Memory is bounded; what it forgets, it keeps the line of. */
export class TraceBook {
  readonly #options: Required<Omit<BookOptions, 'only'>> & Pick<BookOptions, 'only'>;
  /** By Call-ID; the legs of a call share one. In the order of the last touch. */
  readonly #dossiers = new Map<string, Dossier>();
  readonly #order = new Set<Dossier>();
  readonly #lines = new Map<string, CallSummary>();
  readonly #told = new WeakMap<Dossier, Told>();
  readonly #sessions = new Map<string, string>();
  /** The calls that were last seen on a connection. */
  readonly #flows = new Map<string, Set<Dossier>>();
  readonly #joining = new Joining();
  readonly #bindings = new Bindings();
  readonly #streams = new StreamTable();
  readonly #paths = new PathTable();
  #datagrams = 0;
  #size = 0;
  /** How many calls were let go. */
  #gone = 0;
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
    return dossier === undefined ? undefined : this.#tell(dossier).explanation;
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
      const before = dossier.size;
      keep(dossier, { frame, observation });
      this.#size += dossier.size - before;
      this.#order.delete(dossier);
      this.#order.add(dossier);
      this.#shrink();
    }
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
        return [...this.#order].findLast((one) =>
          one.kept.some(
            (kept) =>
              kept.observation.kind === 'message' &&
              kept.observation.endpoint === observation.endpoint &&
              kept.observation.text.includes(' REGISTER'),
          ),
        );
      case 'flow':
      case 'dropped': {
        const key = flowKey(observation);
        const on = [...(this.#flows.get(key) ?? [])].filter(
          (one) => this.#order.has(one) && observation.at - one.lastAt <= lingering,
        );
        // One connection carries many calls: each of them is told.
        for (const one of on.slice(0, -1)) keep(one, { frame: this.#frames, observation });
        return on.at(-1);
      }
    }
  }

  #ofMessage(frame: number, seen: Extract<Observation, { kind: 'message' }>): Dossier | undefined {
    const gist = gistOf(seen.text);
    if (gist === undefined) return undefined;
    if (gist.about === 'REGISTER' && gist.status !== undefined) this.#bindings.learn(frame, seen);
    // What its machines told before may be here: it begins with its first message.
    const isNew = (this.#dossiers.get(gist.callId)?.size ?? 0) === 0;
    const dossier = this.#of(gist.callId, seen.at);
    if (dossier === undefined) return undefined;
    const joined = isNew
      ? this.#joining.begins(gist.callId, seen)
      : this.#joining.goesOn(gist.callId, seen);
    const whole = joined === undefined ? dossier : this.#join(dossier, joined.callId, joined);
    const key = flowKey(seen);
    const on = this.#flows.get(key) ?? new Set();
    on.delete(whole);
    on.add(whole);
    for (const eldest of on) {
      if (on.size <= 64) break;
      on.delete(eldest);
    }
    put(this.#flows, key, on, 20_000);
    for (const hint of hintsIn(seen.text)) this.#streams.learn(hint);
    return whole;
  }

  #join(leg: Dossier, callId: string, joint: Joint): Dossier {
    const first = this.#dossiers.get(callId);
    if (first === undefined || first === leg || first.legs.size >= 32) return leg;
    const isLate = leg.kept.length > 0;
    unite(first, leg, joint);
    this.#order.delete(leg);
    for (const own of leg.legs.keys()) this.#dossiers.set(own, first);
    if (isLate) for (const on of this.#flows.values()) if (on.delete(leg)) on.add(first);
    return first;
  }

  #of(callId: string, at: number): Dossier | undefined {
    const known = this.#dossiers.get(callId);
    if (known !== undefined) return known;
    const { only } = this.#options;
    if (only !== undefined && !only.has(callId)) return undefined;
    const dossier = newDossier(callId, at);
    this.#dossiers.set(callId, dossier);
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
      const isLate = !this.#order.has(dossier) || problem.at - dossier.lastAt > lingering;
      if (isLate || dossier.problems.length >= 200) continue;
      dossier.problems.push(problem);
      dossier.revision += 1;
    }
  }

  #tell(dossier: Dossier): Told {
    const revision = dossier.revision + this.#datagrams;
    const { lastAt } = dossier;
    const until = Math.min(Math.max(this.#latest, lastAt), lastAt + lingering);
    const known = this.#told.get(dossier);
    if (known?.revision === revision && (known.until === until || !awaits(known.document)))
      return known;
    const signalling = buildDocument(dossier, until);
    const places = placesOf(signalling);
    const document = withMedia(
      signalling,
      this.#streams.of(places),
      this.#paths.of(places),
      this.#bindings.of(usersIn(signalling), signalling.endedAt),
    );
    const told = { revision, until, document, explanation: explain(document) };
    this.#told.set(dossier, told);
    return told;
  }

  #line(dossier: Dossier): readonly CallSummary[] {
    const { document, explanation } = this.#tell(dossier);
    return document.messages.length === 0 ? [] : [summarise(document, explanation)];
  }

  /** The idlest calls keep only their line. */
  /** Takes the calls that are not kept any more off the connections: in one walk for many, since there are many connections. */
  #sweep(): void {
    for (const on of this.#flows.values()) {
      for (const one of on) if (!this.#order.has(one)) on.delete(one);
    }
  }

  #shrink(): void {
    while (this.#order.size > 1) {
      const [idlest] = this.#order;
      if (idlest === undefined) return;
      if (this.#size <= this.#options.size && this.#order.size <= this.#options.calls) return;
      for (const line of this.#line(idlest)) put(this.#lines, line.id, line, mostLines);
      this.#order.delete(idlest);
      for (const callId of idlest.legs.keys()) this.#dossiers.delete(callId);
      this.#size -= idlest.size;
      this.#gone += 1;
      if (this.#gone % sweepAfter === 0) this.#sweep();
    }
  }
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

function put<Value>(map: Map<string, Value>, key: string, value: Value, limit: number): void {
  map.delete(key);
  map.set(key, value);
  for (const eldest of map.keys()) {
    if (map.size <= limit) return;
    map.delete(eldest);
  }
}

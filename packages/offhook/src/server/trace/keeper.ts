// Keeps traces: what comes is grouped by call, written, shown to who looks on, explained when it is over, and ends by its age.
import type { Clock, Observation } from '@offhook/sip';
import type { DomainOf } from '../location/aor.ts';
import type { Engine } from '../storage/engine.ts';
import { StorageError } from '../storage/errors.ts';
import type { ToldError } from '../storage/messages.ts';
import { Archive, summaryOf, tellSummary } from './archive.ts';
import { Devices } from './devices.ts';
import { gapsIn, keepGap } from './gaps.ts';
import { Ledger } from './ledger.ts';
import type { KnownCall, Leg } from './ledger.ts';
import { diskReserve, gatherMilliseconds } from './limits.ts';
import { keptLine, withoutSecrets } from './lines.ts';
import type { SeenMessage } from './lines.ts';
import type {
  Answers,
  CallQuery,
  DeviceEvent,
  FoundCalls,
  FromTracer,
  Question,
  TraceGap,
  TraceLimits,
  TraceWish,
} from './messages.ts';
import { PageReports } from './page-reports.ts';
import { prune } from './prune.ts';
import { limitOf, searchCalls } from './search.ts';
import { explainedSummary, plainSummary } from './summary.ts';
import { Viewers } from './viewers.ts';

/** What a keeper is made of. */
export interface KeeperOptions {
  readonly engine: Engine;
  readonly limits: TraceLimits;
  readonly domainOf: DomainOf;
  readonly clock: Clock;
  readonly tell: (message: FromTracer) => void;
  /** Octets that are free on the disk of the file. */
  readonly free: () => number;
  /** Gets each message of the system, as it is kept. */
  readonly tellOn?: ((message: SeenMessage) => void) | undefined;
}

/** How long a call is quiet before it is explained: one that is over, and one that goes on, in milliseconds. */
const quiet: { readonly over: number; readonly going: number } = { over: 2_000, going: 60_000 };
/**
 * What explaining takes of a tick as long as nobody asks for it, in milliseconds: a twentieth of the time, less what writing took.
 * While calls are many they are written, and explained when it is quieter.
 */
const explainingPerTick = 12;
/** What it takes while somebody waits for a search by fault: what comes meanwhile waits too. */
const explainingPerSearch = 1_000;
/** Calls that wait to be explained; of more the eldest are when somebody looks at them. */
const mostUnexplained = 20_000;
/** Lines of a call that are explained. */
const linesExplained = 20_000;
const pruneMilliseconds = 60_000;

/** Traces end before the disk is full: a registration may need what is left. */
export const noRoom: ToldError = {
  code: 'STORAGE_FULL',
  text: `less than ${diskReserve / 1_000_000} MB are free on its disk`,
};

/** Keeps traces in an open file. */
export class Keeper {
  readonly #clock: Clock;
  readonly #limits: TraceLimits;
  readonly #tell: (message: FromTracer) => void;
  readonly #teller: KeeperOptions['tellOn'];
  readonly #free: () => number;
  readonly #archive: Archive;
  readonly #ledger: Ledger;
  readonly #devices: Devices;
  readonly #viewers = new Viewers();
  readonly #reports: PageReports;
  /** Calls to explain, and when something of them came last; the one that was heard of last at the end. */
  readonly #unexplained = new Map<KnownCall, number>();
  /** The last of them. */
  #newest: KnownCall | undefined;
  /** Milliseconds that writing took since the last tick. */
  #writing = 0;
  #pruneAt: number;
  /** Since when nothing can be written, and how much was lost. */
  #trouble: { since: number; records: number } | undefined;

  constructor({ engine, limits, domainOf, clock, free, tell, tellOn }: KeeperOptions) {
    this.#free = free;
    this.#teller = tellOn;
    this.#clock = clock;
    this.#limits = limits;
    this.#tell = tell;
    this.#archive = new Archive(engine);
    this.#ledger = new Ledger(this.#archive, domainOf);
    this.#reports = new PageReports(this.#ledger, domainOf);
    this.#devices = new Devices(this.#archive);
    this.#pruneAt = clock.now();
  }

  /** Notes what became of devices. */
  note(events: readonly DeviceEvent[]): void {
    for (const event of events) this.#devices.note(event);
  }

  /** Notes a time in which not all came here. */
  keepGap(gap: TraceGap): void {
    keepGap(this.#archive, gap);
  }

  /** Takes what the system observed, in its order, as the main thread sends it: a line of JSON each. */
  take(lines: string): void {
    this.#write(() => {
      for (const line of lines.split('\n')) this.#observe(observationOf(line), 'system', line);
    });
  }

  /** Takes what was observed, in its order. */
  observe(observations: readonly Observation[], witness: 'system' | 'agent' = 'system'): void {
    this.#write(() => {
      for (const observation of observations) this.#observe(observation, witness);
    });
  }

  /** What is to be done now and then: some times a second. */
  tick(): void {
    const now = this.#clock.now();
    const { since } = this.#archive;
    if (since !== undefined && now - since >= gatherMilliseconds) this.#flush();
    this.#explainSome(now, explainingPerTick - this.#writing);
    this.#writing = 0;
    if (now < this.#pruneAt) return;
    const isMore = prune(this.#archive, this.#limits, this.#clock.wall());
    this.#pruneAt = isMore ? now : now + pruneMilliseconds;
  }

  /** The answer to a question. */
  ask(question: Question): Answers[keyof Answers] {
    switch (question.kind) {
      case 'calls':
        return this.#find(question.query);
      case 'lines':
        return this.#lines(question.wish);
      case 'report': {
        const { observations, ...answer } = this.#reports.read(question.report);
        this.#write(() => {
          for (const { observation, legs } of observations) this.#keep(legs, keptLine(observation));
        });
        return answer;
      }
      case 'devices':
        this.#flush();
        return this.#devices.list(question.user);
      case 'settle':
        this.#flush();
        return true;
    }
  }

  /** Lines that `wish` is for go to the viewer from now on. */
  watch(id: number, wish: TraceWish): void {
    this.#viewers.add(id, wish);
  }

  /** They go there no more. */
  unwatch(id: number): void {
    this.#viewers.remove(id);
  }

  /** Writes what waits and closes the file. */
  close(): void {
    this.#flush();
    this.#archive.close();
  }

  // What the built-in peers say to the server the server sees too.
  #tellOn(observation: Observation): void {
    if (this.#teller === undefined || observation.endpoint !== 'server') return;
    if (observation.kind === 'message') this.#teller(withoutSecrets(observation));
  }

  #write(work: () => void): void {
    const from = this.#clock.now();
    work();
    this.#show();
    if (this.#archive.isFull) this.#flush();
    this.#writing += this.#clock.now() - from;
  }

  #observe(observation: Observation, witness: 'system' | 'agent', line?: string): void {
    if (witness === 'system') {
      this.#devices.observe(observation);
      this.#tellOn(observation);
    }
    const legs = this.#ledger.legsOf(observation, witness);
    if (legs.length > 0 || !this.#viewers.isEmpty) this.#keep(legs, keptLine(observation, line));
  }

  #keep(legs: readonly Leg[], line: string): void {
    const now = this.#clock.now();
    for (const leg of legs) {
      this.#archive.add(leg, line, now);
      this.#heard(leg.call, now);
    }
    if (this.#viewers.isEmpty) return;
    const call = (callId: string): KnownCall | undefined => this.#ledger.known(callId)?.call;
    this.#viewers.show(line, legs, call);
  }

  #heard(call: KnownCall, now: number): void {
    if (this.#newest !== call) this.#unexplained.delete(call);
    this.#newest = call;
    this.#unexplained.set(call, now);
    if (this.#unexplained.size > mostUnexplained)
      for (const eldest of this.#unexplained.keys()) if (this.#unexplained.delete(eldest)) break;
  }

  #show(): void {
    const seen = this.#viewers.take();
    if (seen.length > 0) this.#tell({ kind: 'seen', seen });
  }

  #flush(): void {
    const isRoom = this.#free() >= diskReserve;
    const { waiting } = this.#archive;
    this.#watchTrouble(
      isRoom ? this.#archive.flush(this.#devices.take()) : (this.#archive.drop(), noRoom),
      waiting,
    );
  }

  /** Told once when it begins, and once when it is over. */
  #watchTrouble(error: ToldError | undefined, lines: number): void {
    const wall = this.#clock.wall();
    if (error !== undefined) {
      if (this.#trouble === undefined)
        this.#tell({ kind: 'trouble', trouble: { is: 'begins', ...error } });
      this.#trouble ??= { since: wall, records: 0 };
      this.#trouble.records += lines;
    } else if (this.#trouble !== undefined) {
      const gap = { ...this.#trouble, until: wall, calls: 0 };
      this.#trouble = undefined;
      this.#tell({ kind: 'trouble', trouble: { is: 'over' } });
      if (gap.records > 0) this.keepGap(gap);
    }
    // Nothing will mend it but another file.
    if (error?.code === 'STORAGE_CORRUPT') throw new StorageError(error.code, error.text);
  }

  #explainSome(now: number, milliseconds: number): void {
    const end = now + milliseconds;
    for (const [call, at] of this.#unexplained) {
      if (now - at < quiet.over || this.#clock.now() > end) return;
      if (call.isOver || now - at >= quiet.going) this.#explain(call);
    }
  }

  /** Explains what waits for it, of one user or of all, the newest first, within a time that somebody and all others may wait for; tells how many are left. */
  #explainAll(user: string | undefined): number {
    const end = this.#clock.now() + explainingPerSearch;
    for (const callId of this.#archive.untold(user)) {
      if (this.#clock.now() > end) break;
      const call = this.#ledger.known(callId)?.call;
      if (call !== undefined) this.#explain(call);
    }
    return this.#archive.countUntold(user);
  }

  #explain(call: KnownCall): void {
    this.#unexplained.delete(call);
    this.#newest = undefined;
    // It may have become a leg of another since.
    if (call.isTold || call.legs.size === 0) return;
    // Its row must be there, and what waits of others may go on waiting.
    if (this.#archive.isWaiting(call)) this.#flush();
    const lines = this.#archive.lines(call.legs);
    const [first] = call.legs;
    const summary = explainedSummary(first?.callId ?? '', lines.slice(0, linesExplained));
    call.isTold = true;
    this.#archive.write([tellSummary(call, summary ?? plainSummary(call))]);
  }

  #find(query: CallQuery): FoundCalls {
    this.#flush();
    const limit = limitOf(query);
    const { sql, parameters } = searchCalls(query);
    // A fault is known only of what was explained.
    const unexplained = query.fault === undefined ? 0 : this.#explainAll(query.user);
    const rows = this.#archive.rows(sql, parameters);
    const calls = rows.slice(0, limit).map((row) => {
      if (row['told'] === 1) return summaryOf(row);
      const { id } = summaryOf(row);
      const call = this.#ledger.known(id)?.call;
      if (call === undefined) return summaryOf(row);
      this.#explain(call);
      const [fresh] = this.#archive.rows('SELECT summary FROM call WHERE id = ?', [call.id]);
      return summaryOf(fresh ?? row);
    });
    const gaps = gapsIn(this.#archive, query);
    return { calls, more: rows.length > limit, unexplained, gaps };
  }

  #lines({ call: callId, user }: TraceWish & { readonly call: string }): string | undefined {
    const call = this.#ledger.known(callId)?.call;
    if (call === undefined || (user !== undefined && !call.users.has(user))) return undefined;
    const lines = this.#archive.lines(call.legs);
    return lines.length === 0 ? undefined : `${lines.join('\n')}\n`;
  }
}

// Made by the main thread of this very process, from the values of its own tap.
function observationOf(line: string): Observation {
  return JSON.parse(line) as Observation;
}

// The traces of all calls, as the system uses them: a tap that costs next to nothing, searches, and what happens now.
import { join } from 'node:path';
import type { Clock, Logger, Observation, Tap, Timer } from '@offhook/sip';
import { Admission } from './admission.ts';
import { batch, onTheWay, viewers } from './limits.ts';
import type {
  CallQuery,
  DeviceEvent,
  DeviceLine,
  FoundCalls,
  FromTracer,
  HepWish,
  PageReport,
  TakenReport,
  TraceGap,
  TraceLimits,
  TraceWish,
} from './messages.ts';
import { TraceThread } from './thread.ts';

/** How traces are kept. */
export interface TracesOptions {
  /** The data folder. */
  readonly folder: string;
  readonly limits: TraceLimits;
  readonly domain: string;
  /** Names and addresses that mean our domain too. */
  readonly aliases: readonly string[];
  readonly hep?: HepWish | undefined;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What a viewer is given: tap lines, without the end of the last; that not all is kept, or is again; or that there will be no more. */
export interface Sink {
  readonly lines: (lines: string) => void;
  readonly gap: (gap: TraceGap) => void;
  readonly end: () => void;
}

interface Viewer {
  readonly wish: TraceWish;
  readonly sink: Sink;
}

/** The name of the file in the data folder. */
export const traceFile = 'traces.sqlite';

/** The traces. */
export class Traces implements Tap {
  readonly #thread: TraceThread;
  readonly #clock: Clock;
  readonly #log: Logger;
  #gathered: Observation[] = [];
  #events: DeviceEvent[] = [];
  #timer: Timer | undefined;
  /** Characters on their way to the thread. */
  #onTheWay = 0;
  readonly #admission = new Admission();
  /** What is lost just now, and how many calls had been turned away before. */
  #gap: { since: number; records: number; before: number } | undefined;
  readonly #viewers = new Map<number, Viewer>();
  #lastViewer = 0;
  #isClosed = false;

  /** Starts the thread; what is observed before its file is open waits for that. */
  constructor(options: TracesOptions) {
    const { folder, limits, domain, aliases, hep, clock, log } = options;
    this.#clock = clock;
    this.#log = log;
    this.#thread = new TraceThread({
      ...{ clock, log },
      setup: { path: join(folder, traceFile), limits, domain, aliases, hep },
      told: (message) => this.#told(message),
      restarted: () => this.#restarted(),
    });
  }

  /** Resolves when the thread is at work, or cannot be. */
  get begun(): Promise<void> {
    return this.#thread.begun;
  }

  observe(observation: Observation): void {
    if (this.#isClosed) return;
    const isFull = this.#onTheWay > onTheWay / 2;
    if ((isFull || !this.#admission.isWhole) && !this.#admission.admits(observation, isFull)) {
      // What comes later of a call that was left out is missed no more.
      if (isFull) this.#lose(1);
      return;
    }
    this.#gathered.push(observation);
    if (this.#gathered.length >= batch.most) this.#send();
    else this.#timer ??= this.#clock.after(batch.milliseconds, () => this.#send());
  }

  /** The calls that `query` is for, the newest first. */
  async calls(query: CallQuery): Promise<FoundCalls> {
    // It may be over before the answer comes, and stands in none then.
    const gap = query.user === undefined ? this.#gapNow() : undefined;
    const found = await this.#asked(() => this.#thread.ask({ kind: 'calls', query }));
    return gap === undefined ? found : { ...found, gaps: [gap, ...found.gaps] };
  }

  /** All tap lines of a call; undefined when it is not known, or not to this user. */
  lines(wish: TraceWish & { readonly call: string }): Promise<string | undefined> {
    return this.#asked(() => this.#thread.ask({ kind: 'lines', wish }));
  }

  /** Keeps what a page observed. */
  report(report: PageReport): Promise<TakenReport> {
    return this.#asked(() => this.#thread.ask({ kind: 'report', report }));
  }

  /** The devices of a user, or of all, with their logs. */
  devices(user: string | undefined): Promise<readonly DeviceLine[]> {
    return this.#asked(() => this.#thread.ask({ kind: 'devices', user }));
  }

  /** Notes what became of a device. */
  note(event: DeviceEvent): void {
    if (this.#isClosed || this.#events.length >= batch.most) return;
    this.#events.push(event);
    this.#timer ??= this.#clock.after(batch.milliseconds, () => this.#send());
  }

  /** Resolves when all that was observed is stored. */
  async settled(): Promise<void> {
    await this.#asked(() => this.#thread.ask({ kind: 'settle' }));
  }

  /** Gives what happens from now on to `sink`, until the result is called; undefined when there are too many viewers. */
  watch(wish: TraceWish, sink: Sink): (() => void) | undefined {
    const all = [...this.#viewers.values()];
    const ofUser = all.filter((viewer) => viewer.wish.user === wish.user).length;
    if (all.length >= viewers.all) return undefined;
    if (wish.user !== undefined && ofUser >= viewers.ofUser) return undefined;
    this.#lastViewer += 1;
    const id = this.#lastViewer;
    this.#viewers.set(id, { wish, sink });
    this.#thread.say({ kind: 'watch', id, wish });
    return () => {
      if (this.#viewers.delete(id)) this.#thread.say({ kind: 'unwatch', id });
    };
  }

  /** Ends what viewers see, and stores what was observed until now. */
  async close(): Promise<void> {
    for (const { sink } of this.#viewers.values()) sink.end();
    this.#viewers.clear();
    this.#send();
    this.#keepGap();
    this.#isClosed = true;
    await this.#thread.close();
  }

  #told(message: FromTracer): void {
    switch (message.kind) {
      case 'taken':
        this.#onTheWay -= message.characters;
        if (this.#onTheWay === 0) this.#complete();
        break;
      case 'seen':
        for (const { viewers: ids, lines } of message.seen)
          for (const id of ids) this.#viewers.get(id)?.sink.lines(lines);
        break;
      case 'trouble':
        if (message.trouble.is === 'over') this.#log.warn('Traces can be written again');
        else
          this.#log.error('Traces cannot be written; calls go on without them', {
            code: message.trouble.code,
            reason: message.trouble.text,
          });
        break;
      case 'warning':
        this.#log.warn(message.text);
        break;
      case 'open':
      case 'failed':
      case 'answer':
      case 'no-answer':
      case 'closed':
        break;
    }
  }

  #restarted(): void {
    this.#onTheWay = 0;
    for (const [id, { wish }] of this.#viewers) this.#thread.say({ kind: 'watch', id, wish });
  }

  // The answer knows of all that was observed before.
  #asked<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    this.#send();
    return ask();
  }

  #send(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const events = this.#events;
    this.#events = [];
    if (events.length > 0) this.#thread.say({ kind: 'devices', events });
    const observations = this.#gathered;
    if (observations.length === 0) return;
    this.#gathered = [];
    if (!this.#thread.isAlive || this.#onTheWay > onTheWay) return this.#lose(observations.length);
    // One text crosses the thread at a third of the cost of as many objects, and most lines are kept as they are.
    const lines = observations.map((observation) => JSON.stringify(observation)).join('\n');
    this.#onTheWay += lines.length;
    this.#thread.say({ kind: 'observed', lines });
  }

  /** Told once when it begins, and how much it was when it is over. */
  #lose(count: number): void {
    if (this.#gap !== undefined) {
      this.#gap.records += count;
      return;
    }
    const before = this.#admission.calls;
    this.#gap = { since: this.#clock.wall(), records: count, before };
    if (this.#thread.isAlive)
      this.#log.warn('Not all calls are traced: there is more to write than can be written');
    this.#tellGap();
  }

  #complete(): void {
    const gap = this.#keepGap();
    if (gap === undefined) return;
    const { calls, records } = gap;
    this.#log.warn('Traces are complete again', { calls, records });
  }

  /** What is lost just now; undefined when nothing is. */
  #gapNow(until?: number): TraceGap | undefined {
    if (this.#gap === undefined) return undefined;
    const { since, records, before } = this.#gap;
    return { since, until, calls: this.#admission.calls - before, records };
  }

  /** The gap ends, and is kept like the calls that it left. */
  #keepGap(): TraceGap | undefined {
    const gap = this.#gapNow(this.#clock.wall());
    if (gap === undefined) return undefined;
    this.#thread.say({ kind: 'gap', gap });
    this.#tellGap(gap);
    this.#gap = undefined;
    return gap;
  }

  #tellGap(gap: TraceGap | undefined = this.#gapNow()): void {
    if (gap === undefined) return;
    // How many calls others have is nobody else's business.
    for (const { wish, sink } of this.#viewers.values()) if (wish.user === undefined) sink.gap(gap);
  }
}

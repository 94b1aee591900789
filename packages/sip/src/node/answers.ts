// The memory of a resolver: answers by question, each asked once at a time, old ones for when DNS is silent.
import type { Clock } from '../base/clock.ts';

/** What DNS said: records, and for how long they hold in seconds where it said so. */
export interface Found<T> {
  readonly records: readonly T[];
  readonly seconds?: number | undefined;
}

/** For how long answers are kept; times in milliseconds. */
export interface AnswerTimes {
  /** How long an answer serves that came without a time of its own, or an answer that there is nothing. */
  readonly fresh: number;
  /** How long an old answer serves when DNS is silent. */
  readonly stale: number;
}

interface Known<T> {
  readonly records: readonly T[];
  readonly at: number;
  readonly freshUntil: number;
}

/** More answers are not kept; the one not asked for longest makes room. */
const mostAnswers = 10_000;
/** More questions are not asked at once. */
const mostQuestions = 1_000;
/** More records of one answer are not kept. */
const mostRecords = 256;
/** Whatever DNS says, an answer serves so long at least and at most. */
const leastFresh = 1_000;
const mostFresh = 3_600_000;
/** How long a question that failed is not asked again. */
const failureServes = 5_000;
/** How long DNS is waited for before an old answer serves. */
const patience = 1_000;

/** Answers of one kind, by question. */
export class Answers<T> {
  readonly #clock: Clock;
  readonly #times: AnswerTimes;
  readonly #known = new Map<string, Known<T>>();
  readonly #failed = new Map<string, { readonly until: number; readonly error: unknown }>();
  readonly #asking = new Map<string, Promise<readonly T[]>>();

  constructor(clock: Clock, times: AnswerTimes) {
    this.#clock = clock;
    this.#times = times;
  }

  /** The records for `question`: remembered ones, those that `fetch` brings, or old ones when it brings none in time. */
  async ask(question: string, fetch: () => Promise<Found<T>>): Promise<readonly T[]> {
    const known = this.#known.get(question);
    const now = this.#clock.now();
    if (known !== undefined && now < known.freshUntil) return known.records;
    const old =
      known !== undefined && now - known.at <= this.#times.stale ? known.records : undefined;
    const failed = this.#failed.get(question);
    if (failed !== undefined && now < failed.until) {
      if (old === undefined) throw failed.error;
      return old;
    }
    const asked = this.#ask(question, fetch);
    return old === undefined ? asked : this.#orOld(asked, old);
  }

  #ask(question: string, fetch: () => Promise<Found<T>>): Promise<readonly T[]> {
    const asking = this.#asking.get(question);
    if (asking !== undefined) return asking;
    if (this.#asking.size >= mostQuestions)
      return Promise.reject(new Error('Too many questions to DNS at once'));
    const asked = this.#fetch(question, fetch);
    this.#asking.set(question, asked);
    return asked;
  }

  async #fetch(question: string, fetch: () => Promise<Found<T>>): Promise<readonly T[]> {
    try {
      const { records, seconds } = await fetch();
      const some = records.slice(0, mostRecords);
      this.#remember(question, some, seconds);
      return some;
    } catch (error) {
      remember(this.#failed, question, { until: this.#clock.now() + failureServes, error });
      throw error;
    } finally {
      this.#asking.delete(question);
    }
  }

  #orOld(asked: Promise<readonly T[]>, old: readonly T[]): Promise<readonly T[]> {
    return new Promise((resolve) => {
      const timer = this.#clock.after(patience, () => resolve(old));
      asked.then(resolve, () => resolve(old)).finally(() => timer.cancel());
    });
  }

  #remember(question: string, records: readonly T[], seconds: number | undefined): void {
    const at = this.#clock.now();
    const serves =
      seconds === undefined || records.length === 0
        ? this.#times.fresh
        : Math.min(Math.max(seconds * 1000, leastFresh), mostFresh);
    this.#failed.delete(question);
    remember(this.#known, question, { records, at, freshUntil: at + serves });
  }
}

function remember<V>(known: Map<string, V>, question: string, value: V): void {
  known.delete(question);
  known.set(question, value);
  const [oldest] = known.keys();
  if (known.size > mostAnswers && oldest !== undefined) known.delete(oldest);
}

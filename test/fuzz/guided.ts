// Coverage-guided fuzzing: inputs that reach code which none has reached before are kept and changed further.
import { Session } from 'node:inspector/promises';
import type { Profiler } from 'node:inspector/promises';
import type { Random } from '@offhook/sip';
import type { Change } from './mutate.ts';
import { mutate, oddWords } from './mutate.ts';
import { threadTime } from '../../packages/sip/src/testing/thread-time.test-kit.ts';
import type { GuidedTarget } from './targets.ts';

/** What came of one target. */
export interface GuidedOutcome {
  readonly executions: number;
  readonly milliseconds: number;
  /** Inputs that reached something new, the seeds among them. */
  readonly corpus: number;
  /** Places in the code that were reached. */
  readonly reached: number;
  readonly found: readonly GuidedFinding[];
}

/** An input that broke something, made as small as it could be. */
export interface GuidedFinding {
  readonly text: string;
  readonly error: string;
}

/** One input may take so many milliseconds; more, three times over, is a hang. */
const hang = 100;
/** Inputs between two looks at the coverage. */
const batchSize = 400;
const mostFindings = 5;
const kinds = ['flip', 'cut', 'drop', 'repeat', 'insert', 'number', 'word', 'swap', 'double', 'remove', 'fold'] as const; // prettier-ignore

/** Fires at `target` for so many milliseconds, starting from its seeds and from `kept`. */
export async function guided(
  target: GuidedTarget,
  kept: readonly string[],
  milliseconds: number,
  random: Random,
): Promise<GuidedOutcome> {
  const coverage = await Coverage.start();
  const corpus = [...target.seeds, ...kept];
  const found = new Map<string, GuidedFinding>();
  let executions = 0;
  const fire = (text: string): void => {
    executions += 1;
    const error = problemOf(target, text);
    if (error === undefined) return;
    const cause = error.split('\n', 2).join(' ').replaceAll(/\d+/g, 'N').slice(0, 160);
    if (!found.has(cause)) found.set(cause, { text: smallest(target, text), error });
  };
  for (const text of corpus) fire(text);
  await coverage.news();
  const started = performance.now();
  while (performance.now() - started < milliseconds && found.size < mostFindings) {
    const batch = Array.from({ length: batchSize }, () => offspring(corpus, random));
    for (const text of batch) fire(text);
    if (!(await coverage.news())) continue;
    // Whoever reached something new is found by halves: only its half reaches it again.
    const reacher = await coverage.reacher(batch, fire);
    if (reacher !== undefined) corpus.push(reacher);
  }
  const reached = coverage.size;
  await coverage.close();
  return {
    executions,
    milliseconds: performance.now() - started,
    corpus: corpus.length,
    reached,
    found: [...found.values()],
  };
}

/** What is wrong when the target reads `text`; undefined when nothing is. */
export function problemOf(target: GuidedTarget, text: string): string | undefined {
  let least = Number.POSITIVE_INFINITY;
  for (let tries = 0; tries < 3 && least > hang; tries += 1) {
    const started = threadTime();
    try {
      target.run(text);
    } catch (error) {
      return error instanceof Error ? (error.stack ?? error.message) : String(error);
    }
    least = Math.min(least, threadTime() - started);
  }
  return least > hang ? `It takes ${Math.round(least)} ms` : undefined;
}

function offspring(corpus: readonly string[], random: Random): string {
  const below = (most: number): number => Math.floor(random.fraction() * most);
  // The young are tried more often.
  const parent = corpus[Math.max(below(corpus.length), below(corpus.length))] ?? '';
  const changes = Array.from({ length: 1 + below(4) }, () => anyChange(below));
  const text = mutate(parent, changes);
  if (random.fraction() > 0.1) return text;
  const other = corpus[below(corpus.length)] ?? '';
  return text.slice(0, below(text.length)) + other.slice(below(other.length));
}

function anyChange(below: (most: number) => number): Change {
  const kind = kinds[below(kinds.length)] ?? 'flip';
  const at = below(5_000);
  const text = oddWords[below(oddWords.length)] ?? '';
  switch (kind) {
    case 'flip':
      return { do: kind, at, bit: below(8) };
    case 'cut':
    case 'fold':
      return { do: kind, at };
    case 'drop':
      return { do: kind, at, length: below(40) };
    case 'repeat':
      return { do: kind, at, length: below(40), times: below(20) === 0 ? 400 : below(4) };
    case 'insert':
      return { do: kind, at, text: below(2) === 0 ? text : String.fromCharCode(below(256)) };
    case 'number':
      return { do: kind, at: below(40), text: below(2) === 0 ? String(2 ** below(65)) : text };
    case 'word':
      return { do: kind, at, text };
    case 'swap':
      return { do: kind, line: below(40), other: below(40) };
    case 'double':
      return { do: kind, line: below(40), times: below(20) === 0 ? 300 : below(3) };
    case 'remove':
      return { do: kind, line: below(40) };
  }
}

/** Drops what can go while the same thing still goes wrong. */
function smallest(target: GuidedTarget, text: string): string {
  const message = problemOf(target, text)?.split('\n', 1)[0];
  let best = text;
  for (let size = Math.max(1, best.length >> 1); size >= 1; size >>= 1) {
    for (let at = 0; at < best.length;) {
      const tried = best.slice(0, at) + best.slice(at + size);
      if (problemOf(target, tried)?.split('\n', 1)[0] === message) best = tried;
      else at += size;
    }
  }
  return best;
}

/** The places of our own sources that were reached, by V8's precise coverage. */
class Coverage {
  readonly #session = new Session();
  readonly #known = new Set<string>();

  static async start(): Promise<Coverage> {
    const coverage = new Coverage();
    coverage.#session.connect();
    await coverage.#session.post('Profiler.enable');
    await coverage.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true }); // prettier-ignore
    return coverage;
  }

  get size(): number {
    return this.#known.size;
  }

  /** True when something was reached since the last call that never was before; remembers it. */
  async news(): Promise<boolean> {
    const before = this.#known.size;
    for (const place of await this.#reached()) this.#known.add(place);
    return this.#known.size > before;
  }

  /** Of a batch that reached something new, one input that reaches what the others do not. */
  async reacher(
    batch: readonly string[],
    fire: (text: string) => void,
  ): Promise<string | undefined> {
    // What is common to all of them is of no interest: it is the rarest place of the batch that counts.
    const places = async (texts: readonly string[]): Promise<ReadonlySet<string>> => {
      await this.#reached();
      for (const text of texts) fire(text);
      return new Set(await this.#reached());
    };
    let some = batch;
    let wanted = await places(some);
    while (some.length > 1) {
      const half = some.slice(0, some.length >> 1);
      const inHalf = await places(half);
      const rest = [...wanted].filter((place) => !inHalf.has(place));
      some = rest.length === 0 ? half : some.slice(some.length >> 1);
      wanted = rest.length === 0 ? inHalf : new Set(rest);
    }
    return some[0];
  }

  async close(): Promise<void> {
    await this.#session.post('Profiler.stopPreciseCoverage');
    this.#session.disconnect();
  }

  async #reached(): Promise<readonly string[]> {
    const { result } = (await this.#session.post('Profiler.takePreciseCoverage')) as {
      readonly result: readonly Profiler.ScriptCoverage[];
    };
    return result
      .filter(({ url }) => url.includes('/packages/'))
      .flatMap(({ scriptId, functions }) =>
        functions.flatMap(({ ranges }) =>
          ranges
            .filter(({ count }) => count > 0)
            .map(({ startOffset, endOffset }) => `${scriptId}:${startOffset}-${endOffset}`),
        ),
      );
  }
}

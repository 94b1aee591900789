// `offhook trace`: the calls of the running system as they happen, or those of a capture: on a screen with keys, as ladders, as JSON.
import type { Command } from 'commander';
import type { Observation } from '@offhook/sip';
import { parseTapLine, TraceBook } from '@offhook/sip/trace';
import { eachCaptured, readInto } from '../capture-files.ts';
import type { CaptureFiles } from '../capture-files.ts';
import { moreKeys, readKeys } from '../key-files.ts';
import { wholeNumber } from '../argument.ts';
import { misuse } from '../failure.ts';
import { output } from '../output.ts';
import { callFilter, filterFields } from '../screen/filter.ts';
import type { CallFilter } from '../screen/filter.ts';
import { Screen } from '../screen/screen.ts';
import { clockTime } from '../screen/time.ts';
import type { TraceGap } from '../../server/trace/messages.ts';
import { stopped } from '../signal.ts';
import { tellStory } from '../story.ts';
import { SystemTraces } from '../traces-of-system.ts';
import { defaultFolder } from './serve.ts';

interface TraceOptions {
  readonly read?: readonly string[];
  readonly keys?: readonly string[];
  readonly call?: string;
  readonly last: number;
  readonly data: string;
  readonly ladder?: boolean;
  readonly json?: boolean;
}

/** Adds the command. */
export function addTrace(program: Command): void {
  program
    .command('trace [filter...]')
    .description('follow the calls of the running system, or look through a capture')
    .option('--read <files...>', 'captures to look through, in place of the running system')
    .option(
      '--keys <file>',
      'the key log of the TLS connections in them (SSLKEYLOGFILE), or the private key of the server; may be given again',
      moreKeys,
    )
    .option('--call <id>', 'only this call, also when it is over')
    .option('--last <n>', 'how many calls that are over the screen begins with', lastCalls, 20)
    .option('--data <folder>', 'the data folder of the system', defaultFolder)
    .option('--ladder', 'print ladders, as where there is no terminal')
    .option('--json', 'print one JSON object for each observation')
    .addHelpText(
      'after',
      `\nA filter is words that all must fit: from:alice status:4xx -method:OPTIONS, or a part of anything.\nIts fields are ${filterFields.join(', ')}. On the screen F1 tells the keys.`,
    )
    .action(trace);
}

function lastCalls(text: string): number {
  return wholeNumber(text, 0, 200, 'a number');
}

async function trace(words: readonly string[], options: TraceOptions): Promise<void> {
  const expression = words.join(' ');
  const filter = callFilter(expression);
  if (filter === undefined)
    throw misuse(
      `A filter has no such field: ${expression}`,
      `Its fields are ${filterFields.join(', ')}: offhook trace from:alice status:4xx`,
    );
  const { stdin, stdout } = process;
  const isScreen = stdin.isTTY && stdout.isTTY && options.json !== true && options.ladder !== true;
  if (isScreen) await onScreen(expression, options);
  else await asLines(expression === '' ? undefined : filter, options);
}

async function onScreen(filter: string, options: TraceOptions): Promise<void> {
  const book = new TraceBook({ calls: 2_000 });
  const system = options.read === undefined ? new SystemTraces(options.data) : undefined;
  let gaps: readonly TraceGap[] = [];
  if (options.read !== undefined) await readInto(book, opened(options.read, options));
  else gaps = await fillBook(book, system, options);
  const screen = new Screen({ book, filter, source: options.read?.join(', ') ?? 'live' });
  for (const gap of gaps.toReversed()) screen.tell(gapWords(gap));
  const over = new AbortController();
  try {
    const following =
      system === undefined ? undefined : follow(system, options, over.signal, screen);
    await Promise.race(
      [screen.left, stopped(), following?.then(() => screen.left)].filter(
        (wait) => wait !== undefined,
      ),
    );
  } finally {
    over.abort();
    screen.close();
  }
}

function opened(paths: readonly string[], { keys }: TraceOptions): CaptureFiles {
  return { paths, keys: readKeys(keys) };
}

/** What is over already, so that the screen does not begin empty. */
async function fillBook(
  book: TraceBook,
  system: SystemTraces | undefined,
  { call, last }: TraceOptions,
): Promise<readonly TraceGap[]> {
  if (system === undefined) return [];
  const none = { ids: call === undefined ? [] : [call], gaps: [] };
  const { ids, gaps } = call === undefined && last > 0 ? await system.last(last) : none;
  for (const id of ids) for (const one of observationsIn(await system.lines(id))) book.observe(one);
  return gaps;
}

/** What a gap is, in a few words. */
function gapWords({ since, until, calls, records }: TraceGap): string {
  const lost = `${calls} calls were left out, ${records} records are missing`;
  return until === undefined
    ? `since ${clockTime(since)} more happens than is kept: ${lost}`
    : `from ${clockTime(since)} to ${clockTime(until)} not all was kept: ${lost}`;
}

async function follow(
  system: SystemTraces,
  { call }: TraceOptions,
  signal: AbortSignal,
  screen: Screen,
): Promise<void> {
  for await (const event of system.live(signal, call)) {
    if ('lost' in event) screen.tell(`${event.lost} records were missed`);
    else if ('gap' in event) screen.tell(gapWords(event.gap));
    else for (const one of observationsIn([event.line])) screen.observe(one);
  }
  screen.tell('the system has ended');
}

async function asLines(filter: CallFilter | undefined, options: TraceOptions): Promise<void> {
  const out = output(options.json ?? false);
  const story = tellStory(out, 'normal');
  const chosen = new Chosen(filter, (observation) => story.tap.observe(observation));
  if (options.read !== undefined) {
    await eachCaptured(opened(options.read, options), (item) => {
      if (item.kind === 'observation') chosen.take(item.observation);
    });
  } else {
    const system = new SystemTraces(options.data);
    if (options.call !== undefined)
      for (const one of observationsIn(await system.lines(options.call))) chosen.take(one);
    else {
      const over = new AbortController();
      void stopped().then(() => over.abort());
      for await (const event of system.live(over.signal)) {
        if ('lost' in event)
          out.event('gap', { lost: event.lost }, `${event.lost} records were missed`);
        else if ('gap' in event) out.event('untraced', { ...event.gap }, gapWords(event.gap));
        else for (const one of observationsIn([event.line])) chosen.take(one);
      }
    }
  }
  chosen.tell();
  story.finish();
}

function observationsIn(lines: readonly string[]): readonly Observation[] {
  return lines.flatMap((line) => {
    const read = parseTapLine(line);
    return read.ok ? [read.value] : [];
  });
}

/** Lets the observations of calls through that a filter is for: a call that fits later is told from its beginning. */
class Chosen {
  readonly #filter: CallFilter | undefined;
  readonly #tell: (observation: Observation) => void;
  readonly #book = new TraceBook({ calls: 500 });
  readonly #told = new Map<string, number>();
  #taken = 0;

  constructor(filter: CallFilter | undefined, tell: (observation: Observation) => void) {
    this.#filter = filter;
    this.#tell = tell;
  }

  take(observation: Observation): void {
    if (this.#filter === undefined) return this.#tell(observation);
    this.#book.observe(observation);
    this.#taken += 1;
    if (observation.kind === 'message' || this.#taken % 50 === 0) this.tell();
  }

  /** Tells what is new of the calls that fit. */
  tell(): void {
    const { calls } = this.#book;
    for (const call of calls) {
      if (this.#filter?.(call) !== true) continue;
      const observations = this.#book.observations(call.id);
      for (const one of observations.slice(this.#told.get(call.id) ?? 0)) this.#tell(one);
      this.#told.set(call.id, observations.length);
    }
  }
}

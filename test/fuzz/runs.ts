// How long a fuzz target runs: a short share with a fixed seed in the tests, or so many minutes with ever new seeds.
import * as fc from 'fast-check';
import { test } from 'vitest';
import { threadTime } from '../../packages/sip/src/testing/thread-time.test-kit.ts';

/** Minutes for each target; 0 for the short share. */
const minutes = Number(process.env['OFFHOOK_FUZZ_MINUTES'] ?? 0);
const seedWanted = process.env['OFFHOOK_FUZZ_SEED'];
const path = process.env['OFFHOOK_FUZZ_PATH'];

/** One input may take this many milliseconds at most; more is a hang. */
const hang = 100;

/** One target. */
export interface Target<Input> {
  /** How many inputs the short share tries. */
  readonly runs: number;
  readonly input: fc.Arbitrary<Input>;
}

/** Declares a target whose check is done at once: it throws when something is wrong, and must not take long. */
export function fuzz<Input>(
  title: string,
  { runs, input }: Target<Input>,
  check: (input: Input) => void,
): void {
  const property = fc.property(input, (value) => quickly(() => check(value)));
  declare(title, (seed) => fc.assert(property, parameters<Input>(seed, runs)));
}

/** Declares a target that lives in a world of its own with virtual time. */
export function fuzzWorld<Input>(
  title: string,
  { runs, input }: Target<Input>,
  check: (input: Input) => Promise<void>,
): void {
  const property = fc.asyncProperty(input, check);
  declare(title, (seed) => fc.assert(property, parameters<Input>(seed, runs)));
}

// On failure fast-check prints seed and path: OFFHOOK_FUZZ_SEED and OFFHOOK_FUZZ_PATH run that very input again.
function declare(title: string, round: (seed: number) => void | Promise<void>): void {
  const run = async (): Promise<void> => {
    const rejections: unknown[] = [];
    const note = (reason: unknown): void => void rejections.push(reason);
    process.on('unhandledRejection', note);
    try {
      for (const seed of seeds()) {
        await round(seed);
        // Rejections that nobody handles are told after the microtasks.
        await new Promise((resolve) => setImmediate(resolve));
        if (rejections.length > 0)
          throw new Error(`Seed ${seed} left a rejection to nobody`, { cause: rejections[0] });
      }
    } finally {
      process.off('unhandledRejection', note);
    }
  };
  test(title, run, 60_000 + minutes * 60_000);
}

function* seeds(): Iterable<number> {
  if (seedWanted !== undefined) {
    yield Number(seedWanted);
    return;
  }
  if (minutes === 0) {
    yield 1;
    return;
  }
  const end = Date.now() + minutes * 60_000;
  for (let seed = Date.now() % 2 ** 31; Date.now() < end; seed = (seed + 1) % 2 ** 31) yield seed;
}

function parameters<Input>(seed: number, runs: number): fc.Parameters<[Input]> {
  return path === undefined ? { seed, numRuns: runs } : { seed, numRuns: runs, path };
}

// A machine that is busy may be slow once, but not three times with the same input.
function quickly(check: () => void): void {
  let least = Number.POSITIVE_INFINITY;
  for (let tries = 0; tries < 3; tries += 1) {
    const started = threadTime();
    check();
    least = Math.min(least, threadTime() - started);
    if (least <= hang) return;
  }
  throw new Error(`It takes ${Math.round(least)} ms`);
}

// What is done to the lines, and when: one fault at a time, drawn from the seed, each with an end.
import type { Random } from '@offhook/sip';
import type { Line, StreamLine } from '@offhook/sip/testing/node';

/** A line with its name; only lines of connections can be reset. */
export interface NamedLine {
  readonly name: string;
  readonly line: Line | StreamLine;
  /** When the last fault began and ended, on `performance.now()`. */
  spoiled: { begun: number; over: number };
}

/** A fault: it begins, and what it returns ends it. */
interface Fault {
  readonly name: string;
  begin(line: Line | StreamLine): () => void;
}

const faults: readonly Fault[] = [
  weather('loses a fifth', { loss: 0.2 }, { loss: 0 }),
  weather('doubles and reorders', { duplicate: 0.2, reorder: 0.3 }, { duplicate: 0, reorder: 0 }),
  weather('is slow', { latency: [50, 300] }, { latency: 0 }),
  weather('cuts everything in pieces', { cut: 1 }, { cut: 0 }),
  weather('flips bits', { corrupt: 0.05 }, { corrupt: 0 }),
  {
    name: 'stalls',
    begin(line) {
      line.stall();
      return () => line.resume();
    },
  },
  {
    name: 'is bound anew',
    begin(line) {
      line.rebind();
      return () => undefined;
    },
  },
  {
    name: 'is reset',
    begin(line) {
      if ('reset' in line) line.reset();
      else line.rebind();
      return () => undefined;
    },
  },
];

function weather(
  name: string,
  bad: Parameters<Line['change']>[0],
  good: Parameters<Line['change']>[0],
): Fault {
  return {
    name,
    begin(line) {
      line.change(bad);
      return () => line.change(good);
    },
  };
}

/** Begins one fault on one line and tells it; the promise resolves when it is over. */
export async function spoil(
  lines: readonly NamedLine[],
  random: Random,
  tell: (what: string) => void,
): Promise<void> {
  const spoiled = lines[Math.floor(random.fraction() * lines.length)];
  const fault = faults[Math.floor(random.fraction() * faults.length)];
  if (spoiled === undefined || fault === undefined) return;
  const milliseconds = 1_000 + random.fraction() * 4_000;
  tell(`${spoiled.name} ${fault.name} for ${(milliseconds / 1000).toFixed(1)} s`);
  spoiled.spoiled = { begun: performance.now(), over: Number.POSITIVE_INFINITY };
  const end = fault.begin(spoiled.line);
  await new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
  end();
  spoiled.spoiled = { ...spoiled.spoiled, over: performance.now() };
}

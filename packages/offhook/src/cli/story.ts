// The three-lane story of each call on the terminal, as it happens; JSON lines of the same observations with --json.
import { systemClock } from '@offhook/sip';
import type { Observation, Tap } from '@offhook/sip';
import { formatTapLine, LadderPrinter } from '@offhook/sip/trace';
import type { Output } from './output.ts';

/** How much of the story is told. */
export type StoryDetail = 'none' | 'normal' | 'full';

/** A tap that prints, and what prints the rest at the end. */
export interface Story {
  readonly tap: Tap;
  finish(): void;
}

const settleMilliseconds = 40;

/** Starts telling. */
export function tellStory(out: Output, detail: StoryDetail): Story {
  if (detail === 'none') return { tap: { observe: () => undefined }, finish: () => undefined };
  return out.json ? jsonStory() : ladderStory(detail);
}

function jsonStory(): Story {
  return {
    tap: {
      observe(observation: Observation) {
        process.stdout.write(`{"event":"observation","observation":${formatTapLine(observation, { redact: true })}}\n`);
      },
    },
    finish: () => undefined,
  };
}

function ladderStory(detail: 'normal' | 'full'): Story {
  const { stdout } = process;
  const printer = new LadderPrinter({
    width: stdout.isTTY ? Math.max(stdout.columns, 80) : 120,
    colour: stdout.isTTY && process.env['NO_COLOR'] === undefined,
    unicode: true,
    verbosity: detail,
  });
  const print = (lines: readonly string[]): void => {
    if (lines.length > 0) stdout.write(`${lines.join('\n')}\n`);
  };
  let timer: { cancel(): void } | undefined;
  const settle = (): void => {
    timer = undefined;
    print(printer.flush());
  };
  return {
    tap: {
      observe(observation: Observation) {
        print(printer.add(observation));
        timer?.cancel();
        timer = printer.waiting ? systemClock.after(settleMilliseconds, settle) : undefined;
      },
    },
    finish() {
      timer?.cancel();
      print(printer.finish());
    },
  };
}

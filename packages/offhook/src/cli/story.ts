// The three-lane story of each call on the terminal, as it happens; JSON lines of the same observations with --json.
import { systemClock } from '@offhook/sip';
import type { Observation, Tap } from '@offhook/sip';
import { formatTapLine, LadderPrinter } from '@offhook/sip/trace';
import type { Output } from './output.ts';

/** How much of the story is told; `exchange` is `normal` with a ladder for registrations and OPTIONS too. */
export type StoryDetail = 'none' | 'normal' | 'exchange' | 'full';

/** A tap that prints, and what prints the rest at the end. */
export interface Story {
  readonly tap: Tap;
  /** Prints what waits, so that words that follow come after it. */
  settle(): void;
  finish(): void;
}

/** Milliseconds for which lines are gathered into one write. */
const gatherMilliseconds = 10;

/** Starts telling; with `late` words begin after the first `settle`, since what a system says to itself as it starts is of no use. */
export function tellStory(
  out: Output,
  detail: StoryDetail,
  { late = false }: { readonly late?: boolean } = {},
): Story {
  if (detail === 'none')
    return { tap: { observe: () => undefined }, settle: () => undefined, finish: () => undefined };
  return out.json ? jsonStory() : ladderStory(detail, gatheredWrites(), late);
}

/** Writes lines, and with `atOnce` all that was gathered before them. */
type Write = (lines: readonly string[], atOnce?: boolean) => void;

function gatheredWrites(): Write {
  let gathered: string[] = [];
  const write = (): void => {
    const lines = gathered;
    gathered = [];
    if (lines.length > 0) process.stdout.write(`${lines.join('\n')}\n`);
  };
  return (lines, atOnce = false) => {
    if (lines.length > 0 && gathered.length === 0 && !atOnce)
      systemClock.after(gatherMilliseconds, write);
    gathered.push(...lines);
    if (atOnce) write();
  };
}

/** Written at once, so that observations keep their place among the command's own events. */
function jsonStory(): Story {
  return {
    tap: {
      observe(observation: Observation) {
        process.stdout.write(
          `{"event":"observation","observation":${formatTapLine(observation, { redact: true })}}\n`,
        );
      },
    },
    settle: () => undefined,
    finish: () => undefined,
  };
}

function ladderStory(detail: 'normal' | 'exchange' | 'full', tell: Write, late: boolean): Story {
  let isTelling = !late;
  const write: Write = (lines, atOnce) => {
    if (isTelling) tell(lines, atOnce);
  };
  const { stdout } = process;
  const printer = new LadderPrinter({
    width: stdout.isTTY ? Math.max(stdout.columns, 80) : 120,
    colour: stdout.isTTY && process.env['NO_COLOR'] === undefined,
    unicode: true,
    verbosity: detail === 'full' ? 'full' : 'normal',
    exchanges: detail === 'normal' ? 'line' : 'ladder',
    timeOfDay,
    hint: '--verbose tells all',
  });
  let timer: { cancel(): void } | undefined;
  const arm = (): void => {
    const { wake } = printer;
    if (timer !== undefined || wake === undefined) return;
    timer = systemClock.after(Math.max(1, wake - systemClock.wall()), () => {
      timer = undefined;
      write(printer.flush(systemClock.wall()));
      arm();
    });
  };
  return {
    tap: {
      observe(observation: Observation) {
        write(printer.add(observation));
        arm();
      },
    },
    settle() {
      write(printer.flush(), true);
      isTelling = true;
      arm();
    },
    finish() {
      timer?.cancel();
      write(printer.finish(), true);
    },
  };
}

function timeOfDay(wall: number): string {
  return new Date(wall).toTimeString().slice(0, 8);
}

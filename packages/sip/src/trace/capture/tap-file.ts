// A file of our own tap: one observation a line, bare or as the commands print them with --json.
import { utf8 } from '../../base/bytes.ts';
import { Backlog } from './backlog.ts';
import type { CaptureOutput } from './output.ts';
import { parseTapLine } from './tap-lines.ts';

const LF = 10;
/** What a command prints around an observation. */
const around = { before: '{"event":"observation","observation":', after: '}' } as const;
/** The longest line that is kept until its end comes; a longer one is passed over. */
const longestLine = 1_100_000;

/** Reads lines of the tap. */
export class TapFile {
  readonly #output: CaptureOutput;
  readonly #backlog = new Backlog();
  /** How far the line that waits was searched for its end. */
  #searched = 0;
  /** True while a line too long is passed over. */
  #skips = false;

  constructor(output: CaptureOutput) {
    this.#output = output;
  }

  /** Takes the next bytes. */
  push(bytes: Uint8Array): void {
    const window = this.#backlog.window(bytes);
    let at = 0;
    for (;;) {
      const end = window.indexOf(LF, at + this.#searched);
      this.#searched = 0;
      if (end < 0) break;
      this.#line(window.subarray(at, end));
      at = end + 1;
    }
    if (window.length - at > longestLine) {
      this.#skips = true;
      at = window.length;
    }
    this.#searched = window.length - at;
    this.#backlog.keep(window, at);
  }

  /** Nothing more comes: the last line may have no end. */
  end(): void {
    if (this.#searched > 0) this.push(Uint8Array.of(LF));
  }

  #line(bytes: Uint8Array): void {
    this.#output.frame += 1;
    const text = this.#skips ? '' : utf8(bytes).trim();
    if (this.#skips) this.#output.problem('damaged', 'A line is too long to be one of the tap.');
    this.#skips = false;
    if (text === '') return;
    const wrapped = text.startsWith(around.before) && text.endsWith(around.after);
    // Other events of a command are no observations, and no problem.
    if (!wrapped && text.startsWith('{"event":')) return;
    const line = wrapped ? text.slice(around.before.length, -around.after.length) : text;
    const observation = parseTapLine(line);
    if (observation.ok) {
      this.#output.at = observation.value.at;
      this.#output.add({
        kind: 'observation',
        frame: this.#output.frame,
        observation: observation.value,
      });
    } else {
      this.#output.problem('damaged', `${observation.error.text}.`);
    }
  }
}

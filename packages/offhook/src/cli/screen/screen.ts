// The screen of `offhook trace` at work: what is observed goes into a book of calls, keys into the state, both onto the terminal.
import { systemClock } from '@offhook/sip';
import type { Observation, Timer } from '@offhook/sip';
import type { TraceBook } from '@offhook/sip/trace';
import { draw } from './draw.ts';
import { press } from './press.ts';
import { saveCalls } from './save.ts';
import { firstState, viewOf } from './state.ts';
import type { Scene, ScreenState, Wish } from './state.ts';
import { openTerminal } from './terminal.ts';
import type { Terminal } from './terminal.ts';

/** What a screen is made of. */
export interface ScreenOptions {
  readonly book: TraceBook;
  readonly filter: string;
  /** Where it comes from, in a few words. */
  readonly source: string;
}

/** Milliseconds between two pictures at least. */
const slowest = 250;
/** Observations that wait while the screen is paused. */
const mostWaiting = 100_000;

/** A running screen. */
export class Screen {
  /** Resolves when the person leaves. */
  readonly left: Promise<void>;
  readonly #book: TraceBook;
  readonly #terminal: Terminal;
  readonly #source: string;
  #leave: (() => void) | undefined;
  #state: ScreenState;
  #calls: Scene['calls'] = [];
  #isStale = true;
  #waiting: Observation[] = [];
  #timer: Timer | undefined;
  #told = '';

  constructor({ book, filter, source }: ScreenOptions) {
    this.#book = book;
    this.#source = source;
    this.#state = firstState(filter);
    this.left = new Promise((resolve) => {
      this.#leave = resolve;
    });
    this.#terminal = openTerminal({
      key: (key) => this.#press(key),
      resized: () => this.#paint(),
    });
    this.#paint();
  }

  /** Takes what was observed. */
  observe(observation: Observation): void {
    if (this.#state.isPaused) {
      if (this.#waiting.length < mostWaiting) this.#waiting.push(observation);
      return;
    }
    this.#book.observe(observation);
    this.#changed();
  }

  /** The book has more than it had. */
  refresh(): void {
    this.#changed();
  }

  /** Says something in the first line, such as that nothing more will come. */
  tell(words: string): void {
    this.#told = words;
    this.#changed();
  }

  /** Gives the terminal back. */
  close(): void {
    this.#timer?.cancel();
    this.#terminal.close();
  }

  #press(key: Parameters<typeof press>[1]): void {
    const { state, wish } = press(this.#state, key, this.#scene());
    this.#state = state;
    if (!state.isPaused) for (const one of this.#waiting.splice(0)) this.observe(one);
    if (wish !== undefined) this.#grant(wish);
    else this.#paint();
  }

  #grant(wish: Wish): void {
    if (wish.kind === 'quit') return this.#leave?.();
    this.#state = { ...this.#state, told: saveCalls(wish.path, wish.calls, this.#book) };
    this.#paint();
  }

  #changed(): void {
    this.#isStale = true;
    this.#timer ??= systemClock.after(slowest, () => {
      this.#timer = undefined;
      this.#paint();
    });
  }

  #scene(): Scene {
    // What is on the screen stays as it is while it is paused.
    if (this.#isStale && !this.#state.isPaused) {
      this.#calls = this.#book.calls;
      this.#isStale = false;
    }
    const { rows, columns } = this.#terminal;
    const source = this.#told === '' ? this.#source : `${this.#source}: ${this.#told}`;
    return { calls: this.#calls, document: (id) => this.#book.document(id), rows, columns, source };
  }

  #paint(): void {
    const scene = this.#scene();
    if (this.#state.follows && viewOf(this.#state) === 'list')
      this.#state = press(this.#state, { name: 'end' }, scene).state;
    this.#terminal.paint(draw(this.#state, scene));
  }
}

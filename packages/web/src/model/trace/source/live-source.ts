// What the running system does just now: its records go into a book of the worker as they are made.
import { effect, signal } from '@preact/signals-core';
import type { Signal } from '@preact/signals-core';
import type { ReaderPort, ToldCall } from '../ask.ts';
import type { SavedFile } from '../save-formats.ts';
import type { TraceServer } from '../server.ts';
import type { SaveWish, SourceState, TraceSource } from '../source.ts';
import { Book } from './book.ts';

/** So many calls are kept; the idlest go first. */
const mostCalls = 2_000;

/** Resolves once the source hears what happens, or never will. */
export function heard({ state }: LiveSource): Promise<void> {
  return new Promise((resolve) => {
    const offs: (() => void)[] = [];
    offs.push(
      effect(() => {
        if (state.value.is !== 'live' && state.value.is !== 'failed') return;
        resolve();
        for (const off of offs) off();
      }),
    );
  });
}

/** The live source; `callId` limits it to one call. */
export class LiveSource implements TraceSource {
  readonly kind = 'live';
  readonly name = '';
  readonly state: Signal<SourceState> = signal({ is: 'asking' });
  readonly untraced: Signal<number | undefined> = signal(undefined);
  readonly #book: Book;
  readonly #off: () => void;
  #paused = false;

  constructor(port: ReaderPort, server: TraceServer, callId?: string) {
    this.#book = new Book(port);
    const source = this.#book.id;
    this.#book.send({ is: 'begin', source, calls: mostCalls });
    this.#off = server.live(
      {
        opened: () => {
          this.state.value = { is: 'live', paused: this.#paused };
        },
        line: (line) => this.#book.send({ is: 'lines', source, lines: [line] }),
        untraced: ({ calls }) => {
          this.untraced.value = calls;
        },
        lost: (over) => {
          this.state.value = over
            ? { is: 'failed', why: 'not allowed', said: undefined }
            : { is: 'failed', why: 'not reached', said: undefined };
        },
      },
      callId,
    );
  }

  get id(): number {
    return this.#book.id;
  }

  get calls(): TraceSource['calls'] {
    return this.#book.calls;
  }

  told(callId: string): Promise<ToldCall | undefined> {
    return this.#book.questions.told(callId);
  }

  saved(wish: SaveWish): Promise<readonly SavedFile[]> {
    return this.#book.questions.saved(wish);
  }

  pause(on: boolean): void {
    this.#paused = on;
    this.#book.pause(on);
    if (this.state.peek().is === 'live') this.state.value = { is: 'live', paused: on };
  }

  close(): void {
    this.#off();
    this.#book.close();
  }
}

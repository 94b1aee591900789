// The calls that the running system keeps: the server lists and searches them, and gives the records of one when it is looked at.
import type { Clock, Timer } from '@offhook/sip';
import { batch, signal } from '@preact/signals-core';
import type { Signal } from '@preact/signals-core';
import type { CallSummary } from '@offhook/sip/trace';
import type { ReaderPort, ToldCall } from '../ask.ts';
import { TraceRefusal } from '../server.ts';
import type { KeptGap, TraceServer } from '../server.ts';
import type { SaveWish, ServerFault, SourceState, StoredWish, TraceSource } from '../source.ts';
import type { SavedFile } from '../save-formats.ts';
import { Book, newSourceId } from './book.ts';
import { Questions } from './questions.ts';

/** So many calls are asked for at once. */
const page = 200;
/** How long after the last letter is searched, in milliseconds. */
const typing = 300;
/** When a server that was not reached is asked again, in milliseconds. */
const again = 5_000;

/** What is kept. */
export class StoredSource implements TraceSource {
  readonly id: number = newSourceId();
  readonly kind = 'stored';
  readonly name = '';
  readonly state: Signal<SourceState> = signal({ is: 'asking' });
  readonly calls: Signal<readonly CallSummary[]> = signal([]);
  /** There are calls further back. */
  readonly hasMore: Signal<boolean> = signal(false);
  readonly untraced: Signal<number | undefined> = signal(undefined);
  readonly #port: ReaderPort;
  readonly #server: TraceServer;
  readonly #clock: Clock;
  readonly #questions: Questions;
  #wish: StoredWish = {};
  #timer: Timer | undefined;
  /** Which question is the last one: an answer to an earlier one is late. */
  #asked = 0;

  constructor(port: ReaderPort, server: TraceServer, clock: Clock) {
    this.#port = port;
    this.#server = server;
    this.#clock = clock;
    this.#questions = new Questions(port, this.id);
    void this.#ask(undefined);
  }

  search(wish: StoredWish): void {
    if (isSame(wish, this.#wish)) return;
    this.#wish = wish;
    // Whoever types is not done with every letter.
    this.#timer?.cancel();
    this.#timer = this.#clock.after(typing, () => void this.#ask(undefined));
  }

  more(): void {
    const [oldest] = this.calls.peek();
    if (this.hasMore.peek() && this.state.peek().is === 'ready' && oldest !== undefined)
      void this.#ask(oldest.startedAt);
  }

  async told(callId: string): Promise<ToldCall | undefined> {
    const text = await this.#server.call(callId).catch(() => undefined);
    if (text === undefined) return undefined;
    const book = new Book(this.#port);
    const lines = text.split('\n').filter((line) => line !== '');
    book.send({ is: 'begin', source: book.id });
    book.send({ is: 'lines', source: book.id, lines });
    const told = await book.questions.told(callId);
    book.close();
    return told;
  }

  saved(wish: SaveWish): Promise<readonly SavedFile[]> {
    return this.#questions.saved(wish);
  }

  close(): void {
    this.#questions.close();
    this.#asked = -1;
    this.#timer?.cancel();
  }

  async #ask(before: number | undefined): Promise<void> {
    this.#asked += 1;
    const asked = this.#asked;
    this.state.value = { is: 'asking' };
    try {
      const { status } = this.#wish;
      // Half a status code is none.
      const wish = isStatus(status) ? this.#wish : { ...this.#wish, status: undefined };
      const { calls, more, gaps } = await this.#server.calls({ ...wish, limit: page, before });
      if (asked !== this.#asked) return;
      const kept = before === undefined ? [] : this.calls.peek();
      const all = new Map([...calls, ...kept].map((call) => [call.id, call]));
      batch(() => {
        this.calls.value = [...all.values()].toSorted(
          (one, other) => one.startedAt - other.startedAt,
        );
        this.hasMore.value = more;
        if (before === undefined) this.untraced.value = missing(gaps);
        this.state.value = { is: 'ready' };
      });
    } catch (error) {
      if (asked !== this.#asked) return;
      const why = whyOf(error);
      this.state.value = { is: 'failed', why, said: undefined };
      if (why === 'not reached')
        this.#timer = this.#clock.after(again, () => void this.#ask(before));
    }
  }
}

/** How many calls the gaps left out; undefined where there are none. */
function missing(gaps: readonly KeptGap[]): number | undefined {
  return gaps.length === 0 ? undefined : gaps.reduce((sum, { calls }) => sum + calls, 0);
}

function isStatus(text: string | undefined): boolean {
  return text !== undefined && /^[1-6](?:\d\d|xx)$/i.test(text);
}

function isSame(one: StoredWish, other: StoredWish): boolean {
  const names = ['text', 'status', 'fault', 'since', 'until'] as const;
  return names.every((name) => (one[name] ?? '') === (other[name] ?? ''));
}

/** What a refusal means. */
export function whyOf(error: unknown): ServerFault {
  if (!(error instanceof TraceRefusal)) return 'not reached';
  return error.status === 404 || error.status === 503 ? 'not there' : 'not allowed';
}

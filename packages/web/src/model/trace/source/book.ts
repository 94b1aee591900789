// A source whose calls stand in a book of the worker: what all of them share.
import { signal } from '@preact/signals-core';
import type { Signal } from '@preact/signals-core';
import type { CallSummary } from '@offhook/sip/trace';
import type { Answer, Ask, ReaderPort, ToldCall } from '../ask.ts';

let lastSource = 0;
let lastAsk = 0;

/** A number that no other source of the page has. */
export function newSourceId(): number {
  lastSource += 1;
  return lastSource;
}

/** One book, from the side of the page. */
export class Book {
  readonly id: number = newSourceId();
  /** In the order in which they began. */
  readonly calls: Signal<readonly CallSummary[]> = signal([]);
  readonly #port: ReaderPort;
  readonly #asked = new Map<number, (told: ToldCall | undefined) => void>();
  readonly #calls = new Map<string, CallSummary>();
  readonly #off: () => void;
  /** Holds back what is new. */
  #paused = false;

  /** `heard` takes the answers that are about the reading itself. */
  constructor(port: ReaderPort, heard: (answer: Answer) => void = () => undefined) {
    this.#port = port;
    this.#off = port.onAnswer((answer) => {
      if (answer.is === 'document') this.#told(answer.ask, answer.told);
      else if (answer.source === this.id) {
        if (answer.is === 'calls') this.#change(answer.changed, answer.gone);
        heard(answer);
      }
    });
  }

  send(ask: Ask): void {
    this.#port.send(ask);
  }

  told(call: string): Promise<ToldCall | undefined> {
    lastAsk += 1;
    const ask = lastAsk;
    return new Promise((resolve) => {
      this.#asked.set(ask, resolve);
      this.#port.send({ is: 'document', source: this.id, ask, call });
    });
  }

  /** While it is paused the list stands still; then it catches up. */
  pause(on: boolean): void {
    this.#paused = on;
    if (!on) this.#show();
  }

  close(): void {
    this.#off();
    this.#port.send({ is: 'forget', source: this.id });
    for (const resolve of this.#asked.values()) resolve(undefined);
    this.#asked.clear();
  }

  #told(ask: number, told: ToldCall | undefined): void {
    this.#asked.get(ask)?.(told);
    this.#asked.delete(ask);
  }

  #change(changed: readonly CallSummary[], gone: readonly string[]): void {
    for (const id of gone) this.#calls.delete(id);
    for (const call of changed) this.#calls.set(call.id, call);
    if (!this.#paused) this.#show();
  }

  #show(): void {
    this.calls.value = [...this.#calls.values()].toSorted(
      (one, other) => one.startedAt - other.startedAt,
    );
  }
}

// A source whose calls stand in a book of the worker: what all of them share.
import { signal } from '@preact/signals-core';
import type { Signal } from '@preact/signals-core';
import type { CallSummary } from '@offhook/sip/trace';
import type { Answer, Ask, ReaderPort } from '../ask.ts';
import { Questions } from './questions.ts';

let lastSource = 0;

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
  readonly questions: Questions;
  readonly #port: ReaderPort;
  readonly #calls = new Map<string, CallSummary>();
  readonly #off: () => void;
  /** Holds back what is new. */
  #paused = false;

  /** `heard` takes the answers that are about the reading itself. */
  constructor(port: ReaderPort, heard: (answer: Answer) => void = () => undefined) {
    this.#port = port;
    this.questions = new Questions(port, this.id);
    this.#off = port.onAnswer((answer) => {
      if (!('source' in answer) || answer.source !== this.id) return;
      if (answer.is === 'calls') this.#change(answer.changed, answer.gone);
      heard(answer);
    });
  }

  send(ask: Ask): void {
    this.#port.send(ask);
  }

  /** While it is paused the list stands still; then it catches up. */
  pause(on: boolean): void {
    this.#paused = on;
    if (!on) this.#show();
  }

  close(): void {
    this.#off();
    this.#port.send({ is: 'forget', source: this.id });
    this.questions.close();
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

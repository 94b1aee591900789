// Questions to the worker, each with the answer that is its own.
import type { StreamAudio, StreamDocument } from '@offhook/sip/trace';
import type { Answer, Ask, ReaderPort, ToldCall } from '../ask.ts';
import type { SavedFile } from '../save-formats.ts';
import type { SaveWish } from '../source.ts';

let lastAsk = 0;

/** Asks the worker about one source. */
export class Questions {
  readonly #port: ReaderPort;
  readonly #source: number;
  readonly #open = new Map<number, (answer: Answer | undefined) => void>();
  readonly #off: () => void;

  constructor(port: ReaderPort, source: number) {
    this.#port = port;
    this.#source = source;
    this.#off = port.onAnswer((answer) => {
      if (!('ask' in answer)) return;
      this.#open.get(answer.ask)?.(answer);
      this.#open.delete(answer.ask);
    });
  }

  async told(call: string): Promise<ToldCall | undefined> {
    const answer = await this.#ask((ask) => ({ is: 'document', source: this.#source, ask, call }));
    return answer?.is === 'document' ? answer.told : undefined;
  }

  async saved(wish: SaveWish): Promise<readonly SavedFile[]> {
    const source = this.#source;
    const answer = await this.#ask((ask) => ({ is: 'save', source, ask, ...wish }));
    return answer?.is === 'saved' ? answer.files : [];
  }

  async heard(stream: StreamDocument): Promise<StreamAudio | undefined> {
    const source = this.#source;
    const answer = await this.#ask((ask) => ({ is: 'listen', source, ask, stream }));
    return answer?.is === 'audio' ? answer.audio : undefined;
  }

  /** Nothing is answered any more. */
  close(): void {
    this.#off();
    for (const resolve of this.#open.values()) resolve(undefined);
    this.#open.clear();
  }

  #ask(question: (ask: number) => Ask): Promise<Answer | undefined> {
    lastAsk += 1;
    const ask = lastAsk;
    return new Promise((resolve) => {
      this.#open.set(ask, resolve);
      this.#port.send(question(ask));
    });
  }
}

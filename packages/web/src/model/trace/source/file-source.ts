// A capture that was dropped on the page or chosen, or that the page was opened with: the worker reads its files as one, and they go nowhere else.
import { signal } from '@preact/signals-core';
import type { Signal } from '@preact/signals-core';
import type { StreamAudio, StreamDocument } from '@offhook/sip/trace';
import { nameOfSet } from '../capture-set.ts';
import type { Answer, CaptureFile, Progress, ReaderPort, ToldCall } from '../ask.ts';
import type { SavedFile } from '../save-formats.ts';
import type { SaveWish, SourceKind, SourceState, TraceSource } from '../source.ts';
import { Book } from './book.ts';

/** A capture. */
export class FileSource implements TraceSource {
  readonly kind: SourceKind;
  /** Of its captures; key logs beside them have no name here. */
  readonly name: string;
  readonly files: readonly CaptureFile[];
  readonly state: Signal<SourceState>;
  /** The last that was heard of its reading. */
  readonly progress: Signal<Progress>;
  readonly #book: Book;

  constructor(port: ReaderPort, files: readonly CaptureFile[], kind: SourceKind = 'file') {
    this.kind = kind;
    this.files = files;
    this.name = nameOfSet(files);
    const size = files.reduce((sum, file) => sum + file.size, 0);
    this.progress = signal({ read: 0, size, frames: 0, format: '', explained: 0 });
    this.state = signal({ is: 'reading', progress: this.progress.peek() });
    this.#book = new Book(port, (answer) => this.#heard(answer));
    this.#book.send({ is: 'read', source: this.#book.id, files });
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

  heard(stream: StreamDocument): Promise<StreamAudio | undefined> {
    return this.#book.questions.heard(stream);
  }

  close(): void {
    this.#book.close();
  }

  #heard(answer: Answer): void {
    if (answer.is !== 'progress' && answer.is !== 'done') return;
    this.progress.value = answer.progress;
    this.state.value =
      answer.is === 'progress' ? { is: 'reading', progress: answer.progress } : this.#ended(answer);
  }

  #ended({ fault, lacks }: Extract<Answer, { is: 'done' }>): SourceState {
    if (fault !== undefined) return { is: 'failed', why: 'damaged', said: fault };
    if (this.calls.peek().length === 0) return { is: 'failed', why: 'no calls', said: lacks };
    return { is: 'ready' };
  }
}

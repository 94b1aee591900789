// The captures that are opened: files that come together are one, and files that come beside an open one ask where they belong.
import { batch, effect, signal, untracked } from '@preact/signals-core';
import type { Signal } from '@preact/signals-core';
import type { CaptureFile, ReaderPort } from './ask.ts';
import { capturesIn, isNamedIn, keyLogsIn } from './capture-set.ts';
import { FileSource } from './source/file-source.ts';
import type { TraceSource } from './source.ts';
import type { TraceViewer } from './viewer.ts';

/** Files that came beside an open capture, and wait to hear where they belong. */
export interface WaitingFiles {
  readonly files: readonly CaptureFile[];
  readonly beside: FileSource;
}

/** Opens captures. */
export class Captures {
  readonly waiting: Signal<WaitingFiles | undefined> = signal(undefined);
  readonly #port: ReaderPort;
  readonly #viewer: TraceViewer;

  constructor(port: ReaderPort, viewer: TraceViewer) {
    this.#port = port;
    this.#viewer = viewer;
    effect(() => {
      const waiting = this.waiting.value;
      const isBesideNone = waiting !== undefined && !viewer.sources.value.includes(waiting.beside);
      if (isBesideNone) untracked(() => this.openWaiting());
    });
  }

  /** Takes files that came together. */
  open(files: readonly CaptureFile[]): void {
    if (files.length === 0) return;
    const shown = this.#shown();
    if (shown === undefined) this.#show(files);
    // Keys open the capture beside them, whichever came first; nobody needs to be asked.
    else if (isKeys(files) || isKeys(shown.files)) this.#add(files, shown);
    else if (this.#isAwaited(files)) this.#show(files);
    else {
      const before = this.waiting.peek();
      const earlier = before?.beside === shown ? before.files : [];
      this.waiting.value = { files: [...earlier, ...files], beside: shown };
    }
  }

  /** The files that wait are read as one with the capture that they came beside. */
  addWaiting(): void {
    const waiting = this.waiting.peek();
    this.waiting.value = undefined;
    if (waiting !== undefined) this.#add(waiting.files, waiting.beside);
  }

  /** The files that wait are a capture of their own. */
  openWaiting(): void {
    const waiting = this.waiting.peek();
    this.waiting.value = undefined;
    if (waiting !== undefined) this.#show(waiting.files);
  }

  /** The files that wait are not wanted. */
  dropWaiting(): void {
    this.waiting.value = undefined;
  }

  /** Each capture of `source` becomes one of its own, with the keys that came with all. */
  keepApart(source: FileSource): void {
    const keys = keyLogsIn(source.files);
    const apart = capturesIn(source.files).map(
      (file) => new FileSource(this.#port, [file, ...keys], source.kind),
    );
    this.#viewer.replace(source, apart);
  }

  #shown(): FileSource | undefined {
    const source: TraceSource | undefined = this.#viewer.source.peek();
    const isOurs = source?.kind === 'file' || source?.kind === 'opened';
    return isOurs && source instanceof FileSource ? source : undefined;
  }

  // A link names a capture that is to be opened: this is it, or a part of it.
  #isAwaited(files: readonly CaptureFile[]): boolean {
    const name = this.#viewer.awaited.peek()?.name;
    return name !== undefined && files.some((file) => isNamedIn(name, file));
  }

  #show(files: readonly CaptureFile[]): void {
    const source = new FileSource(this.#port, files);
    batch(() => {
      this.#viewer.add(source);
      this.#viewer.show(source);
    });
  }

  #add(files: readonly CaptureFile[], to: FileSource): void {
    this.#viewer.replace(to, [new FileSource(this.#port, [...to.files, ...files], to.kind)]);
  }
}

function isKeys(files: readonly CaptureFile[]): boolean {
  return files.every(({ isKeyLog }) => isKeyLog === true);
}

// A capture that the server was asked for and did not give: it stands among the sources and says so.
import { signal } from '@preact/signals-core';
import type { CallSummary } from '@offhook/sip/trace';
import type { SourceKind, SourceState, TraceSource } from '../source.ts';
import { newSourceId } from './book.ts';

/** A capture that is not to be had. */
export class MissingSource implements TraceSource {
  readonly id: number = newSourceId();
  readonly kind: SourceKind;
  readonly name: string;
  readonly calls: TraceSource['calls'] = signal<readonly CallSummary[]>([]);
  readonly state: TraceSource['state'] = signal<SourceState>({
    is: 'failed',
    why: 'not given',
    said: undefined,
  });

  constructor(name: string, kind: SourceKind) {
    this.name = name;
    this.kind = kind;
  }

  told(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  saved(): Promise<readonly never[]> {
    return Promise.resolve([]);
  }

  close(): void {
    // Nothing was opened.
  }
}

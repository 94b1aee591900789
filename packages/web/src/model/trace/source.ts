// Where calls come from: files, the running system, what it keeps, a capture it was opened with, the Fault Lab. One port for all.
import type { CallSummary, StreamAudio, StreamDocument } from '@offhook/sip/trace';
import type { ReadonlySignal } from '@preact/signals-core';
import type { Progress, ToldCall } from './ask.ts';
import type { Hiding, SavedFile, SaveFormat } from './save-formats.ts';

/** The kinds of sources; their names stand in links. */
export type SourceKind = 'file' | 'live' | 'stored' | 'opened' | 'lab';

/** How a source stands. */
export type SourceState =
  | { readonly is: 'reading'; readonly progress: Progress }
  | { readonly is: 'asking' }
  | { readonly is: 'live'; readonly paused: boolean }
  | { readonly is: 'ready' }
  /** A capture that could be read to here only; or a server that does not answer. */
  | { readonly is: 'failed'; readonly why: SourceFault; readonly said: string | undefined };

/** Why a source gives no more. */
export type SourceFault =
  | 'damaged'
  | 'no calls'
  | 'not reached'
  | 'not allowed'
  | 'not there'
  | 'not given';

/** Why a server gives nothing. */
export type ServerFault = Extract<SourceFault, 'not reached' | 'not allowed' | 'not there'>;

/** Calls from one place. */
export interface TraceSource {
  /** Unique in the page. */
  readonly id: number;
  readonly kind: SourceKind;
  /** The file's name; empty for what has no name of its own. */
  readonly name: string;
  readonly state: ReadonlySignal<SourceState>;
  /** In the order in which they began. */
  readonly calls: ReadonlySignal<readonly CallSummary[]>;
  /** The call told whole; undefined when it is not known here. Asked again when its line in `calls` changed. */
  told(callId: string): Promise<ToldCall | undefined>;
  /** The call as a file, or as several that belong together; none where nothing can be made of it. */
  saved(wish: SaveWish): Promise<readonly SavedFile[]>;
  /** The sound of a stream, where the capture holds it in the clear; absent where there is no capture. */
  heard?(stream: StreamDocument): Promise<StreamAudio | undefined>;
  /** Keeps what comes from being shown; only where it goes on by itself. */
  pause?(on: boolean): void;
  /** How many calls are missing among these, where anything is; only where calls are kept by a server. */
  readonly untraced?: ReadonlySignal<number | undefined>;
  /** There are calls further back; only where more are kept than shown. */
  readonly hasMore?: ReadonlySignal<boolean>;
  /** Asks for them. */
  more?(): void;
  /** Has the server search; only where it keeps more than is shown. */
  search?(wish: StoredWish): void;
  close(): void;
}

/** A call as which file, and what of it is hidden. */
export interface SaveWish {
  readonly told: ToldCall;
  readonly format: SaveFormat;
  readonly hiding: Hiding;
}

/** What is asked of the calls that a server keeps. */
export interface StoredWish {
  readonly text?: string | undefined;
  readonly status?: string | undefined;
  readonly fault?: number | undefined;
  /** Milliseconds since 1970. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
}

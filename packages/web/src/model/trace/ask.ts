// What the page asks of the worker that reads captures, and what that answers: plain data, so that it crosses threads.
import type {
  CallDocument,
  CallSummary,
  Explanation,
  StreamAudio,
  StreamDocument,
} from '@offhook/sip/trace';
import type { Hiding, SavedFile, SaveFormat } from './save-formats.ts';

/** A capture as the page holds it: the worker knows how to read its bytes. */
export interface CaptureFile {
  readonly name: string;
  /** Octets as stored, packed or not. */
  readonly size: number;
  /** It holds what opens TLS connections in captures beside it, secrets or a private key, and no calls. */
  readonly isKeyLog?: boolean | undefined;
}

/** What is asked. `source` is the page's number for a book of calls, `ask` for one question. */
export type Ask =
  /** Several files are read as one capture, in the order of time. */
  | { readonly is: 'read'; readonly source: number; readonly files: readonly CaptureFile[] }
  /** An empty book, which lines go into. */
  | { readonly is: 'begin'; readonly source: number; readonly calls?: number }
  | { readonly is: 'lines'; readonly source: number; readonly lines: readonly string[] }
  | {
      readonly is: 'document';
      readonly source: number;
      readonly ask: number;
      readonly call: string;
    }
  /** Makes a file of a call; the media is read anew from the capture of `source`, where that is one. */
  | {
      readonly is: 'save';
      readonly source: number;
      readonly ask: number;
      readonly told: ToldCall;
      readonly format: SaveFormat;
      readonly hiding: Hiding;
    }
  /** Collects the sound of one stream, by reading the capture anew. */
  | {
      readonly is: 'listen';
      readonly source: number;
      readonly ask: number;
      readonly stream: StreamDocument;
    }
  | { readonly is: 'forget'; readonly source: number };

/** How far a capture is read. */
export interface Progress {
  /** Octets of the files, as stored. */
  readonly read: number;
  readonly size: number;
  readonly frames: number;
  /** Such as `pcap`; empty until it is known. */
  readonly format: string;
  /** The share of the calls found by now that are explained, from 0 to 1. */
  readonly explained: number;
}

/** A call told whole. */
export interface ToldCall {
  readonly document: CallDocument;
  readonly explanation: Explanation;
}

/** What is answered. */
export type Answer =
  | { readonly is: 'progress'; readonly source: number; readonly progress: Progress }
  /** Calls that are new or changed, and ids of those that are kept no longer. */
  | {
      readonly is: 'calls';
      readonly source: number;
      readonly changed: readonly CallSummary[];
      readonly gone: readonly string[];
    }
  /** The whole of a capture was read, as far as it could be; `fault` tells why not further. */
  | {
      readonly is: 'done';
      readonly source: number;
      readonly progress: Progress;
      readonly fault: string | undefined;
      /** What stood in the way of reading, as it was told last. */
      readonly lacks: string | undefined;
    }
  /** `told` is undefined when the call is not known. */
  | { readonly is: 'document'; readonly ask: number; readonly told: ToldCall | undefined }
  | { readonly is: 'saved'; readonly ask: number; readonly files: readonly SavedFile[] }
  /** `audio` is undefined when nothing of the stream can be heard. */
  | { readonly is: 'audio'; readonly ask: number; readonly audio: StreamAudio | undefined };

/** The worker, as the page sees it. */
export interface ReaderPort {
  send(ask: Ask): void;
  onAnswer(listener: (answer: Answer) => void): () => void;
}

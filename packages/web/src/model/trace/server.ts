// The server's side of traces, as the page asks it: calls that are kept, those that happen now, what it was opened with, the Fault Lab.
import type { CallSummary } from '@offhook/sip/trace';
import type { CaptureFile } from './ask.ts';
import type { Device } from './device/device.ts';
import type { StoredWish } from './source.ts';

/** `GET /api/trace/…`, `GET /api/opened` and the files of the Fault Lab. Rejects with a `TraceRefusal`, or as fetch does. */
export interface TraceServer {
  calls(wish: StoredWish & StoredPart): Promise<StoredCalls>;
  /** All records of a call, one a line, as the tap writes them. */
  call(callId: string): Promise<string>;
  /** Records as they are made; of one call, when it is named. Returns what ends it. */
  live(listener: LiveListener, callId?: string): () => void;
  /** The captures that a program on this machine was asked to open. */
  opened(): Promise<readonly { readonly name: string }[]>;
  openedFile(index: number, name: string): Promise<CaptureFile>;
  /** The devices that registered, the one that was heard of last first. */
  devices(): Promise<readonly Device[]>;
  labels(): Promise<readonly FaultLabel[]>;
  labFile(file: string): Promise<CaptureFile>;
}

/** Which part of the calls that fit. */
export interface StoredPart {
  readonly limit: number;
  /** Only those that began before, in milliseconds since 1970. */
  readonly before?: number | undefined;
}

/** Calls that are kept, the latest first. */
export interface StoredCalls {
  readonly calls: readonly CallSummary[];
  readonly more: boolean;
  /** When not all was kept. */
  readonly gaps: readonly KeptGap[];
}

/** A time in which not all was kept. */
export interface KeptGap {
  /** Calls that were left out whole. */
  readonly calls: number;
}

/** Hears what happens. */
export interface LiveListener {
  readonly opened: () => void;
  readonly line: (line: string) => void;
  /** Not all is kept, or again it is. */
  readonly untraced: (gap: KeptGap) => void;
  /** The connection broke; it is tried again unless `over`. */
  readonly lost: (over: boolean) => void;
}

/** One capture of the Fault Lab. */
export interface FaultLabel {
  readonly file: string;
  /** Its number in the catalogue; null for a healthy call. */
  readonly fault: number | null;
  readonly rule: string;
  readonly programs: readonly string[];
  readonly transport: string;
  /** One sentence. */
  readonly says: string;
}

/** The server's no. */
export class TraceRefusal extends Error {
  override readonly name = 'TraceRefusal';
  readonly status: number;

  constructor(status: number) {
    super(`The server answered ${status}`);
    this.status = status;
  }
}

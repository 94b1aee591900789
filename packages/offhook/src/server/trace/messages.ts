// What the main thread and the thread that keeps traces say to each other.
import type { CallSummary } from '@offhook/sip/trace';
import type { StorageErrorCode } from '../storage/errors.ts';

/** What the thread is started with. */
export interface TraceSetup {
  /** Of the database. */
  readonly path: string;
  readonly limits: TraceLimits;
  /** Our domain, and the names and addresses that mean it too. */
  readonly domain: string;
  readonly aliases: readonly string[];
  readonly hep?: HepWish | undefined;
}

/** With whom HEP is spoken. */
export interface HepWish {
  /** The collector that each message goes to. */
  readonly collector?: UdpAddress | undefined;
  /** Where agents are heard. */
  readonly listen?: UdpAddress | undefined;
}

/** A numeric address, and a port of UDP. */
export interface UdpAddress {
  readonly host: string;
  readonly port: number;
}

/** How long traces are kept, and what of them. */
export interface TraceLimits {
  /** Milliseconds. */
  readonly age: number;
  /** Octets of the file. */
  readonly size: number;
}

/** Which calls are wanted. */
export interface CallQuery {
  /** A part of a number, a user or a Call-ID. */
  readonly text?: string | undefined;
  /** A status such as 486, or a class such as `4xx`. */
  readonly status?: string | undefined;
  /** A rule such as `no-answer`, or its number in the catalogue. */
  readonly fault?: string | undefined;
  /** Begun at this time or later, and before; milliseconds since 1970. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  /** Begun before: for the next page of an answer. */
  readonly before?: number | undefined;
  readonly limit: number;
  /** Only calls in which this user of our domain takes part. */
  readonly user?: string | undefined;
}

/** Calls, the newest first. */
export interface FoundCalls {
  readonly calls: readonly CallSummary[];
  /** True when there are older ones. */
  readonly more: boolean;
  /** Calls that a search by fault knows nothing of yet: asked again it knows more. */
  readonly unexplained: number;
  /** When not all was kept, the latest first; only for who sees the calls of everybody. */
  readonly gaps: readonly TraceGap[];
}

/** A time in which not all was kept: there was too much of it, or it could not be written. */
export interface TraceGap {
  /** Milliseconds since 1970. */
  readonly since: number;
  /** Undefined while it lasts. */
  readonly until: number | undefined;
  /** Calls that began then and were left out whole. */
  readonly calls: number;
  /** Observations that are missing, of those calls and of others. */
  readonly records: number;
}

/** Whose traces are wanted: of one call by a Call-ID of any of its legs, and of one user's. */
export interface TraceWish {
  readonly call?: string | undefined;
  readonly user?: string | undefined;
}

/** What a page observed. */
export interface PageReport {
  readonly user: string;
  /** Tap lines. */
  readonly lines: string;
  /** What to add to the page's times to have ours, in milliseconds. */
  readonly shift: number;
  /** When it came, in milliseconds since 1970. */
  readonly received: number;
}

/** What was taken of a report. */
export interface TakenReport {
  readonly taken: number;
  /** Lines that are none, or that are about calls of others. */
  readonly refused: number;
}

/** What became of a binding of a user's device. */
export interface DeviceEvent {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** `closed`: its connection is gone. */
  readonly event: 'registered' | 'refreshed' | 'expired' | 'removed' | 'closed';
  readonly aor: string;
  readonly user: string;
  /** What its bindings are told apart by: its instance with the flow's number, or the contact. */
  readonly device: string;
  readonly contact: string;
  readonly userAgent: string | undefined;
  readonly instance: string | undefined;
  /** Where it registers from. */
  readonly transport: string;
  readonly host: string;
  readonly port: number;
  /** How long the binding is good; 0 for one that is gone. */
  readonly expiresSeconds: number;
}

/** An entry of a device's log. */
export interface LoggedEvent extends DeviceEvent {
  /** When it was the last time so, of `count` times. */
  readonly until: number;
  readonly count: number;
  /** Of what was asked and answered since. */
  readonly roundTrips: RoundTrips | undefined;
}

/** How long it takes until a device answers, in milliseconds. */
export interface RoundTrips {
  readonly last: number;
  readonly least: number;
  readonly most: number;
  readonly mean: number;
  readonly count: number;
  /** Moments with how long it took then, the earliest first. Of many neighbours the slowest ones stand for all. */
  readonly times: readonly (readonly [at: number, milliseconds: number])[];
}

/** A device as it was last heard of, and its log, the newest first. */
export interface DeviceLine extends Omit<DeviceEvent, 'at' | 'event' | 'user' | 'expiresSeconds'> {
  readonly isRegistered: boolean;
  readonly roundTrips: RoundTrips | undefined;
  readonly log: readonly LoggedEvent[];
}

/** A question, and by its kind what the answer is. */
export type Question =
  | { readonly kind: 'calls'; readonly query: CallQuery }
  | { readonly kind: 'lines'; readonly wish: TraceWish & { readonly call: string } }
  | { readonly kind: 'report'; readonly report: PageReport }
  | { readonly kind: 'devices'; readonly user: string | undefined }
  | { readonly kind: 'settle' };

/** The answers by the kinds of their questions. */
export interface Answers {
  readonly calls: FoundCalls;
  /** Tap lines in the order of time; undefined for a call that is not known, or not to this user. */
  readonly lines: string | undefined;
  readonly report: TakenReport;
  readonly devices: readonly DeviceLine[];
  /** All that was observed before is stored. */
  readonly settle: true;
}

/** To the thread. */
export type ToTracer =
  /** Observations, a line of JSON each. */
  | { readonly kind: 'observed'; readonly lines: string }
  | { readonly kind: 'devices'; readonly events: readonly DeviceEvent[] }
  /** A gap that is over. */
  | { readonly kind: 'gap'; readonly gap: TraceGap }
  | { readonly kind: 'ask'; readonly id: number; readonly question: Question }
  | { readonly kind: 'watch'; readonly id: number; readonly wish: TraceWish }
  | { readonly kind: 'unwatch'; readonly id: number }
  | { readonly kind: 'close' };

/** What went wrong with the file, once; and that it works again. */
export type Trouble =
  | { readonly is: 'begins'; readonly code: StorageErrorCode; readonly text: string }
  | { readonly is: 'over' };

/** Lines for viewers, by their ids. */
export interface SeenLines {
  readonly viewers: readonly number[];
  /** Without the end of the last. */
  readonly lines: string;
}

/** From the thread. */
export type FromTracer =
  | { readonly kind: 'open'; readonly warnings: readonly string[] }
  | { readonly kind: 'failed'; readonly code: StorageErrorCode; readonly text: string }
  /** Observations of so many characters are dealt with. */
  | { readonly kind: 'taken'; readonly characters: number }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: Answers[keyof Answers] }
  | { readonly kind: 'no-answer'; readonly id: number; readonly text: string }
  | { readonly kind: 'seen'; readonly seen: readonly SeenLines[] }
  | { readonly kind: 'warning'; readonly text: string }
  | { readonly kind: 'trouble'; readonly trouble: Trouble }
  | { readonly kind: 'closed' };

// What the stack tells of itself: append-only records that link by id. Every room emits, none reads; the ladder on the
// terminal, stored traces, the viewer and the tests all live on these.
import type { RunningTimer } from './machine.ts';

/** Where observations go. With none attached an emit costs one comparison. */
export interface Tap {
  observe(observation: Observation): void;
}

/** Everything that can be observed; `kind` tells which. */
export type Observation =
  | MessageObserved
  | MessageDropped
  | FlowObserved
  | TransactionStepped
  | DialogStepped
  | SessionStepped
  | OfferAnswerStepped
  | SubscriptionStepped
  | RegistrationStepped
  | MediaReported;

/** What every observation carries. */
export interface Observed {
  /** Version of this record's form. */
  readonly v: 1;
  /** Milliseconds since 1970, with fractions. */
  readonly at: number;
  /** Name of the endpoint that saw it, such as `server`, `echo` or `alice`. */
  readonly endpoint: string;
  /** Milliseconds that were added to its times by whoever put it beside those of another machine; absent when nothing was. */
  readonly moved?: number | undefined;
}

/** An address of one end of a flow. */
export interface ObservedAddress {
  readonly host: string;
  readonly port: number;
}

/** A whole SIP message on the wire. */
export interface MessageObserved extends Observed {
  readonly kind: 'message';
  readonly direction: 'in' | 'out';
  readonly protocol: string;
  readonly flow: string;
  readonly local: ObservedAddress;
  readonly remote: ObservedAddress;
  /** The message as it was on the wire, as latin1 text. */
  readonly text: string;
  /** Id of the transaction it belongs to; absent when it belongs to none (a stateless answer, the ACK to a 2xx). */
  readonly transaction?: string | undefined;
  /** True when the same bytes were sent or received before. */
  readonly repeat?: boolean | undefined;
}

/** Bytes that were not taken as a message, and why. */
export interface MessageDropped extends Observed {
  readonly kind: 'dropped';
  readonly flow: string;
  readonly remote: ObservedAddress;
  readonly reason: string;
  readonly text: string;
}

/** A connection opened, closed or failed, or an address did not answer. */
export interface FlowObserved extends Observed {
  readonly kind: 'flow';
  readonly flow: string;
  readonly event: 'opened' | 'closed' | 'failed';
  readonly protocol: string;
  readonly local: ObservedAddress;
  readonly remote: ObservedAddress;
  readonly reason?: string | undefined;
}

/** One event of a state machine. `before` is absent in the record of its birth. */
export interface Stepped<State extends string = string> extends Observed {
  readonly id: string;
  readonly event: string;
  readonly before?: State | undefined;
  readonly after: State;
  readonly actions: readonly string[];
  /** Timers that run after it; `due` in milliseconds since 1970. */
  readonly timers: readonly RunningTimer[];
  /** True when the figure has no such arrow and nothing happened. */
  readonly stray?: boolean | undefined;
}

/** The four figures of RFC 3261 §17. */
export type TransactionKind =
  | 'invite-client'
  | 'non-invite-client'
  | 'invite-server'
  | 'non-invite-server';

/** A transaction was born or took an event. */
export interface TransactionStepped extends Stepped {
  readonly kind: 'transaction';
  readonly figure: TransactionKind;
  readonly method: string;
  readonly branch: string;
  readonly callId: string;
}

/** A dialog was born or changed: always the full triple. */
export interface DialogStepped extends Stepped {
  readonly kind: 'dialog';
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
  /** The transaction that created it. */
  readonly transaction?: string | undefined;
}

/** A session (the media relationship of one INVITE dialog usage) was born or took an event. */
export interface SessionStepped extends Stepped {
  readonly kind: 'session';
  readonly callId: string;
  /** The figure beside the session's own: its reliable provisional responses, or its session timer. */
  readonly part?: '1xx' | 'timer' | undefined;
  /** Id of its dialog, once there is one. */
  readonly dialog?: string | undefined;
}

/** An offer or an answer was made, taken or refused (RFC 3264). */
export interface OfferAnswerStepped extends Stepped {
  readonly kind: 'offer-answer';
  readonly session: string;
  readonly streams: readonly ObservedStream[];
}

/** One media line as agreed. */
export interface ObservedStream {
  readonly media: string;
  readonly codec: string | undefined;
  readonly direction: string;
  readonly local: ObservedAddress | undefined;
  readonly remote: ObservedAddress | undefined;
}

/** A subscription or a publication was born or took an event (RFC 6665, RFC 3903). */
export interface SubscriptionStepped extends Stepped {
  readonly kind: 'subscription';
  readonly role: 'subscriber' | 'notifier' | 'publisher';
  /** The event package, such as `presence` or `refer`. */
  readonly package: string;
  readonly callId: string;
  /** Id of its dialog, once there is one; a publication has none. */
  readonly dialog?: string | undefined;
}

/** A registration was born or took an event. */
export interface RegistrationStepped extends Stepped {
  readonly kind: 'registration';
  readonly aor: string;
}

/** Counters of one media line. */
export interface MediaReported extends Observed {
  readonly kind: 'media';
  readonly session: string;
  readonly line: number;
  readonly sentPackets: number;
  readonly receivedPackets: number;
  readonly lostPackets: number;
  readonly jitterMilliseconds: number;
  readonly codec: string | undefined;
  /** There and back, as the endpoint measured it. */
  readonly roundTripMilliseconds?: number | undefined;
  /** Share of the sound that was made up for what was missing, 0 to 1. */
  readonly concealedShare?: number | undefined;
  /** Loudness of what arrives, 0 to 1. */
  readonly level?: number | undefined;
  /** True while the media goes on; absent in the last report, when it is closed. */
  readonly interim?: true | undefined;
}

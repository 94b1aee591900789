// What the correlator gives: rows of the story, each with its labels T, D and S and the changes that it caused.
import type { RunningTimer } from '../../base/machine.ts';
import type { MediaReported } from '../../base/tap.ts';

/** How a label or a change is known: from a record made inside an endpoint, or by matching messages as the RFC does. */
export type Source = 'recorded' | 'inferred';

/** How a request proves its sender. */
export type Credentials = 'digest' | 'token';

/** One thing that lives in a lane: a transaction, a dialog or a session, numbered within its call. */
export interface Label {
  readonly lane: 'T' | 'D' | 'S';
  readonly number: number;
  readonly source: Source;
}

/** One column of a ladder: an endpoint that we observe, or an address that it talks to. */
export interface Party {
  readonly id: number;
  /** The endpoint's name, else the user seen at the address; undefined while nothing is known. */
  readonly name: string | undefined;
  /** Its first address, such as `127.0.0.1:5060`. */
  readonly address: string;
  /** True when observations come from inside it. */
  readonly observed: boolean;
  /** The party that this one turned out to be, once two addresses prove to be one endpoint; else itself. */
  readonly current: Party;
}

/** One step of a state machine, put where it was caused. */
export interface Change {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly label: Label | undefined;
  /** What changed: `INVITE client`, `INVITE server`, `dialog`, `session`, `offer/answer`, `registration sip:a@b`. */
  readonly subject: string;
  /** The endpoints whose records say so; empty when it is inferred. */
  readonly endpoints: readonly string[];
  /** The event of the arrow that was taken. */
  readonly event: string;
  /** Absent at birth. */
  readonly before: string | undefined;
  readonly after: string;
  /** Who the two ends of a new dialog are: `alice;a1 / bob;b2`. */
  readonly detail: string | undefined;
  /** Timers that run after it; `due` in milliseconds since 1970. */
  readonly timers: readonly RunningTimer[];
  /** Those of them that it started. */
  readonly started: readonly RunningTimer[];
  /** What the arrow did, as the figure names it; empty when it is inferred. */
  readonly actions: readonly string[];
  /** The machine that took it, unique in its call; undefined when it is inferred. */
  readonly machine: Machine | undefined;
  /** True when the figure has no such arrow and nothing happened. */
  readonly stray: boolean;
  readonly source: Source;
}

/** A machine of an endpoint that recorded its steps. */
export interface Machine {
  /** Unique in its call. */
  readonly key: string;
  readonly figure: FigureName | undefined;
}

/** The machines of the stack that the tap tells of. */
export type FigureName =
  | 'invite-client'
  | 'invite-server'
  | 'non-invite-client'
  | 'non-invite-server'
  | 'dialog'
  | 'outgoing'
  | 'incoming'
  | 'session'
  | 'offer-answer'
  | 'provisional'
  | 'session-timer'
  | 'subscriber'
  | 'notifier'
  | 'publication'
  | 'registration';

/** One media line of an SDP body. */
export interface SdpLine {
  readonly media: string;
  /** Zero when the line is refused or disabled. */
  readonly port: number;
  /** Codec names in the order of preference, without telephone-event and comfort noise. */
  readonly codecs: readonly string[];
  readonly direction: string;
  /** Milliseconds of media in a packet as the SDP says. */
  readonly ptime: number | undefined;
  /** Where media is wanted; undefined when no address is given. */
  readonly host: string | undefined;
}

/** The SDP that a message carries, and its part in offer and answer (RFC 3264). */
export interface SdpNote {
  readonly role: 'offer' | 'answer';
  readonly lines: readonly SdpLine[];
  /** True for the offer that the session begins with. */
  readonly initial: boolean;
  /** True when the same bytes came over an earlier hop. */
  readonly again: boolean;
}

/** What a REGISTER asked for, and what came of it (RFC 3261 §10.2). */
export interface BindingNote {
  readonly kind: 'registered' | 'refreshed' | 'removed' | 'asked';
  /** User part of the address of record. */
  readonly user: string | undefined;
  /** How long it stands, as the registrar said; undefined when it did not. */
  readonly expiresSeconds: number | undefined;
}

/** What all rows have. A row may change after it was given: then it is given again with a higher `revision`. */
export interface Row {
  /** Unique in its correlator, rising. */
  readonly id: number;
  readonly revision: number;
  /** Undefined for what belongs to no call. */
  readonly call: Call | undefined;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** A message on one hop: one arrow, even when both its ends are observed. */
export interface MessageRow extends Row {
  readonly kind: 'message';
  /** Counts the messages of the call from 1. */
  readonly number: number;
  /** Milliseconds since the row before it in this call. */
  readonly delta: number;
  readonly from: Party;
  readonly to: Party;
  readonly protocol: string;
  /** The method of the request, or of CSeq in a response; empty when the text is no SIP message. */
  readonly method: string;
  readonly status: number | undefined;
  /** `INVITE` or `180 Ringing`, as it came from the network. */
  readonly title: string;
  readonly firstLine: string;
  readonly cseq: number | undefined;
  readonly labels: readonly Label[];
  /** 0 for the first time, else the how many-th repeat this is. */
  readonly resend: number;
  /** When the sender was seen sending it; undefined when the sender is not observed. */
  readonly sentAt: number | undefined;
  /** When the receiver was seen receiving it. */
  readonly receivedAt: number | undefined;
  readonly sdp: SdpNote | undefined;
  readonly changes: readonly Change[];
}

/** A change that no message caused: a timer, or the user of an endpoint. */
export interface StepRow extends Row {
  readonly kind: 'step';
  readonly party: Party;
  readonly change: Change;
}

/** What media flows between two parties from now on. */
export interface MediaRow extends Row {
  readonly kind: 'media';
  readonly label: Label;
  readonly state: 'early' | 'active' | 'held' | 'resumed' | 'ended';
  /** Who made the offer, and who answered it. */
  readonly from: Party;
  readonly to: Party;
  readonly streams: readonly MediaFlow[];
  /** Milliseconds since the session became active; only when it ended. */
  readonly lasted: number | undefined;
}

/** One agreed media line, with who may send. */
export interface MediaFlow {
  readonly media: string;
  readonly codec: string | undefined;
  readonly ptime: number | undefined;
  /** The offerer sends to the answerer. */
  readonly forth: boolean;
  /** The answerer sends to the offerer. */
  readonly back: boolean;
  /** By SRTP (RFC 3711). */
  readonly encrypted: boolean;
}

/** Something to know that is no arrow: dropped bytes, a flow that opened or failed, media counters. */
export interface NoteRow extends Row {
  readonly kind: 'note';
  readonly topic: 'dropped' | 'flow' | 'media';
  readonly party: Party;
  readonly text: string;
  readonly label: Label | undefined;
  readonly report: MediaReported | undefined;
}

/** A row of the story. */
export type Labelled = MessageRow | StepRow | MediaRow | NoteRow;

/** How a call went so far. Times in milliseconds since 1970. */
export interface Outcome {
  /** True once nothing more is to be expected. */
  readonly over: boolean;
  /** The final response to the first request of the call, on the hop of its sender. */
  readonly status: number | undefined;
  readonly reason: string | undefined;
  readonly answeredAt: number | undefined;
  readonly cancelledBy: Party | undefined;
  readonly endedBy: Party | undefined;
  readonly endedAt: number | undefined;
  /** True when a timer gave up the first request. */
  readonly timedOut: boolean;
  /** True when its sender had no way to send it. */
  readonly undelivered: boolean;
  /** When the exchange that decides began: with a refresh it begins anew. */
  readonly begunAt: number;
  /** How many times its request was tried: 2 when credentials were asked for and given. */
  readonly tries: number;
  /** By what the last try proved its sender, if it did: a digest (RFC 7616), or a token (RFC 8898). */
  readonly credentials: Credentials | undefined;
  /** True while credentials were asked for, and none came yet. */
  readonly asked: boolean;
  /** Set for a REGISTER. */
  readonly binding: BindingNote | undefined;
}

/** All that happens under one Call-ID. */
export interface Call {
  readonly number: number;
  readonly callId: string;
  /** Method of its first request, such as INVITE or REGISTER. */
  readonly method: string;
  /** URIs of From and To without parameters and passwords. */
  readonly from: string;
  readonly to: string;
  /** Who sent its first request, and to whom. */
  readonly caller: Party | undefined;
  readonly callee: Party | undefined;
  readonly startedAt: number;
  readonly lastAt: number;
  readonly messages: number;
  readonly resent: number;
  readonly transactions: number;
  readonly dialogs: number;
  readonly sessions: number;
  /** The latest media counters of each endpoint and media line. */
  readonly reports: readonly MediaReported[];
  readonly outcome: Outcome;
  /** The other calls that a back-to-back user agent tied to this one: they share its Session-ID (RFC 7989). */
  readonly legs: readonly Call[];
}

/** `T1`, or `~T1` when it is inferred. */
export function labelText(label: Label): string {
  return `${label.source === 'inferred' ? '~' : ''}${label.lane}${label.number}`;
}

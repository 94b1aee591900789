// One call told whole, as plain data: what the explainer reads, what the viewer draws and what the exports write.
import type { RunningTimer } from '../../base/machine.ts';
import type { ObservedAddress } from '../../base/tap.ts';
import type { FigureName, Label, Source } from '../correlate/labelled.ts';

/**
 * A call with all its legs. Plain data that survives JSON and structured cloning. Times are milliseconds since 1970; a `frame`
 * is the number of a frame in the capture, or the running number of the record where there was no capture: every message, step and
 * note has one, and findings cite them. Two messages in one frame share it.
 */
export interface CallDocument {
  readonly v: 1;
  /** Call-ID of its first leg. */
  readonly id: string;
  /** Method of its first request. */
  readonly method: string;
  /** URIs without parameters and passwords. */
  readonly from: string;
  readonly to: string;
  readonly startedAt: number;
  /** When the last thing known of it happened. */
  readonly endedAt: number;
  /** How long was looked for more of it: the end of the capture, or so much later that nothing more belongs to it. */
  readonly watchedUntil: number;
  /** `recorded` when at least one of its parties told of itself. */
  readonly source: Source;
  readonly outcome: OutcomeDocument;
  readonly legs: readonly LegDocument[];
  readonly parties: readonly PartyDocument[];
  readonly messages: readonly MessageDocument[];
  /** Steps of state machines that no message caused: timers, and what users did. */
  readonly steps: readonly StepDocument[];
  readonly transactions: readonly TransactionDocument[];
  readonly dialogs: readonly DialogDocument[];
  readonly sessions: readonly SessionDocument[];
  /** Machines that have no lane: registrations, publications, subscriptions without a dialog. */
  readonly machines: readonly MachineDocument[];
  /** Offers with their answers, in the order of the offers. */
  readonly negotiations: readonly NegotiationDocument[];
  readonly streams: readonly StreamDocument[];
  /** Media counters that endpoints told of themselves, in order of time. */
  readonly reports: readonly ReportDocument[];
  /** What registrars said of the users whom the call was for, before and during it, in order of time. */
  readonly bindings: readonly BindingDocument[];
  readonly notes: readonly NoteDocument[];
  /** What the source of these data lacks, such as `frames are cut at 96 bytes`. */
  readonly missing: readonly string[];
}

/** How the call went: the first request on the hop of its sender. */
export interface OutcomeDocument {
  readonly over: boolean;
  readonly status: number | undefined;
  readonly reason: string | undefined;
  readonly answeredAt: number | undefined;
  readonly endedAt: number | undefined;
  /** Ids of parties. */
  readonly endedBy: number | undefined;
  readonly cancelledBy: number | undefined;
  readonly timedOut: boolean;
  readonly undelivered: boolean;
  /** 2 when credentials were asked for and given. */
  readonly tries: number;
  /** One line such as `answered after 2.1 s, ended by bob after 8.3 s`. */
  readonly text: string;
}

/** All that has one Call-ID. */
export interface LegDocument {
  readonly number: number;
  readonly callId: string;
  readonly from: string;
  readonly to: string;
  /** How it is known to belong to the first leg; undefined for the first. */
  readonly joinedBy: 'Session-ID' | 'X-CID' | 'own record' | 'likeness' | undefined;
  /** False when it is only likely. */
  readonly certain: boolean;
}

/** One column of the ladder. */
export interface PartyDocument {
  readonly id: number;
  readonly name: string | undefined;
  /** `host:port`, the first one first. */
  readonly addresses: readonly string[];
  /** True when it told of itself. */
  readonly observed: boolean;
  /** What it calls itself in User-Agent or Server. */
  readonly product: string | undefined;
}

/** One message on one hop. */
export interface MessageDocument {
  /** Counts from 1 through all legs, in order of time. */
  readonly number: number;
  readonly frame: number;
  readonly at: number;
  /** Milliseconds since the message before it. */
  readonly delta: number;
  /** Number of its leg. */
  readonly leg: number;
  /** Ids of parties. */
  readonly from: number;
  readonly to: number;
  readonly source: ObservedAddress;
  readonly destination: ObservedAddress;
  readonly protocol: string;
  /** Of the request, or of CSeq in a response; empty when the text is no SIP message. */
  readonly method: string;
  readonly status: number | undefined;
  /** `INVITE` or `180 Ringing`. */
  readonly title: string;
  readonly firstLine: string;
  readonly cseq: number | undefined;
  /** The whole message as latin1 text, without secrets. */
  readonly text: string;
  /** At most one for each lane. */
  readonly labels: readonly Label[];
  /** 0 for the first time, else the how many-th repeat this is; and of which message. */
  readonly resend: number;
  readonly resendOf: number | undefined;
  readonly sentAt: number | undefined;
  readonly receivedAt: number | undefined;
  /** True when its sender told of sending it and its receiver, who tells too, never of receiving it. */
  readonly lost: boolean;
  readonly sdp: 'offer' | 'answer' | undefined;
  /** Why it has its labels, one sentence each with its section of an RFC. */
  readonly matched: readonly string[];
  readonly changes: readonly ChangeDocument[];
}

/** One step of a machine. */
export interface ChangeDocument {
  readonly label: Label | undefined;
  readonly figure: FigureName | undefined;
  /** `INVITE client`, `dialog`, `session`, `offer/answer`. */
  readonly subject: string;
  /** Id of the party whose machine it is; undefined when it is both ends'. */
  readonly party: number | undefined;
  readonly event: string;
  readonly before: string | undefined;
  readonly after: string;
  /** What the arrow did, as the figure names it. */
  readonly actions: readonly string[];
  /** Where the arrow is written, such as `RFC 3261 §17.1.1.2`. */
  readonly section: string | undefined;
  /** Timers that run after it; `due` in milliseconds since 1970. */
  readonly timers: readonly RunningTimer[];
  readonly started: readonly RunningTimer[];
  /** True when the figure has no such arrow and nothing happened. */
  readonly stray: boolean;
  readonly source: Source;
}

/** A step that no message caused. */
export interface StepDocument {
  /** Below zero for one that is inferred, which no frame holds. */
  readonly frame: number;
  readonly at: number;
  /** Id of the party. */
  readonly party: number;
  readonly leg: number | undefined;
  readonly change: ChangeDocument;
}

/** A state that a machine was in. */
export interface StateSpan {
  readonly state: string;
  readonly from: number;
  /** Undefined while it lasts, and when nothing tells when it ended. */
  readonly to: number | undefined;
  /** The event that led into it; absent for the first. */
  readonly event: string | undefined;
}

/** A timer that ran. */
export interface TimerSpan {
  readonly name: string;
  readonly from: number;
  readonly due: number;
  /** When it fired or was stopped; undefined while it runs. */
  readonly to: number | undefined;
  readonly fired: boolean;
}

/** One state machine of one party. */
export interface MachineDocument {
  /** Id of the party; undefined when it is both ends'. */
  readonly party: number | undefined;
  readonly figure: FigureName;
  readonly source: Source;
  readonly states: readonly StateSpan[];
  readonly timers: readonly TimerSpan[];
}

/** One transaction on one hop. */
export interface TransactionDocument {
  readonly number: number;
  readonly leg: number;
  readonly method: string;
  readonly branch: string;
  readonly source: Source;
  /** Ids of the parties. */
  readonly client: number | undefined;
  readonly server: number | undefined;
  /** Client's first, then server's. */
  readonly machines: readonly MachineDocument[];
  /** Numbers of its messages. */
  readonly messages: readonly number[];
  /** Its final response. */
  readonly status: number | undefined;
}

/** One side of a dialog. */
export interface DialogEnd {
  /** Id of the party. */
  readonly party: number | undefined;
  readonly tag: string;
  readonly user: string | undefined;
  /** What the other side sends to (Contact), as it changed. */
  readonly target: string | undefined;
  /** The route set of this side, its first hop first. */
  readonly routeSet: readonly string[];
  /** The last CSeq number that this side sent. */
  readonly cseq: number | undefined;
}

/** One dialog: Call-ID and both tags. */
export interface DialogDocument {
  readonly number: number;
  readonly leg: number;
  readonly callId: string;
  /** The side that sent the first request first. */
  readonly ends: readonly [DialogEnd, DialogEnd];
  readonly source: Source;
  readonly states: readonly StateSpan[];
  readonly machines: readonly MachineDocument[];
  /** Number of the transaction that created it. */
  readonly createdBy: number | undefined;
  /** Numbers of the dialogs that the same request created. */
  readonly forks: readonly number[];
  readonly messages: readonly number[];
}

/** One session: what one INVITE dialog agreed on media. */
export interface SessionDocument {
  readonly number: number;
  readonly leg: number;
  readonly dialog: number | undefined;
  readonly source: Source;
  readonly states: readonly StateSpan[];
  readonly machines: readonly MachineDocument[];
  readonly lines: readonly MediaLineDocument[];
}

/** One media line through the life of its session. */
export interface MediaLineDocument {
  /** From 0, as in the SDP. */
  readonly index: number;
  readonly media: string;
  readonly spans: readonly MediaSpan[];
  /** Ids of the RTP streams that were seen on it. */
  readonly streams: readonly number[];
}

/** What was agreed of a media line for a while. */
export interface MediaSpan {
  readonly from: number;
  readonly to: number | undefined;
  readonly codec: string | undefined;
  /** The first end of the dialog sends to the second. */
  readonly forth: boolean;
  readonly back: boolean;
  readonly encrypted: boolean;
  /** Where the first end and where the second end wants its media. */
  readonly first: ObservedAddress | undefined;
  readonly second: ObservedAddress | undefined;
}

/** An offer, and its answer if it came. */
export interface NegotiationDocument {
  readonly session: number | undefined;
  readonly leg: number;
  /** Numbers of the messages. */
  readonly offer: number;
  readonly answer: number | undefined;
  /** The message that refused it. */
  readonly refusal: number | undefined;
  /** Ids of the parties. */
  readonly offerer: number;
  readonly answerer: number;
  readonly lines: readonly NegotiatedLine[];
}

/** One media line of an offer beside that of its answer. */
export interface NegotiatedLine {
  readonly index: number;
  readonly media: string;
  readonly offered: LineDocument;
  readonly answered: LineDocument | undefined;
  /** Whether it differs from the line before the offer: names of what changed, such as `direction`. */
  readonly changed: readonly string[];
}

/** A media line as one side writes it. */
export interface LineDocument {
  readonly media: string;
  /** 0 when it is refused or removed. */
  readonly port: number;
  readonly protocol: string;
  readonly address: string | undefined;
  readonly direction: 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';
  readonly codecs: readonly CodecDocument[];
  readonly ptime: number | undefined;
  readonly rtcpMux: boolean;
  /** `SDES`, `DTLS`, or undefined for none. */
  readonly encryption: 'SDES' | 'DTLS' | undefined;
  /** a=setup. */
  readonly setup: string | undefined;
  readonly fingerprint: string | undefined;
  readonly iceUfrag: string | undefined;
  readonly candidates: readonly string[];
  /** The sources that it says it sends (RFC 5576 §4.1). */
  readonly sources: readonly number[];
}

/** A payload type of a media line. */
export interface CodecDocument {
  readonly payloadType: number;
  readonly name: string;
  readonly clockRate: number;
  readonly channels: number | undefined;
  readonly format: string | undefined;
}

/** One RTP stream that a capture has. */
export interface StreamDocument {
  /** From 1 in the document. */
  readonly id: number;
  readonly leg: number | undefined;
  readonly session: number | undefined;
  /** Index of the media line. */
  readonly line: number | undefined;
  /** Ids of parties, when an SDP tells whose address it is. */
  readonly sender: number | undefined;
  readonly receiver: number | undefined;
  readonly source: ObservedAddress;
  readonly destination: ObservedAddress;
  readonly ssrc: number;
  /** In the order of their first packet. */
  readonly payloadTypes: readonly number[];
  readonly codec: string | undefined;
  readonly clockRate: number | undefined;
  readonly encrypted: boolean;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly firstFrame: number;
  readonly lastFrame: number;
  readonly packets: number;
  readonly bytes: number;
  /** By extended sequence numbers (RFC 3550 appendix A.3). */
  readonly expected: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly reordered: number;
  /** Came more than 100 ms later than the earliest ones around: a usual jitter buffer drops them. */
  readonly late: number;
  /** Milliseconds (RFC 3550 §6.4.1). */
  readonly meanJitter: number;
  readonly maxJitter: number;
  /** Longest time between two packets, in milliseconds. */
  readonly maxDelta: number;
  /** Pauses that no marker bit announces and that are longer than they ought to be. */
  readonly gaps: readonly GapDocument[];
  /** E-model R factor and MOS (ITU-T G.107), for codecs that it knows. */
  readonly rFactor: number | undefined;
  readonly mos: number | undefined;
  /** Share of its packets that hold silence, 0 to 1; for G.711 in the clear. */
  readonly silence: number | undefined;
  readonly events: readonly DtmfDocument[];
  /** One entry a second, or coarser in long streams. */
  readonly series: readonly StreamSample[];
  /** The last report of its receiver (RTCP), if one was seen. */
  readonly report:
    | {
        readonly frame: number;
        readonly fractionLost: number;
        readonly lost: number;
        readonly jitter: number;
        readonly roundTrip: number | undefined;
      }
    | undefined;
}

/** A pause in a stream. */
export interface GapDocument {
  readonly at: number;
  readonly frame: number;
  readonly milliseconds: number;
  readonly lost: number;
}

/** A key that was pressed (RFC 4733). */
export interface DtmfDocument {
  readonly at: number;
  readonly frame: number;
  readonly key: string;
  readonly milliseconds: number;
  /** Whether its first packet carries the marker bit, and whether an end packet was seen. */
  readonly marker: boolean;
  readonly ended: boolean;
}

/** A stream's figures for a while. */
export interface StreamSample {
  readonly at: number;
  readonly packets: number;
  readonly lost: number;
  /** Milliseconds, the highest of this while. */
  readonly jitter: number;
  /** dBm0 of the loudest packet, for G.711 in the clear. */
  readonly level: number | undefined;
}

/** Counters that an endpoint told of one media line. */
export interface ReportDocument {
  readonly at: number;
  readonly party: number;
  readonly session: number | undefined;
  readonly line: number;
  readonly codec: string | undefined;
  readonly sentPackets: number;
  readonly receivedPackets: number;
  readonly lostPackets: number;
  readonly jitter: number;
  /** What browsers know besides; milliseconds and shares. */
  readonly roundTrip: number | undefined;
  readonly concealed: number | undefined;
  readonly level: number | undefined;
  readonly final: boolean;
}

/** Something to know that is no message. */
export interface NoteDocument {
  readonly frame: number;
  readonly at: number;
  readonly party: number | undefined;
  readonly leg: number | undefined;
  readonly session: number | undefined;
  /** `flow`: connections; `dropped`: bytes not taken; `network`: ICMP, TCP resets, fragments; `ice`, `dtls`, `media`: of a session. */
  readonly topic: 'flow' | 'dropped' | 'network' | 'ice' | 'dtls' | 'media';
  /** What happened in one word of its topic, such as `closed`, `failed`, `fragment missing`. */
  readonly event: string;
  readonly text: string;
  readonly source: ObservedAddress | undefined;
  readonly destination: ObservedAddress | undefined;
}

/** An answer to REGISTER: all bindings of a user, with the time that each has from then on. */
export interface BindingDocument {
  readonly frame: number;
  readonly at: number;
  readonly user: string;
  /** Empty when none is left. */
  readonly contacts: readonly {
    /** The URI of its Contact. */
    readonly target: string;
    readonly expiresSeconds: number | undefined;
  }[];
}

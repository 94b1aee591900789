// The rows while they still grow: what the correlator writes and its readers only read.
import type { Call, Change, Label, MediaFlow, MediaRow, MessageRow, SdpNote } from './labelled.ts';
import type { MessageFacts } from './read-message.ts';
import type { PartyRecord } from './parties.ts';

/** How one observed endpoint saw a message. */
export interface Side {
  readonly direction: 'in' | 'out';
  readonly at: number;
  readonly transaction: string | undefined;
}

/** What a message row begins with. */
export interface MessageSeed {
  readonly id: number;
  readonly call: Call | undefined;
  readonly number: number;
  readonly at: number;
  readonly delta: number;
  readonly from: PartyRecord;
  readonly to: PartyRecord;
  readonly protocol: string;
  readonly facts: MessageFacts | undefined;
  readonly firstLine: string;
  readonly resend: number;
  /** Its two addresses: `127.0.0.1:5070 > 127.0.0.1:5060`. */
  readonly hop: string;
}

/** A message row that may still learn its other side and what it caused. */
export class MessageRowRecord implements MessageRow {
  readonly kind = 'message';
  readonly id: number;
  readonly call: Call | undefined;
  readonly number: number;
  readonly at: number;
  readonly delta: number;
  readonly protocol: string;
  readonly firstLine: string;
  readonly resend: number;
  readonly facts: MessageFacts | undefined;
  readonly hop: string;
  readonly sides: Map<string, Side> = new Map();
  /** The machines whose step this row has caused already. */
  readonly caused: Set<string> = new Set();
  revision = 1;
  labels: readonly Label[] = [];
  changes: readonly Change[] = [];
  sdp: SdpNote | undefined;
  sentAt: number | undefined;
  receivedAt: number | undefined;
  readonly #from: PartyRecord;
  readonly #to: PartyRecord;

  constructor(seed: MessageSeed) {
    this.id = seed.id;
    this.call = seed.call;
    this.number = seed.number;
    this.at = seed.at;
    this.delta = seed.delta;
    this.protocol = seed.protocol;
    this.facts = seed.facts;
    this.firstLine = seed.firstLine;
    this.resend = seed.resend;
    this.hop = seed.hop;
    this.#from = seed.from;
    this.#to = seed.to;
  }

  get from(): PartyRecord {
    return this.#from.current;
  }

  get to(): PartyRecord {
    return this.#to.current;
  }

  get method(): string {
    return this.facts?.method ?? '';
  }

  get status(): number | undefined {
    return this.facts?.status;
  }

  get title(): string {
    return this.facts?.title ?? this.firstLine;
  }

  get cseq(): number | undefined {
    return this.facts?.cseq;
  }

  /** Notes that `endpoint` saw it. */
  see(endpoint: string, side: Side): void {
    this.sides.set(endpoint, side);
    // What an endpoint says of itself is more exact than what a capture beside it saw.
    if (endpoint === '' && this.sides.size > 1) return;
    if (side.direction === 'out') this.sentAt = side.at;
    else this.receivedAt = side.at;
  }

  /** Adds a change; a record takes the place of what was inferred of the same thing. */
  change(change: Change): void {
    const kept =
      change.source === 'inferred'
        ? this.changes
        : this.changes.filter((other) => !isGuessOf(other, change));
    this.changes = [...kept, change];
  }

  /** The endpoint's side of the hop as a client or server of its transaction. */
  hasLabel(label: Label): boolean {
    return this.labels.some((own) => own.lane === label.lane && own.number === label.number);
  }
}

function isGuessOf(guess: Change, record: Change): boolean {
  return (
    guess.source === 'inferred' &&
    // A session's own figure says other things than offered, active, held and ended.
    guess.label?.lane !== 'S' &&
    guess.label?.lane === record.label?.lane &&
    guess.label?.number === record.label?.number
  );
}

/** A media row; its parties may turn out to be others. */
export class MediaRowRecord implements MediaRow {
  readonly kind = 'media';
  readonly revision = 1;
  readonly id: number;
  readonly call: Call;
  readonly at: number;
  readonly label: Label;
  readonly state: MediaRow['state'];
  readonly streams: readonly MediaFlow[];
  readonly lasted: number | undefined;
  readonly #from: PartyRecord;
  readonly #to: PartyRecord;

  constructor(id: number, call: Call, at: number, media: MediaTold) {
    this.id = id;
    this.call = call;
    this.at = at;
    this.label = media.label;
    this.state = media.state;
    this.streams = media.streams;
    this.lasted = media.lasted;
    this.#from = media.from;
    this.#to = media.to;
  }

  get from(): PartyRecord {
    return this.#from.current;
  }

  get to(): PartyRecord {
    return this.#to.current;
  }
}

/** What a media row tells. */
export interface MediaTold {
  readonly label: Label;
  readonly state: MediaRow['state'];
  readonly from: PartyRecord;
  readonly to: PartyRecord;
  readonly streams: readonly MediaFlow[];
  readonly lasted?: number;
}

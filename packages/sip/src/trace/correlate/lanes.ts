// The things that live in the three lanes of one call: transactions, dialogs and sessions, as far as they are known.
import type { Label, MediaFlow, Source } from './labelled.ts';
import type { PartyRecord } from './parties.ts';
import type { SdpFacts } from './read-sdp.ts';

/** What the three have in common: a number in their lane, and whether an endpoint has recorded them. */
export class LaneItem implements Label {
  readonly lane: 'T' | 'D' | 'S';
  readonly number: number;
  recorded = false;

  constructor(lane: 'T' | 'D' | 'S', number: number) {
    this.lane = lane;
    this.number = number;
  }

  get source(): Source {
    return this.recorded ? 'recorded' : 'inferred';
  }
}

/** An SDP body on its way, and who made it. */
export interface Offer {
  readonly sdp: SdpFacts;
  readonly party: PartyRecord;
}

/** One hop's request and all its responses, seen from both its ends. */
export class TransactionItem extends LaneItem {
  readonly method: string;
  readonly sentBy: string;
  /** Whether the request carried a To tag; undefined while the request was not seen. */
  inDialog: boolean | undefined;
  /** The dialogs that its responses made or confirmed. */
  readonly dialogs: Set<DialogItem> = new Set();
  finalStatus: number | undefined;
  offer: Offer | undefined;

  constructor(number: number, method: string, sentBy: string) {
    super('T', number);
    this.method = method;
    this.sentBy = sentBy;
  }
}

/** What was agreed and waits for its ACK to be told. */
export interface Agreement {
  readonly key: string;
  readonly offerer: PartyRecord;
  readonly answerer: PartyRecord;
  readonly streams: readonly MediaFlow[];
}

/** A dialog: one for both ends, by Call-ID and both tags (RFC 3261 §12). */
export class DialogItem extends LaneItem {
  /** `alice;a1 / bob;b2`; just the tags until a message told the users. */
  ends: string;
  hasUsers = false;
  state: 'early' | 'confirmed' | 'terminated' | undefined;
  session: SessionItem | undefined;
  /** An offer in a 2xx or a reliable 1xx that ACK or PRACK will answer (RFC 3264 §4). */
  openOffer: Offer | undefined;
  agreements: Agreement[] = [];

  constructor(number: number, ends: string) {
    super('D', number);
    this.ends = ends;
  }
}

/** What flows between two parties of a session. */
export interface MediaLeg {
  readonly from: PartyRecord;
  readonly to: PartyRecord;
  readonly streams: readonly MediaFlow[];
  readonly early: boolean;
}

/** The media relationship of one INVITE dialog usage. */
export class SessionItem extends LaneItem {
  /** By the two parties; more than one when a relay writes SDP of its own. */
  readonly legs: Map<string, MediaLeg> = new Map();
  activeAt: number | undefined;
  ended = false;
  /** The SDP that it began with, by its hash. */
  offered: number | undefined;
  /** CSeq of the modification that was refused last. */
  refused: number | undefined;
  /** Key of the agreement told last. */
  told: string | undefined;

  constructor(number: number) {
    super('S', number);
  }
}

// What is said of calls: documents, explanations and lines. Each is made once, and again only when it may differ.
import type { CapturedDatagram, CapturedProblem } from '../capture/captured.ts';
import { explain, judge } from '../explain/explain.ts';
import type { Explanation } from '../explain/explanation.ts';
import { PathTable } from '../stream/path-table.ts';
import type { MediaPlace } from '../stream/place.ts';
import { StreamTable } from '../stream/table.ts';
import { Bindings, usersIn } from './bindings.ts';
import { buildDocument, buildSketch, withMedia } from './build.ts';
import type { Signalling } from './build.ts';
import type { CallDocument } from './document.ts';
import type { Dossier } from './dossier.ts';
import { placesOf } from './places.ts';
import { goneOn, summarise } from './summary.ts';
import type { CallSummary } from './summary.ts';

/** When something was said of a call; while all of it stays the same, it can be said again. */
interface Moment {
  /** Of the call. */
  readonly revision: number;
  /** How long was looked for what follows its last message: timers that fire without one. */
  readonly until: number;
  /** Whether time alone may tell more. */
  readonly awaits: boolean;
  /** Datagrams of all calls; and how many of those were its own, by the places where its media is wanted. */
  readonly datagrams: number;
  readonly places: readonly MediaPlace[];
  readonly media: number;
}

/** A call as it was last asked for. */
interface Told {
  readonly moment: Moment;
  readonly document: CallDocument;
  explanation: Explanation | undefined;
}

/** A call as it was last listed; no line when it has no message. */
export interface Listed {
  readonly moment: Moment;
  readonly line: CallSummary | undefined;
}

/** How long after its last message a call still belongs to what happens on its connection, in milliseconds. */
export const lingering = 40_000;

/** How many documents are kept that somebody asked for; they take many times what they are made of. */
const mostTold = 32;

/** Says what is known of calls, and what was learned beside their messages: media, its ways, and who was registered. */
export class Sayings {
  readonly streams: StreamTable = new StreamTable();
  readonly bindings: Bindings = new Bindings();
  /** When the last observation was made. */
  latest = 0;
  readonly #paths = new PathTable();
  readonly #told = new Map<Dossier, Told>();
  #datagrams = 0;

  /** Takes a datagram of media. */
  hear(datagram: CapturedDatagram): void {
    this.#datagrams += 1;
    this.streams.add(datagram);
    this.#paths.add(datagram);
  }

  /** Takes what the network refused. */
  problem(problem: CapturedProblem): void {
    this.#datagrams += 1;
    this.#paths.problem(problem);
  }

  /** The document of a call. */
  document(dossier: Dossier): CallDocument {
    return this.#tell(dossier).document;
  }

  /** What is said of it. */
  explanation(dossier: Dossier): Explanation {
    const told = this.#tell(dossier);
    return (told.explanation ??= explain(told.document));
  }

  /** Its line; undefined when it has no message. */
  line(dossier: Dossier): CallSummary | undefined {
    const { listed } = dossier;
    if (listed !== undefined && this.#holds(listed.moment, dossier)) return listed.line;
    const told = this.#told.get(dossier);
    const { moment, document } =
      told !== undefined && this.#holds(told.moment, dossier)
        ? told
        : this.#build(dossier, buildSketch);
    const line = document.messages.length === 0 ? undefined : lineOf(document, dossier);
    dossier.listed = { moment: { ...moment, awaits: isUnanswered(document) }, line };
    return line;
  }

  /** The call is kept no longer. */
  forget(dossier: Dossier): void {
    this.#told.delete(dossier);
  }

  #tell(dossier: Dossier): Told {
    const known = this.#told.get(dossier);
    if (known !== undefined && this.#holds(known.moment, dossier)) return known;
    const told = { ...this.#build(dossier, buildDocument), explanation: undefined };
    this.#told.delete(dossier);
    this.#told.set(dossier, told);
    for (const eldest of this.#told.keys()) {
      if (this.#told.size <= mostTold) break;
      this.#told.delete(eldest);
    }
    return told;
  }

  #holds(moment: Moment, dossier: Dossier): boolean {
    const { revision, until, awaits, datagrams, places, media } = moment;
    if (revision !== dossier.revision) return false;
    if (awaits && until !== this.#untilOf(dossier)) return false;
    return datagrams === this.#datagrams || media === this.#mediaAt(places);
  }

  #untilOf({ lastAt }: Dossier): number {
    return Math.min(Math.max(this.latest, lastAt), lastAt + lingering);
  }

  #mediaAt(places: readonly MediaPlace[]): number {
    return this.streams.seenAt(places) + this.#paths.seenAt(places);
  }

  #build(
    dossier: Dossier,
    build: (dossier: Dossier, until: number) => Signalling,
  ): { readonly moment: Moment; readonly document: CallDocument } {
    const until = this.#untilOf(dossier);
    const signalling = build(dossier, until);
    const places = placesOf(signalling);
    const document = withMedia(
      signalling,
      this.streams.of(places),
      this.#paths.of(places),
      this.bindings.of(usersIn(signalling), signalling.endedAt),
    );
    const { revision } = dossier;
    const media = this.#mediaAt(places);
    return {
      moment: { revision, until, awaits: true, datagrams: this.#datagrams, places, media },
      document,
    };
  }
}

function lineOf(document: CallDocument, { before }: Dossier): CallSummary {
  const line = summarise(document, judge(document));
  return before === undefined ? line : goneOn(before, line);
}

/** Whether a request has no final response, or nobody answered a challenge: the longer nothing comes, the more that says. */
function isUnanswered({ outcome, transactions }: CallDocument): boolean {
  const { status } = outcome;
  if (status === undefined || status === 401 || status === 407) return true;
  return transactions.some((one) => one.method !== 'ACK' && one.status === undefined);
}

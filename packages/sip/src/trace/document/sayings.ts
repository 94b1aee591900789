// What is said of calls: documents, explanations and lines. Each is made once, and again only when it may differ.
import type { CapturedDatagram, CapturedProblem } from '../capture/captured.ts';
import { challengePatience, hungAfter } from '../explain/patience.ts';
import { explain, judge } from '../explain/explain.ts';
import type { Explanation } from '../explain/explanation.ts';
import { PathTable } from '../stream/path-table.ts';
import type { MediaPlace } from '../stream/place.ts';
import { StreamTable } from '../stream/table.ts';
import { Bindings, usersIn } from './bindings.ts';
import { buildDocument, withMedia } from './build.ts';
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
  /** When the first timer fires of those that run in inferred machines, or silence begins to tell something: before that, time alone tells no more. */
  readonly due: number;
  /** Datagrams of all calls; and how many of those were its own, by the places where its media is wanted. */
  readonly datagrams: number;
  readonly places: readonly MediaPlace[];
  readonly media: number;
}

/** A call as it was last asked for. */
interface Told extends Moment {
  readonly document: CallDocument;
  explanation: Explanation | undefined;
}

/** A call as it was last listed; no line when it has no message. */
export interface Listed extends Moment {
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
    if (listed !== undefined && this.#holds(listed, dossier)) return listed.line;
    const told = this.#told.get(dossier);
    const { document, ...moment } =
      told !== undefined && this.#holds(told, dossier) ? told : this.#build(dossier);
    const line = document.messages.length === 0 ? undefined : lineOf(document, dossier);
    dossier.listed = { ...moment, line };
    return line;
  }

  /** The call is kept no longer. */
  forget(dossier: Dossier): void {
    this.#told.delete(dossier);
  }

  #tell(dossier: Dossier): Told {
    const known = this.#told.get(dossier);
    if (known !== undefined && this.#holds(known, dossier)) return known;
    const told = { ...this.#build(dossier), explanation: undefined };
    this.#told.delete(dossier);
    this.#told.set(dossier, told);
    for (const eldest of this.#told.keys()) {
      if (this.#told.size <= mostTold) break;
      this.#told.delete(eldest);
    }
    return told;
  }

  #holds({ revision, until, due, datagrams, places, media }: Moment, dossier: Dossier): boolean {
    if (revision !== dossier.revision) return false;
    const now = this.#untilOf(dossier);
    if (now !== until && now >= due) return false;
    return datagrams === this.#datagrams || media === this.#mediaAt(places);
  }

  #untilOf({ lastAt }: Dossier): number {
    return Math.min(Math.max(this.latest, lastAt), lastAt + lingering);
  }

  #mediaAt(places: readonly MediaPlace[]): number {
    return this.streams.seenAt(places) + this.#paths.seenAt(places);
  }

  #build(dossier: Dossier): Moment & { readonly document: CallDocument } {
    const until = this.#untilOf(dossier);
    const signalling = buildDocument(dossier, until);
    const places = placesOf(signalling);
    const document = withMedia(
      signalling,
      this.streams.of(places),
      this.#paths.of(places),
      this.bindings.of(usersIn(signalling), signalling.endedAt),
    );
    return {
      revision: dossier.revision,
      until,
      due: Math.min(nextTimer(document, until), nextLook(document, dossier, until)),
      datagrams: this.#datagrams,
      places,
      media: this.#mediaAt(places),
      document,
    };
  }
}

function lineOf(document: CallDocument, { before }: Dossier): CallSummary {
  const line = summarise(document, judge(document));
  return before === undefined ? line : goneOn(before, line);
}

/** When the silence after the last message tells something, after `until`, of calls that ask or are asked; Infinity when it does not. */
function nextLook({ outcome }: CallDocument, { lastAt }: Dossier, until: number): number {
  const { status } = outcome;
  if (status !== undefined && status !== 401 && status !== 407) return Number.POSITIVE_INFINITY;
  const looks = [lastAt + challengePatience, lastAt + hungAfter].filter((at) => at > until);
  return Math.min(...looks);
}

/** When the first timer fires, after `until`, of those that run in inferred machines; Infinity when none does. */
function nextTimer({ transactions }: CallDocument, until: number): number {
  return transactions
    .flatMap(({ machines }) => machines.filter(({ source }) => source === 'inferred'))
    .flatMap(({ timers }) => timers.filter(({ to, due }) => to === undefined && due > until))
    .reduce((next, { due }) => Math.min(next, due), Number.POSITIVE_INFINITY);
}

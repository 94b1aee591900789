// What is kept of one call until it is asked for: its observations with their frames, and what happened on its connections.
import { own } from '../../base/bytes.ts';
import type { Observation } from '../../base/tap.ts';
import type { CapturedProblem } from '../capture/captured.ts';
import type { LegDocument } from './document.ts';
import type { PastCall } from './past-calls.ts';
import type { Listed } from './sayings.ts';
import type { CallSummary } from './summary.ts';

/** An observation and the number of its frame. */
export interface Kept {
  readonly frame: number;
  readonly observation: Observation;
}

/** How a leg is known to belong to the call. */
export type Joint = Pick<LegDocument, 'joinedBy' | 'certain'>;

/** One call with all its legs. */
export interface Dossier {
  /** Call-IDs in the order in which they were seen, and how each was joined; the first is the call's id. */
  readonly legs: Map<string, Joint>;
  readonly kept: Kept[];
  readonly problems: CapturedProblem[];
  /** Characters of text that are kept, and what the records around them take besides. */
  size: number;
  /** How many messages are kept. */
  messages: number;
  /** Where its messages were seen, by the keys of the book. */
  readonly flows: Set<string>;
  /** Endpoints that sent or took its REGISTER. */
  readonly registers: Set<string>;
  startedAt: number;
  lastAt: number;
  /** Rises with everything that is added. */
  revision: number;
  /** Observations that were left out because the call had too many. */
  omitted: number;
  /** Its line when it was let go, and went on after that. */
  readonly before: CallSummary | undefined;
  /** Its line as it was last made. */
  listed: Listed | undefined;
}

/** Observations of one call; a loop that repeats a message for hours ends here. */
export const mostKept = 20_000;

/** What an observation takes besides its text, in characters. */
const recordSize = 200;

/** A dossier with nothing in it; `past` when the call was let go and goes on now. */
export function newDossier(callId: string, at: number, past?: PastCall): Dossier {
  return {
    legs: new Map(past?.legs ?? [[own(callId), { joinedBy: undefined, certain: true }]]),
    kept: [],
    problems: [],
    size: 0,
    messages: 0,
    flows: new Set(),
    registers: new Set(),
    startedAt: at,
    lastAt: at,
    revision: 0,
    omitted: 0,
    before: past?.line,
    listed: undefined,
  };
}

/** Adds an observation. */
export function keep(dossier: Dossier, kept: Kept): void {
  const { observation } = kept;
  dossier.revision += 1;
  dossier.lastAt = Math.max(dossier.lastAt, observation.at);
  dossier.startedAt = Math.min(dossier.startedAt, observation.at);
  if (dossier.kept.length >= mostKept) {
    dossier.omitted += 1;
    return;
  }
  dossier.kept.push(kept);
  dossier.size += recordSize;
  if (observation.kind !== 'message' && observation.kind !== 'dropped') return;
  dossier.size += observation.text.length;
  if (observation.kind === 'dropped') return;
  dossier.messages += 1;
  if (observation.text.includes(' REGISTER')) dossier.registers.add(observation.endpoint);
}

/** Makes two dossiers one, in `dossier`; the legs of the one that began first stand first. */
export function unite(dossier: Dossier, other: Dossier, joint: Joint): void {
  const legs = [...dossier.legs.keys()];
  const all =
    other.startedAt < dossier.startedAt
      ? [...other.legs, ...legs.map((callId) => [callId, joint] as const)]
      : [...dossier.legs, ...[...other.legs.keys()].map((callId) => [callId, joint] as const)];
  dossier.legs.clear();
  for (const [callId, how] of all) dossier.legs.set(callId, how);
  for (const kept of other.kept) keep(dossier, kept);
  dossier.problems.push(...other.problems);
  dossier.omitted += other.omitted;
}

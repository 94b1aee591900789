// What a rule of the lint is.
import type { LintRemark } from '../explanation.ts';
import type { CallFacts } from '../facts.ts';
import type { SeenMessage } from '../seen-message.ts';

/** How one message departs from an RFC. */
export type Departure = Pick<LintRemark, 'strength' | 'text' | 'section'>;

/** One rule: what it has to say of a message that is seen for the first time, nothing of a good one. */
export interface LintRule {
  /** Its name; the file has the same. */
  readonly rule: string;
  readonly find: (seen: SeenMessage, facts: CallFacts) => readonly Departure[];
}

/** A departure from what an RFC demands. */
export function must(text: string, section: string): Departure {
  return { strength: 'MUST', text, section };
}

/** A departure from what an RFC recommends. */
export function should(text: string, section: string): Departure {
  return { strength: 'SHOULD', text, section };
}

/** What is allowed, and makes trouble in practice. */
export function advice(text: string, section: string): Departure {
  return { strength: 'advice', text, section };
}

// What a rule of the lint is.
import type { LintRemark } from '../explanation.ts';
import type { CallFacts } from '../facts.ts';
import type { SeenMessage } from '../seen-message.ts';

/** How one message departs from an RFC. */
export type Departure = Pick<LintRemark, 'strength' | 'text' | 'section'>;

/** One rule: what it has to say of a message, nothing of a good one. */
export interface LintRule {
  /** Its name; the file has the same. */
  readonly rule: string;
  readonly find: (seen: SeenMessage, facts: CallFacts) => readonly Departure[];
}

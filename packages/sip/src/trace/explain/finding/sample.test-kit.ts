// What a sample call of the rules is.
import type { Talk } from '../document.test-kit.ts';

/** One call, and the faults that it has. */
export interface Sample {
  readonly title: string;
  readonly faults: readonly number[];
  readonly write: (talk: Talk) => void;
}

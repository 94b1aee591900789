// The rules, in the order of the catalogue of faults.
import { noAnswer } from './finding/no-answer.ts';
import type { Rule } from './found.ts';

/** All rules. Each looks at a call by itself; the weights of what they find decide what the verdict tells. */
export const rules: readonly Rule[] = [noAnswer];

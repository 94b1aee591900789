// Every family of captures, in the order of the catalogue.
import { noAnswer } from './fault/01-no-answer.ts';
import { wrongPassword } from './fault/03-wrong-password.ts';
import { refused } from './fault/06-refused.ts';
import { noCommonCodec } from './fault/07-no-common-codec.ts';
import { ackLost } from './fault/08-ack-lost.ts';
import { illegalHoldAnswer } from './fault/14-illegal-hold-answer.ts';
import { byeWrongTag } from './fault/22-bye-wrong-tag.ts';
import { first } from './healthy/first.ts';
import type { Family } from './recipe.ts';

/** Calls in which nothing is wrong. */
const healthy: Family = { fault: null, rule: 'healthy', recipes: [...first] };

/** All of them. */
export const families: readonly Family[] = [
  noAnswer,
  wrongPassword,
  refused,
  noCommonCodec,
  ackLost,
  illegalHoldAnswer,
  byeWrongTag,
  healthy,
];

// Retry-After (RFC 3261 §20.33).
import { formatParameters, parseParameters } from '../parameters.ts';
import type { Parameters } from '../parameters.ts';
import { digitsEnd, skipBlank } from '../scan.ts';
import { readNumber, single } from './field.ts';
import type { HeaderField } from './field.ts';

/** When to try again. */
export interface RetryAfter {
  readonly seconds: number;
  /** `duration` among them. */
  readonly parameters: Parameters;
}

/** When to try again; a comment in parentheses is read over. */
export const retryAfter: HeaderField<RetryAfter> = single(
  'Retry-After',
  readRetryAfter,
  (value) => `${value.seconds}${formatParameters(value.parameters)}`,
);

function readRetryAfter(text: string): RetryAfter | undefined {
  const end = digitsEnd(text, 0);
  if (end === 0) return undefined;
  const after = skipBlank(text, end);
  const found = parseParameters(
    text,
    text.charCodeAt(after) === 40 ? commentEnd(text, after) : after,
  );
  return found === undefined
    ? undefined
    : { seconds: readNumber(text.slice(0, end)), parameters: found };
}

function commentEnd(text: string, at: number): number {
  let depth = 0;
  for (let next = at; next < text.length; next += 1) {
    const code = text.charCodeAt(next);
    if (code === 92) next += 1;
    else if (code === 40) depth += 1;
    else if (code === 41) depth -= 1;
    if (depth === 0) return next + 1;
  }
  return at;
}

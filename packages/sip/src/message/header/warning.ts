// Warning (RFC 3261 §20.43).
import { digitsEnd, plainValueEnd, quote, quotedEnd, skipBlank, unquote } from '../scan.ts';
import { list } from './field.ts';
import type { HeaderField } from './field.ts';

/** More about why a request was refused. */
export interface Warning {
  /** Three digits, 300 to 399. */
  readonly code: number;
  /** Who warns. */
  readonly agent: string;
  readonly text: string;
}

/** Warnings in order. */
export const warning: HeaderField<readonly Warning[]> = list(
  'Warning',
  readWarning,
  (value) => `${String(value.code).padStart(3, '0')} ${value.agent} ${quote(value.text)}`,
);

function readWarning(text: string): Warning | undefined {
  const agent = skipBlank(text, digitsEnd(text, 0));
  const agentEnd = plainValueEnd(text, agent);
  const start = skipBlank(text, agentEnd);
  if (digitsEnd(text, 0) !== 3 || agent === 3 || agentEnd === agent || start === agentEnd)
    return undefined;
  if (text.charCodeAt(start) !== 34 || quotedEnd(text, start) !== text.length) return undefined;
  return {
    code: Number(text.slice(0, 3)),
    agent: text.slice(agent, agentEnd),
    text: unquote(text.slice(start)),
  };
}

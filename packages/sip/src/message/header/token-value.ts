// A token with parameters, the shape of Event, Reason, Content-Disposition and others (RFC 3261 §25.1).
import { formatParameters, parseParameters } from '../parameters.ts';
import type { Parameters } from '../parameters.ts';
import { isToken, tokenEnd } from '../scan.ts';

/** A token and its parameters. */
export interface TokenValue {
  readonly value: string;
  readonly parameters: Parameters;
}

/** Reads one value; undefined when malformed. */
export function readTokenValue(text: string): TokenValue | undefined {
  const end = tokenEnd(text, 0);
  const found = end === 0 ? undefined : parseParameters(text, end);
  return found === undefined ? undefined : { value: text.slice(0, end), parameters: found };
}

/** One value as text. */
export function formatTokenValue(value: TokenValue): string {
  if (!isToken(value.value)) throw new TypeError(`${JSON.stringify(value.value)} is not a token`);
  return value.value + formatParameters(value.parameters);
}

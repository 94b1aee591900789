// Parameters: the `;name=value` that follow a URI or a header value, kept in their order.
import { parameterLimit } from './limits.ts';
import {
  checkText,
  isToken,
  lowerSlice,
  plainValueEnd,
  quote,
  quotedEnd,
  skipBlank,
  tokenEnd,
} from './scan.ts';

/**
 * Parameters by lower-case name; the value is undefined for a flag such as `lr`. Values of header parameters stand as
 * they were written, quotes included (`unquote` takes them off); values of URI parameters stand as written, escaped.
 */
export type Parameters = ReadonlyMap<string, string | undefined>;

/** No parameters at all. */
export const noParameters: Parameters = new Map();

/** Parameters from an object: `parameters({ lr: undefined, transport: 'tcp' })`. */
export function parameters(entries: Readonly<Record<string, string | undefined>>): Parameters {
  const map = new Map<string, string | undefined>();
  for (const [name, value] of Object.entries(entries)) {
    if (!isToken(name)) throw new TypeError(`${JSON.stringify(name)} is not a parameter name`);
    if (value !== undefined) checkText(value, `The parameter ${name}`);
    map.set(name.toLowerCase(), value);
  }
  return map;
}

/**
 * The parameters of a header value from `start` to its end; undefined when they are malformed: an empty or doubled
 * name, an open quote, more than 64 (RFC 3261 §7.3.1, §25.1 generic-param).
 */
export function parseParameters(text: string, start: number): Parameters | undefined {
  let at = skipBlank(text, start);
  if (at >= text.length) return noParameters;
  const found = new Map<string, string | undefined>();
  while (at < text.length) {
    if (text.charCodeAt(at) !== 59) return undefined;
    at = skipBlank(text, at + 1);
    const nameEnd = tokenEnd(text, at);
    if (nameEnd === at) return undefined;
    const name = lowerSlice(text, at, nameEnd);
    if (found.has(name) || found.size === parameterLimit) return undefined;
    at = skipBlank(text, nameEnd);
    if (at === text.length || text.charCodeAt(at) !== 61) {
      found.set(name, undefined);
      continue;
    }
    at = skipBlank(text, at + 1);
    const quoted = text.charCodeAt(at) === 34;
    const valueEnd = quoted ? quotedEnd(text, at) : plainValueEnd(text, at);
    if (valueEnd <= at) return undefined;
    found.set(name, text.slice(at, valueEnd));
    at = skipBlank(text, valueEnd);
  }
  return found;
}

/** Header parameters as text, each with its semicolon; a value that needs quotes gets them. */
export function formatParameters(list: Parameters): string {
  let text = '';
  for (const [name, value] of list) {
    text += value === undefined ? `;${name}` : `;${name}=${formatValue(value)}`;
  }
  return text;
}

function formatValue(value: string): string {
  if (value.length > 0 && plainValueEnd(value, 0) === value.length) return value;
  const quoted = value.charCodeAt(0) === 34 && quotedEnd(value, 0) === value.length;
  if (!quoted) return quote(value);
  checkText(value, 'A parameter');
  return value;
}

/** `list` with `name` set to `value`, at its old place or at the end. */
export function withParameter(
  list: Parameters,
  name: string,
  value: string | undefined,
): Parameters {
  return new Map(list).set(name.toLowerCase(), value);
}

/** `list` without `name`. */
export function withoutParameter(list: Parameters, name: string): Parameters {
  const map = new Map(list);
  map.delete(name.toLowerCase());
  return map;
}

// Parameters: the `;name=value` that follow a URI or a header value, kept in their order.
import { ParameterPlaces } from './parameter-places.ts';
import {
  checkText,
  isToken,
  plainValueEnd,
  quote,
  quotedEnd,
  skipBlank,
  tokenEnd,
} from './scan.ts';

import type { Parameters } from './parameter-places.ts';

export { noParameters } from './parameter-places.ts';
export type { Parameters } from './parameter-places.ts';

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
  return scanParameters(places, text, start, text.length) ? places.toMap(text) : undefined;
}

const places = new ParameterPlaces();

/** As `parseParameters`, but notes in `found` where they stand, and makes nothing. */
export function scanParameters(
  found: ParameterPlaces,
  text: string,
  start: number,
  end: number,
): boolean {
  found.clear();
  for (let at = skipBlank(text, start, end); at < end;) {
    if (text.charCodeAt(at) !== 59) return false;
    const name = skipBlank(text, at + 1, end);
    const nameEnd = tokenEnd(text, name, end);
    if (nameEnd === name) return false;
    at = skipBlank(text, nameEnd, end);
    if (at === end || text.charCodeAt(at) !== 61) {
      if (!found.add(text, name, nameEnd)) return false;
      continue;
    }
    const value = skipBlank(text, at + 1, end);
    const quoted = value < end && text.charCodeAt(value) === 34;
    const valueEnd = quoted ? quotedEnd(text, value, end) : plainValueEnd(text, value, end);
    if (valueEnd <= value || !found.add(text, name, nameEnd, value, valueEnd)) return false;
    at = skipBlank(text, valueEnd, end);
  }
  return true;
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

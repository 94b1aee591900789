// Addresses with a name: the value of From, To, Contact, Route and their like (RFC 3261 §20.10, §25.1).
import { ParameterPlaces } from './parameter-places.ts';
import { formatParameters, scanParameters } from './parameters.ts';
import type { Parameters } from './parameters.ts';
import { plainDisplayNameEnd, quote, quotedEnd, skipBlank, trimmedEnd, unquote } from './scan.ts';
import { formatUri, foundUri, scanUri } from './uri.ts';
import type { Uri } from './uri.ts';

/** A URI with an optional display name and header parameters. */
export interface NameAddress {
  /** Without quotes and escapes, as latin1 text (`readable` of base/bytes.ts shows it). */
  readonly displayName?: string | undefined;
  readonly uri: Uri;
  readonly parameters: Parameters;
  /** The parameter `tag`. */
  readonly tag?: string | undefined;
}

/** Reads the value from `start` to `end`; undefined when malformed. */
export function readNameAddress(
  text: string,
  start = 0,
  end: number = text.length,
): NameAddress | undefined {
  if (!scanNameAddress(text, start, end)) return undefined;
  const uri = foundUri(text);
  const { nameStart, nameEnd } = place;
  const displayName = nameStart === nameEnd ? undefined : unquote(text.slice(nameStart, nameEnd));
  return { displayName, uri, parameters: places.toMap(text), tag: foundTag(text) };
}

const places = new ParameterPlaces();
// What the last scan found: where the display name stands, and which parameter is the tag, -1 for none.
const place = { nameStart: 0, nameEnd: 0, tag: -1 };

/** The tag of the value that was scanned last, in `text`. */
export function foundTag(text: string): string | undefined {
  return places.value(text, place.tag);
}

/** Whether the text from `from` to `end` is one value; makes nothing. */
export function scanNameAddress(text: string, from: number, end: number): boolean {
  const start = skipBlank(text, from, end);
  const nameEnd = displayNameEnd(text, start, end);
  if (nameEnd < 0) return false;
  if (nameEnd >= end || text.charCodeAt(nameEnd) !== 60) return scanBare(text, start, end);
  const close = text.indexOf('>', nameEnd);
  if (close < 0 || close >= end) return false;
  place.nameStart = start;
  place.nameEnd = trimmedEnd(text, start, nameEnd);
  return (
    scanUri(text, nameEnd + 1, close) &&
    scanParameters(places, text, close + 1, end) &&
    hasSoundTag(text)
  );
}

// Where the angle bracket may stand after a display name; -1 when a quote is left open.
function displayNameEnd(text: string, start: number, end: number): number {
  if (text.charCodeAt(start) !== 34) return plainDisplayNameEnd(text, start, end);
  const quote = quotedEnd(text, start, end);
  return quote < 0 ? -1 : skipBlank(text, quote, end);
}

// RFC 3261 §20.10: without angle brackets, what follows the first `;` belongs to the header, and the URI may hold no
// comma and no question mark.
function scanBare(text: string, start: number, end: number): boolean {
  place.nameStart = start;
  place.nameEnd = start;
  let uriEnd = end;
  for (let at = start; at < end; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 60 || (code === 34 && at === start)) return false;
    if (uriEnd < end) continue;
    if (code === 59) uriEnd = at;
    else if (code === 63 || code === 44) return false;
  }
  const uriStart = skipBlank(text, start, uriEnd);
  return (
    scanUri(text, uriStart, trimmedEnd(text, uriStart, uriEnd)) &&
    scanParameters(places, text, uriEnd, end) &&
    hasSoundTag(text)
  );
}

// RFC 3261 §25.1 tag-param: a tag without value would be read as no tag by one and as a tag by another.
function hasSoundTag(text: string): boolean {
  place.tag = places.find(text, 'tag');
  return !places.isFlag(place.tag);
}

/**
 * A value as text, always in angle brackets. `tag` stands for the parameter of that name when `parameters` has none.
 * Throws a TypeError when a part holds CR, LF or NUL.
 */
export function formatNameAddress(address: NameAddress): string {
  const { displayName, uri, parameters: list, tag } = address;
  const name = displayName === undefined ? '' : `${quote(displayName)} `;
  const written =
    tag === undefined || list.get('tag') === tag ? list : new Map(list).set('tag', tag);
  return `${name}<${formatUri(uri)}>${formatParameters(written)}`;
}

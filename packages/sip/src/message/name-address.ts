// Addresses with a name: the value of From, To, Contact, Route and their like (RFC 3261 §20.10, §25.1).
import { formatParameters, noParameters, parseParameters } from './parameters.ts';
import type { Parameters } from './parameters.ts';
import { isPlainDisplayName, quote, quotedEnd, skipBlank, trimmed, unquote } from './scan.ts';
import { formatUri, readUri } from './uri.ts';
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

/** Reads one value; undefined when malformed. */
export function readNameAddress(text: string): NameAddress | undefined {
  const open = text.charCodeAt(0) === 34 ? skipBlank(text, quotedEnd(text, 0)) : text.indexOf('<');
  if (open < 0) return readBare(text);
  if (text.charCodeAt(open) !== 60) return undefined;
  const close = text.indexOf('>', open);
  if (close < 0) return undefined;
  const name = trimmed(text, 0, open);
  const quoted = name.charCodeAt(0) === 34;
  if (!quoted && !isPlainDisplayName(name)) return undefined;
  const uri = readUri(text.slice(open + 1, close));
  const list = parseParameters(text, close + 1);
  if (uri === undefined || list === undefined) return undefined;
  return withTag(name === '' ? undefined : unquote(name), uri, list);
}

// RFC 3261 §20.10: without angle brackets, what follows the first `;` belongs to the header, and the URI may hold no
// comma and no question mark.
function readBare(text: string): NameAddress | undefined {
  if (text.charCodeAt(0) === 34) return undefined;
  const semicolon = text.indexOf(';');
  const end = semicolon < 0 ? text.length : semicolon;
  const address = trimmed(text, 0, end);
  if (address.includes('?') || address.includes(',')) return undefined;
  const uri = readUri(address);
  const list = semicolon < 0 ? noParameters : parseParameters(text, semicolon);
  return uri === undefined || list === undefined ? undefined : withTag(undefined, uri, list);
}

function withTag(
  displayName: string | undefined,
  uri: Uri,
  list: Parameters,
): NameAddress | undefined {
  const tag = list.size === 0 ? undefined : list.get('tag');
  // RFC 3261 §25.1 tag-param: a tag without value would be read as no tag by one and as a tag by another.
  if (tag === undefined && list.has('tag')) return undefined;
  return { displayName, uri, parameters: list, tag };
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

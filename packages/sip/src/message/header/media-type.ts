// Media types, the value of Content-Type and Accept (RFC 3261 §20.1, §20.15).
import { formatParameters, parseParameters } from '../parameters.ts';
import type { Parameters } from '../parameters.ts';
import { isToken, skipBlank, tokenEnd } from '../scan.ts';

/** What a body is, such as `application` / `sdp`. */
export interface MediaType {
  /** In lower case; `*` in Accept means any. */
  readonly type: string;
  /** In lower case; `*` in Accept means any. */
  readonly subtype: string;
  /** As written, quotes included; `unquote` takes them off. */
  readonly parameters: Parameters;
}

/** Reads one value; undefined when malformed. */
export function readMediaType(text: string): MediaType | undefined {
  const typeEnd = tokenEnd(text, 0);
  const slash = skipBlank(text, typeEnd);
  const subtype = skipBlank(text, slash + 1);
  const end = tokenEnd(text, subtype);
  if (typeEnd === 0 || text.charCodeAt(slash) !== 47 || end === subtype) return undefined;
  const found = parseParameters(text, end);
  if (found === undefined) return undefined;
  return {
    type: text.slice(0, typeEnd).toLowerCase(),
    subtype: text.slice(subtype, end).toLowerCase(),
    parameters: found,
  };
}

/** One value as text. */
export function formatMediaType(value: MediaType): string {
  const { type, subtype } = value;
  if (!isToken(type) || !isToken(subtype)) {
    throw new TypeError(`${JSON.stringify(`${type}/${subtype}`)} is not a media type`);
  }
  return `${type}/${subtype}${formatParameters(value.parameters)}`;
}

// Multipart bodies: enough to find a part, such as the SDP, in multipart/mixed and multipart/alternative (RFC 5621 §4).
import { fail, ok } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { contentType } from './header/content-type.ts';
import { readMediaType } from './header/media-type.ts';
import type { MediaType } from './header/media-type.ts';
import { defaultLimits, multipartDepthLimit, multipartPartLimit } from './limits.ts';
import type { MessageParts } from './message.ts';
import { headerName } from './names.ts';
import { problem } from './problem.ts';
import type { MessageProblem } from './problem.ts';
import { valueOf } from './rows.ts';
import { unquote } from './scan.ts';
import { rowCount, rowIs, scanRows } from './source.ts';

/** One part of a body, or the whole of a body that is not multipart. */
export interface BodyPart {
  /** Undefined when nothing says what it is. */
  readonly type: MediaType | undefined;
  /** The Content-Disposition of the part, as written. */
  readonly disposition: string | undefined;
  /** The Content-ID of the part, as written. */
  readonly contentId: string | undefined;
  /** As latin1 text, one character for each byte. */
  readonly text: string;
}

/**
 * The parts of a message's body that are not themselves multipart, in order; a body that is not multipart is its only
 * part, and no body has none. A malformed multipart body (no boundary, no part, not closed, nested too deep) is a
 * problem with status 400.
 */
export function bodyParts(message: MessageParts): Result<readonly BodyPart[], MessageProblem> {
  const type = message.read(contentType);
  if (!type.ok) return type;
  const text = message.bodyText;
  if (text === '') return ok([]);
  const whole: BodyPart = {
    type: type.value,
    disposition: message.rows('Content-Disposition')[0],
    contentId: message.rows('Content-ID')[0],
    text,
  };
  const parts: BodyPart[] = [];
  const why = collect(whole, parts, 0);
  return why === undefined ? ok(parts) : fail(problem('SIP_PARSE', why));
}

/** The first part of this type, such as `findPart(message, 'application/sdp')`; undefined when there is none. */
export function findPart(
  message: MessageParts,
  type: string,
): Result<BodyPart | undefined, MessageProblem> {
  const parts = bodyParts(message);
  if (!parts.ok) return parts;
  const wanted = type.toLowerCase();
  return ok(parts.value.find((part) => nameOf(part.type) === wanted));
}

function nameOf(type: MediaType | undefined): string | undefined {
  return type === undefined ? undefined : `${type.type}/${type.subtype}`;
}

// Returns why the body cannot be taken apart; undefined when it could.
function collect(body: BodyPart, parts: BodyPart[], depth: number): string | undefined {
  if (body.type?.type !== 'multipart') {
    parts.push(body);
    return parts.length > multipartPartLimit ? 'The body has too many parts' : undefined;
  }
  if (depth === multipartDepthLimit) return 'The body is nested too deep';
  const boundary = unquote(body.type.parameters.get('boundary') ?? '');
  // RFC 2046 §5.1.1: 1 to 70 characters, the last of them no space.
  if (
    boundary === '' ||
    boundary.length > 70 ||
    boundary.endsWith(' ') ||
    /[\r\n]/.test(boundary)
  ) {
    return 'The body has no usable boundary';
  }
  const texts = split(body.text, boundary);
  if (texts === undefined) return 'The body does not end in its boundary';
  if (texts.length === 0) return 'The body has no parts';
  for (const text of texts) {
    const part = readPart(text, body.type.subtype);
    const why =
      part === undefined ? 'A part of the body is malformed' : collect(part, parts, depth + 1);
    if (why !== undefined) return why;
  }
  return undefined;
}

function split(text: string, boundary: string): string[] | undefined {
  const mark = `--${boundary}`;
  const texts: string[] = [];
  let start = -1;
  for (let at = text.indexOf(mark); at >= 0; at = text.indexOf(mark, at + mark.length)) {
    const atLine = at === 0 || text.startsWith('\r\n', at - 2);
    const after = lineEnd(text, at + mark.length);
    if (!atLine || after < 0) continue;
    if (start >= 0) texts.push(text.slice(start, Math.max(start, at - 2)));
    if (text.startsWith('--', at + mark.length)) return texts;
    if (texts.length > multipartPartLimit) return undefined;
    start = after;
  }
  return undefined;
}

// Where the line goes on after a boundary: padding blanks, then CRLF or the end; -1 when the boundary is only a prefix.
function lineEnd(text: string, at: number): number {
  let next = text.startsWith('--', at) ? at + 2 : at;
  while (text.charCodeAt(next) === 32 || text.charCodeAt(next) === 9) next += 1;
  if (next === text.length) return next;
  return text.startsWith('\r\n', next) ? next + 2 : -1;
}

function readPart(text: string, parent: string): BodyPart | undefined {
  const { source, fault } = scanRows(text, 0, defaultLimits);
  if (fault !== undefined) return undefined;
  const value = (name: string): string | undefined => {
    const wanted = headerName(name);
    for (let index = 0; index < rowCount(source); index += 1) {
      if (rowIs(source, index, wanted)) return valueOf(source, index);
    }
    return undefined;
  };
  const written = value('Content-Type');
  // RFC 2046 §5.1.4, §5.1.5: a part without type is text, in a digest a message.
  const type = readMediaType(written ?? (parent === 'digest' ? 'message/rfc822' : 'text/plain'));
  if (type === undefined) return undefined;
  return {
    type,
    disposition: value('Content-Disposition'),
    contentId: value('Content-ID'),
    text: text.slice(source.bodyAt),
  };
}

// What every request must pass before a user agent acts on it, in the order of RFC 3261 §8.2.
import { accept } from '../message/header/accept.ts';
import { contact } from '../message/header/contact.ts';
import type { ContactValue } from '../message/header/contact.ts';
import { contentDisposition } from '../message/header/content-disposition.ts';
import { contentEncoding } from '../message/header/content-encoding.ts';
import { contentType } from '../message/header/content-type.ts';
import type { MediaType } from '../message/header/media-type.ts';
import { requireField } from '../message/header/require.ts';
import { supported } from '../message/header/supported.ts';
import type { HeaderInit } from '../message/build.ts';
import { isKnownMethod } from '../message/method.ts';
import { findPart } from '../message/multipart.ts';
import type { Request } from '../message/message.ts';
import { acceptedTypes } from './abilities.ts';
import type { Abilities } from './abilities.ts';

/** An answer that refuses a request. */
export interface Refusal {
  readonly status: number;
  readonly reason?: string;
  readonly headers: readonly HeaderInit[];
}

/** RFC 3261 §8.2: what is checked of every request, in this order. */
export function checkRequest(request: Request, abilities: Abilities): Refusal | undefined {
  return (
    checkMethod(request, abilities) ??
    checkReplaces(request) ??
    checkScheme(request) ??
    checkSecurity(request) ??
    checkRequire(request, abilities)
  );
}

/** RFC 3261 §8.2.1: 405 for a method that exists but is not served here, 501 for one that nobody knows. */
export function checkMethod({ method }: Request, abilities: Abilities): Refusal | undefined {
  if (abilities.serves(method)) return undefined;
  const status = isKnownMethod(method) ? 405 : 501;
  return { status, headers: [['Allow', abilities.methods.join(', ')]] };
}

// RFC 3891 §3: only an INVITE replaces anything.
function checkReplaces(request: Request): Refusal | undefined {
  const misplaced = request.method !== 'INVITE' && request.has('Replaces');
  return misplaced
    ? { status: 400, reason: 'Replaces stands in INVITE only', headers: [] }
    : undefined;
}

// RFC 3261 §8.2.2.1: the scheme must be one that we serve.
function checkScheme({ uri }: Request): Refusal | undefined {
  return uri.scheme === 'sip' || uri.scheme === 'sips' ? undefined : { status: 416, headers: [] };
}

// RFC 5630 §5.1.2: who asks for security on every hop must be reached by it, too.
function checkSecurity(request: Request): Refusal | undefined {
  if (request.uri.scheme !== 'sips') return undefined;
  const isPlain = (value: ContactValue): boolean => value !== '*' && value.uri.scheme === 'sip';
  return (request.get(contact) ?? []).some(isPlain)
    ? { status: 400, reason: 'sips with a sip Contact', headers: [] }
    : undefined;
}

// RFC 3261 §8.2.2.3: options that the peer requires and that we lack.
function checkRequire(request: Request, { options }: Abilities): Refusal | undefined {
  const lacking = (request.get(requireField) ?? []).filter(
    (tag) => !options.includes(tag.toLowerCase()),
  );
  return lacking.length === 0
    ? undefined
    : { status: 420, headers: [['Unsupported', lacking.join(', ')]] };
}

/** RFC 3261 §8.2.3: a body that must be understood and is packed in a way that we cannot undo. */
export function checkEncoding(request: Request): Refusal | undefined {
  if (request.bodyText === '') return undefined;
  return (request.get(contentEncoding) ?? []).every(
    (encoding) => encoding.toLowerCase() === 'identity',
  )
    ? undefined
    : { status: 415, headers: [['Accept-Encoding', 'identity']] };
}

/** RFC 3261 §8.2.3: a body of a call that must be understood and cannot be. */
export function checkBody(request: Request): Refusal | undefined {
  if (request.bodyText === '' || isOptional(request)) return undefined;
  const packed = checkEncoding(request);
  if (packed !== undefined) return packed;
  const type = request.get(contentType);
  const name = type === undefined ? undefined : `${type.type}/${type.subtype}`.toLowerCase();
  if (name === undefined || !acceptedTypes.includes(name)) {
    return { status: 415, headers: [['Accept', acceptedTypes.join(', ')]] };
  }
  const part = findPart(request, 'application/sdp');
  if (!part.ok) return { status: 400, reason: 'Malformed body', headers: [] };
  if (part.value === undefined && name !== 'application/sdp') {
    return { status: 415, headers: [['Accept', acceptedTypes.join(', ')]] };
  }
  return undefined;
}

/** RFC 3261 §8.2.4: an extension that is to be applied to a call, and that the caller does not list, gets 421. */
export function checkSupported(request: Request, { requires }: Abilities): Refusal | undefined {
  if (requires.length === 0) return undefined;
  const listed = [supported, requireField].flatMap((field) => request.get(field) ?? []);
  const known = listed.map((tag) => tag.toLowerCase());
  const lacking = requires.filter((tag) => !known.includes(tag));
  return lacking.length === 0
    ? undefined
    : { status: 421, headers: [['Require', lacking.join(', ')]] };
}

/** RFC 3261 §21.4.7: our answer to an INVITE is a session description, which the peer must be willing to read. */
export function checkAccept(request: Request): Refusal | undefined {
  const accepted = request.get(accept);
  const fits = ({ type, subtype }: MediaType): boolean =>
    (type === '*' || type === 'application') && (subtype === '*' || subtype === 'sdp');
  if (accepted === undefined || accepted.some(fits)) return undefined;
  return { status: 406, headers: [] };
}

function isOptional(request: Request): boolean {
  return request.get(contentDisposition)?.parameters.get('handling')?.toLowerCase() === 'optional';
}

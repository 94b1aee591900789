// URIs: sip, sips and tel taken apart, any other kept as text (RFC 3261 §19.1, RFC 3966).
import { fail, ok } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { formatHost, foundHost, foundPort, isHost, scanHostPort } from './host.ts';
import { ParameterPlaces } from './parameter-places.ts';
import type { Parameters } from './parameter-places.ts';
import { problem } from './problem.ts';
import type { MessageProblem } from './problem.ts';
import { checkText, saysAt } from './scan.ts';

/** A sip or sips URI. Parts stand as written, with their escapes; nothing is ever unescaped twice. */
export interface SipUri {
  readonly scheme: 'sip' | 'sips';
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  /** An IPv6 address stands without brackets. */
  readonly host: string;
  readonly port?: number | undefined;
  readonly parameters: Parameters;
  /** What follows `?`, without it. */
  readonly headers?: string | undefined;
}

/** A telephone number (RFC 3966), with its visual separators as written. */
export interface TelUri {
  readonly scheme: 'tel';
  readonly number: string;
  readonly parameters: Parameters;
}

/** A URI of another scheme. */
export interface OtherUri {
  /** In lower case. */
  readonly scheme: string;
  /** The whole URI as written. */
  readonly text: string;
}

/** Any URI. */
export type Uri = SipUri | TelUri | OtherUri;

const userFlag = 1;
const passwordFlag = 2;
const parameterFlag = 4;
const headersFlag = 8;
const telFlag = 16;
const hexFlag = 32;
const schemeFlag = 64;
const nameFlag = 128;

const flags = new Uint8Array(256);
mark("A-Za-z0-9\\-_.!~*'()", userFlag | passwordFlag | nameFlag | parameterFlag | headersFlag);
// `#` is not in the grammar of a user part, yet phones dial it unescaped.
mark('&=+$,;?/#', userFlag);
mark('&=+$,', passwordFlag);
// `=` is not in the grammar of a parameter value, yet base64 ends with it.
mark('[]/:&+$=', parameterFlag);
mark('[]/:&+$', nameFlag);
mark('[]/?:+$&=;@,', headersFlag);
mark('0-9A-Fa-f*#()\\-.+', telFlag);
mark('0-9A-Fa-f', hexFlag);
mark('A-Za-z0-9+.\\-', schemeFlag);

function mark(characters: string, flag: number): void {
  const pattern = new RegExp(`[${characters.replace(/[[\]/]/g, '\\$&')}]`);
  for (let code = 33; code < 127; code += 1) {
    if (pattern.test(String.fromCharCode(code))) flags[code] = (flags[code] ?? 0) | flag;
  }
}

/** True when each character has `flag` or is part of an escape `%` HEX HEX. */
function all(text: string, flag: number, from = 0): boolean {
  return runEnd(text, flag, from, text.length) === text.length;
}

/** Where the characters end, from `start` on, that have `flag` or are part of an escape. */
function runEnd(text: string, flag: number, start: number, end: number): number {
  let at = start;
  for (; at < end; at += 1) {
    const code = text.charCodeAt(at);
    if (((flags[code] ?? 0) & flag) !== 0) continue;
    if (code !== 37 || at + 2 >= end || !isHex(text, at + 1) || !isHex(text, at + 2)) break;
    at += 2;
  }
  return at;
}

function isHex(text: string, at: number): boolean {
  return ((flags[text.charCodeAt(at)] ?? 0) & hexFlag) !== 0;
}

/** Reads a URI, without angle brackets or blanks around it. */
export function parseUri(text: string): Result<Uri, MessageProblem> {
  const uri = readUri(text);
  return uri === undefined ? fail(problem('SIP_PARSE_URI', 'The URI is malformed')) : ok(uri);
}

/** As `parseUri`; undefined when malformed. */
export function readUri(text: string): Uri | undefined {
  return scanUri(text, 0, text.length) ? foundUri(text) : undefined;
}

const places = new ParameterPlaces(plainEscapes);
// What the last scan found; -1 stands for a part that is not there. A URI of another scheme is made at once.
const place: {
  scheme: 'sip' | 'sips';
  user: number;
  userEnd: number;
  passwordEnd: number;
  headers: number;
  end: number;
  other: TelUri | OtherUri | undefined;
} = {
  scheme: 'sip',
  user: -1,
  userEnd: -1,
  passwordEnd: -1,
  headers: -1,
  end: 0,
  other: undefined,
};

/** Whether the text from `start` to `end` is a URI; makes nothing of a sip or sips URI. */
export function scanUri(text: string, start: number, end: number): boolean {
  if (place.other !== undefined) place.other = undefined;
  place.headers = -1;
  if (saysAt(text, start, 'sip:')) return scanSipUri('sip', text, start + 4, end);
  if (saysAt(text, start, 'sips:')) return scanSipUri('sips', text, start + 5, end);
  place.other = readOtherUri(text.slice(start, end));
  return place.other !== undefined;
}

function scanSipUri(scheme: 'sip' | 'sips', text: string, start: number, end: number): boolean {
  place.scheme = scheme;
  place.end = end;
  const hostStart = scanUser(text, start, end);
  let at = hostStart < 0 ? -1 : scanHostPort(text, hostStart, end);
  if (at < 0) return false;
  places.clear();
  while (at < end && text.charCodeAt(at) === 59) {
    at = scanParameter(text, at + 1, end);
    if (at < 0) return false;
  }
  if (at === end) return true;
  place.headers = at + 1;
  return (
    text.charCodeAt(at) === 63 && at + 1 < end && runEnd(text, headersFlag, at + 1, end) === end
  );
}

// Returns where the host starts, or -1. RFC 3261 §19.1.1: with an @ there must be a user.
function scanUser(text: string, start: number, end: number): number {
  place.user = -1;
  const sign = text.indexOf('@', start);
  if (sign < 0 || sign >= end) return start;
  const userEnd = runEnd(text, userFlag, start, sign);
  if (userEnd === start) return -1;
  place.user = start;
  place.userEnd = userEnd;
  place.passwordEnd = sign;
  if (userEnd === sign) return sign + 1;
  const isSound =
    text.charCodeAt(userEnd) === 58 && runEnd(text, passwordFlag, userEnd + 1, sign) === sign;
  return isSound ? sign + 1 : -1;
}

// Returns where the parameter ends, or -1. RFC 3261 §19.1.1: no parameter name more than once.
function scanParameter(text: string, start: number, end: number): number {
  const nameEnd = runEnd(text, nameFlag, start, end);
  if (nameEnd === start) return -1;
  if (nameEnd === end || text.charCodeAt(nameEnd) !== 61) {
    return places.add(text, start, nameEnd) ? nameEnd : -1;
  }
  const valueEnd = runEnd(text, parameterFlag, nameEnd + 1, end);
  if (valueEnd === nameEnd + 1) return -1;
  return places.add(text, start, nameEnd, nameEnd + 1, valueEnd) ? valueEnd : -1;
}

/** True when the URI that was scanned last is a sip or sips URI with headers. */
export function foundHeaders(): boolean {
  return place.headers >= 0;
}

/** The URI that was scanned last, in `text`. */
export function foundUri(text: string): Uri {
  if (place.other !== undefined) return place.other;
  const { scheme, user, userEnd, passwordEnd, headers, end } = place;
  return {
    scheme,
    user: user < 0 ? undefined : text.slice(user, userEnd),
    password:
      user < 0 || userEnd === passwordEnd ? undefined : text.slice(userEnd + 1, passwordEnd),
    host: foundHost(text),
    port: foundPort(),
    parameters: places.toMap(text),
    headers: headers < 0 ? undefined : text.slice(headers, end),
  };
}

function readTelUri(text: string): TelUri | undefined {
  const semicolon = text.indexOf(';');
  const number = semicolon < 0 ? text : text.slice(0, semicolon);
  const list = readParameters(text, semicolon < 0 ? text.length : semicolon);
  if (list === undefined || number.length === 0 || number.lastIndexOf('+') > 0) return undefined;
  if (number.includes('%') || !all(number, telFlag) || !/[0-9A-Fa-f*#]/.test(number))
    return undefined;
  return { scheme: 'tel', number, parameters: list };
}

function readParameters(text: string, start: number): Parameters | undefined {
  places.clear();
  for (let at = start; at < text.length;) {
    at = text.charCodeAt(at) === 59 ? scanParameter(text, at + 1, text.length) : -1;
    if (at < 0) return undefined;
  }
  return places.toMap(text);
}

function readOtherUri(text: string): TelUri | OtherUri | undefined {
  const colon = text.indexOf(':');
  if (colon < 1 || colon > 64) return undefined;
  const scheme = text.slice(0, colon).toLowerCase();
  if (scheme === 'tel') return readTelUri(text.slice(colon + 1));
  const first = scheme.charCodeAt(0);
  if (first < 97 || first > 122 || colon === text.length - 1) return undefined;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (at < colon && ((flags[code] ?? 0) & schemeFlag) === 0) return undefined;
    if (code <= 32 || code >= 127 || code === 34 || code === 60 || code === 62) return undefined;
  }
  return { scheme, text };
}

/** True for a sip or sips URI. */
export function isSipUri(uri: Uri): uri is SipUri {
  return 'host' in uri;
}

/** True for a tel URI. */
export function isTelUri(uri: Uri): uri is TelUri {
  return 'number' in uri;
}

/** A sip or sips URI from our own text. Throws a TypeError when it is none; text from the network goes to `parseUri`. */
export function sipUri(text: string): SipUri {
  const uri = readUri(text);
  if (uri === undefined || !isSipUri(uri)) {
    throw new TypeError(`${JSON.stringify(text)} is not a sip or sips URI`);
  }
  return uri;
}

/** A URI as text, without angle brackets. Throws a TypeError when a part holds CR, LF or NUL. */
export function formatUri(uri: Uri): string {
  const text = isSipUri(uri) ? formatSipUri(uri) : isTelUri(uri) ? formatTelUri(uri) : uri.text;
  checkText(text, 'A URI');
  return text;
}

function formatSipUri(uri: SipUri): string {
  let text = `${uri.scheme}:`;
  if (uri.user !== undefined) {
    text += escapeRest(uri.user, userFlag);
    if (uri.password !== undefined) text += `:${escapeRest(uri.password, passwordFlag)}`;
    text += '@';
  }
  if (!isHost(uri.host)) throw new TypeError(`${JSON.stringify(uri.host)} is not a host`);
  text += formatHost(uri.host);
  if (uri.port !== undefined) text += `:${uri.port}`;
  text += formatUriParameters(uri.parameters);
  return uri.headers === undefined ? text : `${text}?${escapeRest(uri.headers, headersFlag)}`;
}

function formatTelUri(uri: TelUri): string {
  return `tel:${uri.number}${formatUriParameters(uri.parameters)}`;
}

function formatUriParameters(list: Parameters): string {
  let text = '';
  for (const [name, value] of list) {
    text += `;${escapeRest(name, parameterFlag)}`;
    if (value !== undefined) text += `=${escapeRest(value, parameterFlag)}`;
  }
  return text;
}

function escapeRest(text: string, flag: number): string {
  if (all(text, flag)) return text;
  checkText(text, 'A URI');
  let escaped = '';
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    const keep =
      ((flags[code] ?? 0) & flag) !== 0 ||
      (code === 37 && isHex(text, at + 1) && isHex(text, at + 2));
    escaped += keep ? text.charAt(at) : escapeOf(code);
  }
  return escaped;
}

function escapeOf(code: number): string {
  return `%${code.toString(16).toUpperCase().padStart(2, '0')}`;
}

/** The user part without its escapes, as latin1 text (`readable` of base/bytes.ts shows it); empty when there is none. */
export function userOf(uri: SipUri): string {
  return unescapeUri(uri.user ?? '');
}

/** Takes each escape off once; `%2541` becomes `%41` (RFC 3261 §19.1.2). */
export function unescapeUri(text: string): string {
  if (!text.includes('%')) return text;
  return text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/**
 * Takes off the escapes that have no need to be there, those of letters, digits and marks, and writes the others in
 * upper case (RFC 3261 §19.1.4). An escaped `;` is no separator, so it stays, and so does `%25`.
 */
export function plainEscapes(text: string): string {
  if (!text.includes('%')) return text;
  return text.replace(/%[0-9A-Fa-f]{2}/g, (escape) => {
    const char = String.fromCharCode(Number.parseInt(escape.slice(1), 16));
    return /[A-Za-z0-9\-_.!~*'()]/.test(char) ? char : escape.toUpperCase();
  });
}

/** Latin1 text as a user part, with an escape for each character that needs one. */
export function escapeUser(text: string): string {
  let escaped = '';
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code > 255)
      throw new TypeError('A user part must be latin1 text, one character for each byte');
    const plain = ((flags[code] ?? 0) & userFlag) !== 0 && code !== 35;
    escaped += plain ? text.charAt(at) : escapeOf(code);
  }
  return escaped;
}

/**
 * A URI as it stands in a request line: without headers and `method`, which have no meaning there (RFC 3261 §19.1.1
 * table 1, §19.1.5).
 */
export function requestUri(uri: Uri): Uri {
  if (!isSipUri(uri) || (uri.headers === undefined && !uri.parameters.has('method'))) return uri;
  const { headers: _, parameters: old, ...rest } = uri;
  const kept = new Map(old);
  kept.delete('method');
  return { ...rest, parameters: kept };
}

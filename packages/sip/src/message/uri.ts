// URIs: sip, sips and tel taken apart, any other kept as text (RFC 3261 §19.1, RFC 3966).
import { fail, ok } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { formatHost, isHost, parseHostPort } from './host.ts';
import { parameterLimit } from './limits.ts';
import { noParameters } from './parameters.ts';
import type { Parameters } from './parameters.ts';
import { problem } from './problem.ts';
import type { MessageProblem } from './problem.ts';
import { checkText, lowerSlice } from './scan.ts';

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

const flags = new Uint8Array(256);
mark("A-Za-z0-9\\-_.!~*'()", userFlag | passwordFlag | parameterFlag | headersFlag);
// `#` is not in the grammar of a user part, yet phones dial it unescaped.
mark('&=+$,;?/#', userFlag);
mark('&=+$,', passwordFlag);
// `=` is not in the grammar of a parameter value, yet base64 ends with it.
mark('[]/:&+$=', parameterFlag);
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
  for (let at = from; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (((flags[code] ?? 0) & flag) !== 0) continue;
    if (code !== 37 || !isHex(text, at + 1) || !isHex(text, at + 2)) return false;
    at += 2;
  }
  return true;
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
  const colon = text.indexOf(':');
  if (colon < 1 || colon > 64) return undefined;
  const written = text.slice(0, colon);
  const scheme = written === 'sip' ? 'sip' : written.toLowerCase();
  if (scheme === 'sip' || scheme === 'sips') return readSipUri(scheme, text, colon + 1);
  if (scheme === 'tel') return readTelUri(text.slice(colon + 1));
  return readOtherUri(scheme, text, colon);
}

function readSipUri(scheme: 'sip' | 'sips', text: string, start: number): SipUri | undefined {
  const sign = text.indexOf('@', start);
  let hostStart = start;
  let user: string | undefined;
  let password: string | undefined;
  const question = text.indexOf('?', sign < 0 ? start : sign);
  if (sign >= 0) {
    hostStart = sign + 1;
    const colon = text.indexOf(':', start);
    const userEnd = colon >= 0 && colon < sign ? colon : sign;
    user = text.slice(start, userEnd);
    // RFC 3261 §19.1.1: with an @ there must be a user.
    if (user.length === 0 || !all(user, userFlag)) return undefined;
    if (userEnd < sign) {
      password = text.slice(userEnd + 1, sign);
      if (!all(password, passwordFlag)) return undefined;
    }
  }
  const end = question < 0 ? text.length : question;
  const semicolon = text.indexOf(';', hostStart);
  const hostEnd = semicolon < 0 || semicolon > end ? end : semicolon;
  const where = parseHostPort(text.slice(hostStart, hostEnd));
  const list = hostEnd === end ? noParameters : readParameters(text.slice(hostEnd + 1, end));
  if (where === undefined || list === undefined) return undefined;
  const headers = question < 0 ? undefined : text.slice(question + 1);
  if (headers !== undefined && (headers.length === 0 || !all(headers, headersFlag)))
    return undefined;
  return { scheme, user, password, host: where.host, port: where.port, parameters: list, headers };
}

function readParameters(text: string): Parameters | undefined {
  const found = new Map<string, string | undefined>();
  for (let at = 0; at <= text.length;) {
    const semicolon = text.indexOf(';', at);
    const end = semicolon < 0 ? text.length : semicolon;
    const equals = text.indexOf('=', at);
    const nameEnd = equals < 0 || equals > end ? end : equals;
    const written = text.slice(at, nameEnd);
    if (written.length === 0 || !all(written, parameterFlag)) return undefined;
    const plain = plainEscapes(written);
    const name = lowerSlice(plain, 0, plain.length);
    // RFC 3261 §19.1.1: no parameter name more than once.
    if (found.has(name) || found.size === parameterLimit) return undefined;
    const value = nameEnd === end ? undefined : text.slice(nameEnd + 1, end);
    if (value !== undefined && (value.length === 0 || !all(value, parameterFlag))) return undefined;
    found.set(name, value);
    at = end + 1;
  }
  return found;
}

function readTelUri(text: string): TelUri | undefined {
  const semicolon = text.indexOf(';');
  const number = semicolon < 0 ? text : text.slice(0, semicolon);
  const list = semicolon < 0 ? noParameters : readParameters(text.slice(semicolon + 1));
  if (list === undefined || number.length === 0 || number.lastIndexOf('+') > 0) return undefined;
  if (number.includes('%') || !all(number, telFlag) || !/[0-9A-Fa-f*#]/.test(number))
    return undefined;
  return { scheme: 'tel', number, parameters: list };
}

function readOtherUri(scheme: string, text: string, colon: number): OtherUri | undefined {
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

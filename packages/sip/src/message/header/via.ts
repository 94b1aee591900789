// Via (RFC 3261 §20.42, RFC 3581).
import { formatHost, foundHost, foundPort, scanHostPort } from '../host.ts';
import { ParameterPlaces } from '../parameter-places.ts';
import { formatParameters, scanParameters } from '../parameters.ts';
import type { Parameters } from '../parameters.ts';
import { checkText, digitsEnd, isToken, saysAt, skipBlank, tokenEnd, trimmed } from '../scan.ts';
import { list } from './field.ts';
import type { HeaderField } from './field.ts';

/** One hop of a request's way. */
export interface Via {
  /** The transport in upper case: `UDP`, `TCP`, `TLS`, `WS`, `WSS` or another token. */
  readonly protocol: string;
  /** The host of sent-by; an IPv6 address stands without brackets. */
  readonly host: string;
  readonly port?: number | undefined;
  readonly parameters: Parameters;
  readonly branch?: string | undefined;
  /** Where the request really came from; an IPv6 address stands without brackets. */
  readonly received?: string | undefined;
  /** The port it really came from; true when it is only asked for (RFC 3581 §3). */
  readonly rport?: number | true | undefined;
}

/** All hops, the last one first. */
export const via: HeaderField<readonly Via[]> = list('Via', (value) => readVia(value), formatVia);

/** Reads the value from `start` to `end`; undefined when malformed. */
export function readVia(text: string, start = 0, end: number = text.length): Via | undefined {
  return scanVia(text, start, end) ? foundVia(text) : undefined;
}

/** The value that was scanned last, in `text`. */
export function foundVia(text: string): Via {
  const received = places.value(text, place.received);
  return {
    protocol: foundProtocol(text),
    host: hostIn(text),
    port: foundPort(),
    parameters: places.toMap(text),
    branch: foundBranch(text),
    received: received === undefined ? undefined : withoutBrackets(received),
    rport: foundRport(text) ?? undefined,
  };
}

const places = new ParameterPlaces();
// What the last scan found: where the transport stands, and which parameters these are, -1 for none.
const place = { transport: 0, transportEnd: 0, branch: -1, received: -1, rport: -1 };
// The host and port, when they stood in the last value with blanks between them.
let tightHost: string | undefined;

function hostIn(text: string): string {
  return foundHost(tightHost ?? text);
}

/** Whether the text from `start` to `end` is one value; makes nothing. */
export function scanVia(text: string, start: number, end: number): boolean {
  const sentEnd = scanSentBy(text, start, end);
  if (sentEnd < 0 || !scanParameters(places, text, sentEnd, end)) return false;
  place.branch = places.find(text, 'branch');
  place.received = places.find(text, 'received');
  place.rport = places.find(text, 'rport');
  return (
    !places.isFlag(place.branch) && !places.isFlag(place.received) && foundRport(text) !== null
  );
}

/** The branch of the value that was scanned last, in `text`. */
export function foundBranch(text: string): string | undefined {
  return places.value(text, place.branch);
}

// Null for one that is no port.
function foundRport(text: string): number | true | undefined | null {
  if (place.rport < 0) return undefined;
  const value = places.value(text, place.rport);
  if (value === undefined) return true;
  const port = digitsEnd(value, 0) === value.length ? Number(value) : 0;
  return port > 0 && port <= 65_535 ? port : null;
}

function foundProtocol(text: string): string {
  const transport = text.slice(place.transport, place.transportEnd);
  return transport === 'UDP' ? transport : transport.toUpperCase();
}

/** The part of a Via value before its parameters. */
export interface SentBy {
  readonly protocol: string;
  readonly host: string;
  readonly port: number | undefined;
}

/** Reads protocol and sent-by, whatever follows them; undefined when malformed. */
export function readSentBy(text: string): SentBy | undefined {
  if (scanSentBy(text, 0, text.length) < 0) return undefined;
  return { protocol: foundProtocol(text), host: hostIn(text), port: foundPort() };
}

// Returns where the parameters start, or -1.
function scanSentBy(text: string, start: number, end: number): number {
  const transport = start + 'SIP/2.0/'.length;
  const transportEnd = saysAt(text, start, 'SIP/2.0/') ? tokenEnd(text, transport, end) : -1;
  if (transportEnd <= transport) return scanSpacedSentBy(text, start, end);
  return scanHost(text, transport, transportEnd, end);
}

// RFC 3261 §25.1 SLASH: blanks may stand around both.
function scanSpacedSentBy(text: string, start: number, end: number): number {
  const nameEnd = tokenEnd(text, start, end);
  const firstSlash = skipBlank(text, nameEnd, end);
  const version = skipBlank(text, firstSlash + 1, end);
  const versionEnd = tokenEnd(text, version, end);
  const secondSlash = skipBlank(text, versionEnd, end);
  const transport = skipBlank(text, secondSlash + 1, end);
  const isSound =
    text.charCodeAt(firstSlash) === 47 &&
    text.charCodeAt(secondSlash) === 47 &&
    versionEnd > version &&
    nameEnd - start === 3 &&
    saysAt(text, start, 'sip');
  return isSound ? scanHost(text, transport, tokenEnd(text, transport, end), end) : -1;
}

function scanHost(text: string, transport: number, transportEnd: number, end: number): number {
  const start = skipBlank(text, transportEnd, end);
  if (transportEnd === transport || start === transportEnd) return -1;
  tightHost = undefined;
  place.transport = transport;
  place.transportEnd = transportEnd;
  const hostEnd = skipBlank(text, Math.max(start, scanHostPort(text, start, end)), end);
  if (hostEnd > start && (hostEnd === end || text.charCodeAt(hostEnd) === 59)) return hostEnd;
  return scanSpacedHost(text, start, end);
}

// RFC 3261 §25.1 COLON: blanks may stand around the colon before the port.
function scanSpacedHost(text: string, start: number, end: number): number {
  const semicolon = text.indexOf(';', start);
  const hostEnd = semicolon < 0 || semicolon > end ? end : semicolon;
  const spaced = trimmed(text, start, hostEnd);
  const colon = spaced.lastIndexOf(':');
  if (colon < 0) return -1;
  const tight = `${trimmed(spaced, 0, colon)}:${trimmed(spaced, colon + 1)}`;
  tightHost = tight;
  return scanHostPort(tight, 0, tight.length) === tight.length ? hostEnd : -1;
}

// RFC 5118 §4.5: `received` is taken with and without brackets, and written without.
function withoutBrackets(received: string): string {
  return received.startsWith('[') && received.endsWith(']') ? received.slice(1, -1) : received;
}

/**
 * A Via value as text. `branch`, `received` and `rport` override the parameters of those names. Throws a TypeError when
 * a part holds CR, LF or NUL.
 */
export function formatVia(value: Via): string {
  const { protocol, host, port, parameters: found, branch, received, rport } = value;
  if (!isToken(protocol)) throw new TypeError(`${JSON.stringify(protocol)} is not a transport`);
  let written = found;
  const put = (name: string, text: string | undefined): void => {
    if (written.has(name) && written.get(name) === text) return;
    written = new Map(written).set(name, text);
  };
  if (branch !== undefined) put('branch', branch);
  if (received !== undefined) put('received', received);
  if (rport !== undefined) put('rport', rport === true ? undefined : String(rport));
  const where = port === undefined ? formatHost(host) : `${formatHost(host)}:${port}`;
  const text = `SIP/2.0/${protocol} ${where}${formatParameters(written)}`;
  checkText(text, 'A Via');
  return text;
}

// Via (RFC 3261 §20.42, RFC 3581).
import { formatHost, parseHostPort } from '../host.ts';
import { formatParameters, parseParameters } from '../parameters.ts';
import type { Parameters } from '../parameters.ts';
import { checkText, digitsEnd, isToken, skipBlank, tokenEnd, trimmed } from '../scan.ts';
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
export const via: HeaderField<readonly Via[]> = list('Via', readVia, formatVia);

/** Reads one value; undefined when malformed. */
export function readVia(text: string): Via | undefined {
  const sent = readSentBy(text);
  if (sent === undefined) return undefined;
  const found = parseParameters(text, sent.end);
  if (found === undefined) return undefined;
  const rport = readPort(found);
  if (rport === null) return undefined;
  const branch = found.get('branch');
  const received = found.get('received');
  if (branch === undefined && found.has('branch')) return undefined;
  if (received === undefined && found.has('received')) return undefined;
  return {
    protocol: sent.protocol,
    host: sent.host,
    port: sent.port,
    parameters: found,
    branch,
    received: received === undefined ? undefined : withoutBrackets(received),
    rport,
  };
}

/** The part of a Via value before its parameters, and where it ends. */
export interface SentBy {
  readonly protocol: string;
  readonly host: string;
  readonly port: number | undefined;
  readonly end: number;
}

/** Reads protocol and sent-by, whatever follows them; undefined when malformed. */
export function readSentBy(text: string): SentBy | undefined {
  if (text.startsWith('SIP/2.0/')) {
    const end = tokenEnd(text, 8);
    return end === 8 ? undefined : readHost(text, text.slice(8, end), end);
  }
  const nameEnd = tokenEnd(text, 0);
  const firstSlash = skipBlank(text, nameEnd);
  const version = skipBlank(text, firstSlash + 1);
  const versionEnd = tokenEnd(text, version);
  const secondSlash = skipBlank(text, versionEnd);
  const transport = skipBlank(text, secondSlash + 1);
  const transportEnd = tokenEnd(text, transport);
  const slashes = text.charCodeAt(firstSlash) === 47 && text.charCodeAt(secondSlash) === 47;
  if (!slashes || nameEnd === 0 || versionEnd === version || transportEnd === transport) {
    return undefined;
  }
  if (text.slice(0, nameEnd).toUpperCase() !== 'SIP') return undefined;
  return readHost(text, text.slice(transport, transportEnd), transportEnd);
}

function readHost(text: string, transport: string, from: number): SentBy | undefined {
  const start = skipBlank(text, from);
  if (start === from) return undefined;
  const semicolon = text.indexOf(';', start);
  const end = semicolon < 0 ? text.length : semicolon;
  const where = parseHostPort(withoutBlanks(trimmed(text, start, end)));
  if (where === undefined) return undefined;
  return {
    protocol: transport === 'UDP' ? transport : transport.toUpperCase(),
    host: where.host,
    port: where.port,
    end,
  };
}

// RFC 3261 §25.1 COLON: blanks may stand around the colon before the port.
function withoutBlanks(text: string): string {
  if (!text.includes(' ') && !text.includes('\t')) return text;
  const colon = text.lastIndexOf(':');
  if (colon < 0) return text;
  return `${trimmed(text, 0, colon)}:${trimmed(text, colon + 1)}`;
}

function readPort(found: Parameters): number | true | undefined | null {
  if (!found.has('rport')) return undefined;
  const value = found.get('rport');
  if (value === undefined) return true;
  const port = digitsEnd(value, 0) === value.length ? Number(value) : 0;
  return port > 0 && port <= 65_535 ? port : null;
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
  const written = new Map(found);
  if (branch !== undefined) written.set('branch', branch);
  if (received !== undefined) written.set('received', received);
  if (rport !== undefined) written.set('rport', rport === true ? undefined : String(rport));
  const where = port === undefined ? formatHost(host) : `${formatHost(host)}:${port}`;
  const text = `SIP/2.0/${protocol} ${where}${formatParameters(written)}`;
  checkText(text, 'A Via');
  return text;
}

// From SDP text to a description. What cannot be used is an error value, what cannot be understood is a line that is kept.
import { own } from '../base/bytes.ts';
import { fail, ok } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { flagOf } from './attribute-line.ts';
import { MediaDescription, SessionDescription } from './description.ts';
import type { Bandwidth, Connection, Origin, SectionFields, Timing } from './description.ts';
import { asDirection } from './direction.ts';
import type { Direction } from './negotiator.ts';
import { isNumber } from './number.ts';

/** How much of a description is taken. */
export interface SdpLimits {
  /** Characters in all. */
  readonly length: number;
  /** Lines in all. */
  readonly lines: number;
  /** Media lines. */
  readonly media: number;
  /** Formats of one media line. */
  readonly formats: number;
}

/** Room for a conference of browsers; a telephone call needs a hundredth of it. */
export const defaultSdpLimits: SdpLimits = { length: 65_536, lines: 4096, media: 64, formats: 256 };

/** What is wrong with a text that should be a description. */
export interface SdpProblem {
  readonly kind:
    | 'too large'
    | 'bytes'
    | 'line'
    | 'version'
    | 'origin'
    | 'time'
    | 'connection'
    | 'media';
  /** The line that is wrong, from 1; undefined when it is the whole, or a line that is not there. */
  readonly line: number | undefined;
  /** In plain words. */
  readonly text: string;
}

/** Reads SDP (RFC 8866 §5). Line ends may be CRLF or LF; lines of unknown types are kept and mean nothing. */
export function parseSdp(
  text: string,
  limits?: Partial<SdpLimits>,
): Result<SessionDescription, SdpProblem> {
  const allowed = limits === undefined ? defaultSdpLimits : { ...defaultSdpLimits, ...limits };
  if (text.length > allowed.length)
    return problem('too large', undefined, `More than ${allowed.length} characters`);
  // A description is kept as long as its call; the datagram that it came in is not.
  const lines = linesOf(own(text));
  if (lines.length > allowed.lines)
    return problem('too large', undefined, `More than ${allowed.lines} lines`);
  return describeLines(lines, allowed);
}

function linesOf(text: string): readonly string[] {
  const lines: string[] = [];
  for (let at = 0; at < text.length;) {
    const found = text.indexOf('\n', at);
    const end = found < 0 ? text.length : found;
    const isCrlf = end > at && text.charCodeAt(end - 1) === 0x0d;
    lines.push(text.slice(at, isCrlf ? end - 1 : end));
    at = end + 1;
  }
  return lines;
}

/** The description that these lines make; they have no line ends. */
export function describeLines(
  lines: readonly string[],
  limits: SdpLimits,
): Result<SessionDescription, SdpProblem> {
  const starts: number[] = [];
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    // RFC 8866 §9: NUL, CR and LF are the three bytes that no value may hold.
    if (/[\0\r\n]/.test(line)) return problem('bytes', index, 'A line holds NUL, CR or LF');
    if (line !== '' && line[1] !== '=')
      return problem('line', index, 'A line does not begin with a letter and =');
    if (line.startsWith('m=')) starts.push(index);
  }
  if (lines[0] !== 'v=0') return problem('version', 0, 'The first line is not v=0');
  if (starts.length > limits.media)
    return problem('too large', undefined, `More than ${limits.media} media lines`);

  const head = lines.slice(0, starts[0] ?? lines.length);
  const origin = readOrigin(head);
  if (!origin.ok) return origin;
  const times = readTimes(head);
  if (!times.ok) return times;
  const session = readSection(head, 0, undefined);
  if (!session.ok) return session;
  const direction = directionIn(head) ?? 'sendrecv';

  const media: MediaDescription[] = [];
  for (let index = 0; index < starts.length; index += 1) {
    const start = starts[index] ?? 0;
    const part = lines.slice(start, starts[index + 1] ?? lines.length);
    const read = readMedia(part, start, session.value.connection, direction, limits);
    if (!read.ok) return read;
    media.push(read.value);
  }
  const { connection, bandwidth } = session.value;
  return ok(
    new SessionDescription({
      lines: head,
      connection,
      bandwidth,
      origin: origin.value,
      sessionName: head.find((line) => line.startsWith('s='))?.slice(2) ?? '',
      times: times.value,
      media: tight(media),
    }),
  );
}

function readOrigin(lines: readonly string[]): Result<Origin, SdpProblem> {
  const index = lines.findIndex((line) => line.startsWith('o='));
  if (index < 0) return problem('origin', undefined, 'There is no o= line');
  const words = wordsOf(lines[index] ?? '');
  // A name with spaces is wrong, and harmless: nothing is done with it.
  const named = words.length - 5;
  const sessionId = words[named] ?? '';
  const sessionVersion = words[named + 1] ?? '';
  if (named < 1 || !isNumber(sessionId, 32) || !isNumber(sessionVersion, 32)) {
    return problem('origin', index, 'The o= line does not have its six parts');
  }
  return ok({
    username: named === 1 ? (words[0] ?? '') : words.slice(0, named).join(' '),
    sessionId,
    sessionVersion,
    netType: words[named + 2] ?? '',
    addressType: words[named + 3] ?? '',
    address: words[named + 4] ?? '',
  });
}

function readTimes(lines: readonly string[]): Result<readonly Timing[], SdpProblem> {
  const times: Timing[] = [];
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    if (!line.startsWith('t=')) continue;
    const words = wordsOf(line);
    const start = words[0] ?? '';
    const stop = words[1] ?? '';
    if (words.length > 2 || !isNumber(start, 32) || !isNumber(stop, 32)) {
      return problem('time', index, 'A t= line is not two numbers');
    }
    times.push({ start, stop });
  }
  return ok(tight(times));
}

function readSection(
  lines: readonly string[],
  offset: number,
  outer: Connection | undefined,
): Result<SectionFields, SdpProblem> {
  let connection: Connection | undefined;
  const bandwidth: Bandwidth[] = [];
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    if (line.startsWith('b=')) {
      const found = /^b=([^:]+):(\d{1,10})$/.exec(line);
      if (found !== null) bandwidth.push({ type: found[1] ?? '', value: Number(found[2]) });
    } else if (line.startsWith('c=')) {
      const read = readConnection(line);
      if (read === undefined)
        return problem('connection', offset + index, 'A c= line does not say where');
      connection ??= read;
    }
  }
  return ok({ lines, connection: connection ?? outer, bandwidth });
}

function readMedia(
  lines: readonly string[],
  offset: number,
  outer: Connection | undefined,
  outerDirection: Direction,
  limits: SdpLimits,
): Result<MediaDescription, SdpProblem> {
  const words = wordsOf(lines[0] ?? '');
  const formats = words.slice(3);
  if (formats.length === 0)
    return problem('media', offset, 'An m= line does not have its four parts');
  if (formats.length > limits.formats)
    return problem('too large', offset, `More than ${limits.formats} formats`);
  const range = readPorts(words[1] ?? '');
  if (range === undefined) return problem('media', offset, 'An m= line has no valid port');
  const section = readSection(lines, offset, outer);
  if (!section.ok) return section;
  const { connection, bandwidth } = section.value;
  return ok(
    new MediaDescription({
      lines,
      connection,
      bandwidth,
      port: range.port,
      portCount: range.portCount,
      media: (words[0] ?? '').toLowerCase(),
      protocol: words[2] ?? '',
      formats,
      direction: directionIn(lines) ?? outerDirection,
    }),
  );
}

function readPorts(
  text: string,
): { readonly port: number; readonly portCount: number } | undefined {
  if (isNumber(text, 5)) {
    const port = Number(text);
    return port <= 65_535 ? { port, portCount: 1 } : undefined;
  }
  const found = /^(\d{1,5})\/([1-9]\d{0,4})$/.exec(text);
  if (found === null) return undefined;
  const port = Number(found[1]);
  const portCount = Number(found[2]);
  // RFC 8866 §5.14: with RTP each further stream takes two ports more.
  return port + 2 * (portCount - 1) <= 65_535 ? { port, portCount } : undefined;
}

function readConnection(line: string): Connection | undefined {
  const words = wordsOf(line);
  const [netType, addressType, where] = words;
  if (netType === undefined || addressType === undefined || where === undefined || words.length > 3)
    return undefined;
  if (!where.includes('/'))
    return { netType, addressType, address: where, ttl: undefined, count: undefined };
  const [address = '', ...numbers] = where.split('/', 4);
  if (address === '' || numbers.length > 2 || !numbers.every((number) => /^\d{1,5}$/.test(number)))
    return undefined;
  const [first, second] = numbers.map(Number);
  // RFC 8866 §5.7: IPv6 multicast has no TTL, so that its only number is the count.
  return addressType === 'IP6'
    ? { netType, addressType, address, ttl: undefined, count: first }
    : { netType, addressType, address, ttl: first, count: second };
}

function directionIn(lines: readonly string[]): Direction | undefined {
  for (const line of lines) {
    const direction = asDirection(flagOf(line) ?? '');
    if (direction !== undefined) return direction;
  }
  return undefined;
}

// A list that grew has room for seventeen. A copy has just its own, for as long as the call lasts.
function tight<T>(list: readonly T[]): readonly T[] {
  return list.slice();
}

// Of the value of a line, which begins behind the letter and `=`.
function wordsOf(line: string): readonly string[] {
  const words: string[] = [];
  for (let at = 2; at < line.length;) {
    const space = line.indexOf(' ', at);
    const end = space < 0 ? line.length : space;
    if (end > at) words.push(line.slice(at, end));
    at = end + 1;
  }
  return words;
}

function problem(
  kind: SdpProblem['kind'],
  index: number | undefined,
  text: string,
): { readonly ok: false; readonly error: SdpProblem } {
  return fail({ kind, line: index === undefined ? undefined : index + 1, text });
}

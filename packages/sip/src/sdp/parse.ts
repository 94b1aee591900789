// From SDP text to a description. What cannot be used is an error value, what cannot be understood is a line that is kept.
import { fail, ok } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { MediaDescription, SessionDescription } from './description.ts';
import type {
  Attribute,
  Bandwidth,
  Connection,
  Origin,
  SectionFields,
  Timing,
} from './description.ts';
import { asDirection } from './direction.ts';
import type { Direction } from './negotiator.ts';

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
  const allowed = { ...defaultSdpLimits, ...limits };
  if (text.length > allowed.length)
    return problem('too large', undefined, `More than ${allowed.length} characters`);
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  if (lines.length > allowed.lines)
    return problem('too large', undefined, `More than ${allowed.lines} lines`);
  return describeLines(
    lines.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line)),
    allowed,
  );
}

/** The description that these lines make; they have no line ends. */
export function describeLines(
  lines: readonly string[],
  limits: SdpLimits,
): Result<SessionDescription, SdpProblem> {
  const starts: number[] = [];
  for (const [index, line] of lines.entries()) {
    // RFC 8866 §9: NUL, CR and LF are the three bytes that no value may hold.
    if (line.includes('\0') || line.includes('\r') || line.includes('\n')) {
      return problem('bytes', index, 'A line holds NUL, CR or LF');
    }
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
  const direction = directionIn(session.value.attributes) ?? 'sendrecv';

  const media: MediaDescription[] = [];
  for (const [index, start] of starts.entries()) {
    const part = lines.slice(start, starts[index + 1] ?? lines.length);
    const read = readMedia(part, start, session.value.connection, direction, limits);
    if (!read.ok) return read;
    media.push(read.value);
  }
  const sessionName = valueOf(head, 's=') ?? '';
  return ok(
    new SessionDescription({
      ...session.value,
      origin: origin.value,
      sessionName,
      times: times.value,
      media,
    }),
  );
}

function readOrigin(lines: readonly string[]): Result<Origin, SdpProblem> {
  const index = lines.findIndex((line) => line.startsWith('o='));
  if (index < 0) return problem('origin', undefined, 'There is no o= line');
  const words = wordsOf(lines[index] ?? '');
  const [sessionId = '', sessionVersion = '', netType = '', addressType = '', address = ''] =
    words.slice(-5);
  if (words.length < 6 || !/^\d{1,32}$/.test(sessionId) || !/^\d{1,32}$/.test(sessionVersion)) {
    return problem('origin', index, 'The o= line does not have its six parts');
  }
  // A name with spaces is wrong, and harmless: nothing is done with it.
  return ok({
    username: words.slice(0, -5).join(' '),
    sessionId,
    sessionVersion,
    netType,
    addressType,
    address,
  });
}

function readTimes(lines: readonly string[]): Result<readonly Timing[], SdpProblem> {
  const times: Timing[] = [];
  for (const [index, line] of lines.entries()) {
    if (!line.startsWith('t=')) continue;
    const [start = '', stop = '', ...rest] = wordsOf(line);
    if (!/^\d{1,32}$/.test(start) || !/^\d{1,32}$/.test(stop) || rest.length > 0) {
      return problem('time', index, 'A t= line is not two numbers');
    }
    times.push({ start, stop });
  }
  return ok(times);
}

function readSection(
  lines: readonly string[],
  offset: number,
  outer: Connection | undefined,
): Result<SectionFields, SdpProblem> {
  let connection: Connection | undefined;
  const bandwidth: Bandwidth[] = [];
  const attributes: Attribute[] = [];
  for (const [index, line] of lines.entries()) {
    if (line.startsWith('a=')) {
      const attribute = readAttribute(line);
      if (attribute !== undefined) attributes.push(attribute);
    } else if (line.startsWith('b=')) {
      const found = /^b=([^:]+):(\d{1,10})$/.exec(line);
      if (found !== null) bandwidth.push({ type: found[1] ?? '', value: Number(found[2]) });
    } else if (line.startsWith('c=')) {
      const read = readConnection(line);
      if (read === undefined)
        return problem('connection', offset + index, 'A c= line does not say where');
      connection ??= read;
    }
  }
  return ok({ lines, connection: connection ?? outer, bandwidth, attributes });
}

function readMedia(
  lines: readonly string[],
  offset: number,
  outer: Connection | undefined,
  outerDirection: Direction,
  limits: SdpLimits,
): Result<MediaDescription, SdpProblem> {
  const words = wordsOf(lines[0] ?? '');
  const [media = '', ports = '', protocol = '', ...formats] = words;
  if (formats.length === 0)
    return problem('media', offset, 'An m= line does not have its four parts');
  if (formats.length > limits.formats)
    return problem('too large', offset, `More than ${limits.formats} formats`);
  const range = readPorts(ports);
  if (range === undefined) return problem('media', offset, 'An m= line has no valid port');
  const section = readSection(lines, offset, outer);
  if (!section.ok) return section;
  const direction = directionIn(section.value.attributes) ?? outerDirection;
  return ok(
    new MediaDescription({
      ...section.value,
      ...range,
      media: media.toLowerCase(),
      protocol,
      formats,
      direction,
    }),
  );
}

function readPorts(
  text: string,
): { readonly port: number; readonly portCount: number } | undefined {
  const found = /^(\d{1,5})(?:\/([1-9]\d{0,4}))?$/.exec(text);
  if (found === null) return undefined;
  const port = Number(found[1]);
  const portCount = Number(found[2] ?? 1);
  // RFC 8866 §5.14: with RTP each further stream takes two ports more.
  return port + 2 * (portCount - 1) <= 65_535 ? { port, portCount } : undefined;
}

function readConnection(line: string): Connection | undefined {
  const [netType, addressType, where, ...rest] = wordsOf(line);
  if (netType === undefined || addressType === undefined || where === undefined || rest.length > 0)
    return undefined;
  const [address = '', ...numbers] = where.split('/', 4);
  if (address === '' || numbers.length > 2 || !numbers.every((number) => /^\d{1,5}$/.test(number)))
    return undefined;
  const [first, second] = numbers.map(Number);
  // RFC 8866 §5.7: IPv6 multicast has no TTL, so that its only number is the count.
  return addressType === 'IP6'
    ? { netType, addressType, address, ttl: undefined, count: first }
    : { netType, addressType, address, ttl: first, count: second };
}

function readAttribute(line: string): Attribute | undefined {
  const colon = line.indexOf(':');
  const name = line.slice(2, colon < 0 ? undefined : colon).trim();
  if (name === '') return undefined;
  return colon < 0 ? { name } : { name, value: line.slice(colon + 1) };
}

function directionIn(attributes: readonly Attribute[]): Direction | undefined {
  for (const { name, value } of attributes) {
    const direction = value === undefined ? asDirection(name) : undefined;
    if (direction !== undefined) return direction;
  }
  return undefined;
}

function valueOf(lines: readonly string[], start: string): string | undefined {
  return lines.find((line) => line.startsWith(start))?.slice(start.length);
}

function wordsOf(line: string): readonly string[] {
  return line
    .slice(2)
    .split(' ')
    .filter((word) => word !== '');
}

function problem(
  kind: SdpProblem['kind'],
  index: number | undefined,
  text: string,
): { readonly ok: false; readonly error: SdpProblem } {
  return fail({ kind, line: index === undefined ? undefined : index + 1, text });
}

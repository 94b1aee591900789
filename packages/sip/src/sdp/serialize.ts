// From a description to SDP text, and from parts to a description.
import type { Attribute, Connection, Origin, SessionDescription } from './description.ts';
import { defaultSdpLimits, describeLines } from './parse.ts';

/** The text of a description: its lines as they came, each with CRLF. */
export function formatSdp(description: SessionDescription): string {
  let text = '';
  for (const line of description.lines) text += `${line}\r\n`;
  for (const media of description.media) for (const line of media.lines) text += `${line}\r\n`;
  return text;
}

/** Every line of a description, without line ends. */
export function allLines(description: SessionDescription): readonly string[] {
  return [...description.lines, ...description.media.flatMap((media) => media.lines)];
}

/** The parts of a media line to be made. */
export interface MediaInit {
  readonly media: string;
  readonly port: number;
  readonly protocol: string;
  readonly formats: readonly string[];
  readonly connection?: Connection | undefined;
  readonly attributes: readonly Attribute[];
}

/** The parts of a description to be made. */
export interface DescriptionInit {
  readonly origin: Origin;
  /** `-` unless said, which RFC 3264 §5 recommends. */
  readonly sessionName?: string | undefined;
  readonly connection?: Connection | undefined;
  /** Whole t=, r= and z= lines; `t=0 0` unless said. */
  readonly timing?: readonly string[] | undefined;
  readonly attributes?: readonly Attribute[] | undefined;
  readonly media: readonly MediaInit[];
}

/** Makes a description; throws a TypeError when a part would break its line. */
export function createDescription(init: DescriptionInit): SessionDescription {
  if (Object.values(init.origin).some((part) => /^$|\s/.test(part)))
    throw new TypeError('A part of o= is empty or has a space');
  const lines = descriptionLines(init);
  const described = describeLines(lines, { ...defaultSdpLimits, lines: lines.length });
  if (!described.ok) throw new TypeError(`Not a session description: ${described.error.text}`);
  return described.value;
}

/** The lines of a description to be made. */
export function descriptionLines(init: DescriptionInit): readonly string[] {
  const {
    origin,
    sessionName = '-',
    connection,
    timing = ['t=0 0'],
    attributes = [],
    media,
  } = init;
  const lines = ['v=0', `o=${formatOrigin(origin)}`, `s=${sessionName}`];
  if (connection !== undefined) lines.push(`c=${formatConnection(connection)}`);
  lines.push(...timing);
  for (const attribute of attributes) lines.push(formatAttribute(attribute));
  for (const each of media) addMediaLines(lines, each);
  return lines;
}

/** The value of an o= line. */
export function formatOrigin(origin: Origin): string {
  const { username, sessionId, sessionVersion, netType, addressType, address } = origin;
  return `${username} ${sessionId} ${sessionVersion} ${netType} ${addressType} ${address}`;
}

/** The value of a c= line. */
export function formatConnection(connection: Connection): string {
  const { netType, addressType, address, ttl, count } = connection;
  const numbers = `${ttl === undefined ? '' : `/${ttl}`}${count === undefined ? '' : `/${count}`}`;
  return `${netType} ${addressType} ${address}${numbers}`;
}

function addMediaLines(lines: string[], init: MediaInit): void {
  const { media, port, protocol, formats, connection, attributes } = init;
  lines.push(`m=${media} ${port} ${protocol} ${formats.join(' ')}`);
  if (connection !== undefined) lines.push(`c=${formatConnection(connection)}`);
  for (const attribute of attributes) lines.push(formatAttribute(attribute));
}

function formatAttribute({ name, value }: Attribute): string {
  return value === undefined ? `a=${name}` : `a=${name}:${value}`;
}

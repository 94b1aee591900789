// From a description to SDP text, and from parts to a description.
import type { Attribute, Connection, Origin, SessionDescription } from './description.ts';
import { defaultSdpLimits, describeLines } from './parse.ts';

/** The text of a description: its lines as they came, each with CRLF. */
export function formatSdp(description: SessionDescription): string {
  return allLines(description).join('\r\n') + '\r\n';
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
  return [
    'v=0',
    `o=${formatOrigin(origin)}`,
    `s=${sessionName}`,
    ...(connection === undefined ? [] : [`c=${formatConnection(connection)}`]),
    ...timing,
    ...attributes.map(formatAttribute),
    ...media.flatMap(mediaLines),
  ];
}

/** The value of an o= line. */
export function formatOrigin(origin: Origin): string {
  const { username, sessionId, sessionVersion, netType, addressType, address } = origin;
  return `${username} ${sessionId} ${sessionVersion} ${netType} ${addressType} ${address}`;
}

/** The value of a c= line. */
export function formatConnection(connection: Connection): string {
  const { netType, addressType, address, ttl, count } = connection;
  const numbers = [ttl, count].filter((number) => number !== undefined);
  return `${netType} ${addressType} ${[address, ...numbers].join('/')}`;
}

function mediaLines(init: MediaInit): readonly string[] {
  const { media, port, protocol, formats, connection, attributes } = init;
  return [
    `m=${media} ${port} ${protocol} ${formats.join(' ')}`,
    ...(connection === undefined ? [] : [`c=${formatConnection(connection)}`]),
    ...attributes.map(formatAttribute),
  ];
}

function formatAttribute({ name, value }: Attribute): string {
  return value === undefined ? `a=${name}` : `a=${name}:${value}`;
}

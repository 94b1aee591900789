// A session description as lines that are kept as they came, with everything that a reader wants to know taken from them.
import { attributeOf, valueOf } from './attribute-line.ts';
import type { Direction } from './negotiator.ts';
import { readFormats } from './payload.ts';
import type { RtpFormat } from './payload.ts';

/** Who made a description, and which version of it this is; the two numbers are digits, since they have 64 bits (RFC 8866 §5.2). */
export interface Origin {
  readonly username: string;
  readonly sessionId: string;
  readonly sessionVersion: string;
  readonly netType: string;
  readonly addressType: string;
  readonly address: string;
}

/** Where media goes (RFC 8866 §5.7); `ttl` and `count` are those of multicast. */
export interface Connection {
  readonly netType: string;
  readonly addressType: string;
  readonly address: string;
  readonly ttl?: number | undefined;
  readonly count?: number | undefined;
}

/** When a session is active, as digits; `0 0` for a call (RFC 8866 §5.9). */
export interface Timing {
  readonly start: string;
  readonly stop: string;
}

/** A bandwidth, such as `AS` in kilobits a second (RFC 8866 §5.8). */
export interface Bandwidth {
  readonly type: string;
  readonly value: number;
}

/** An a= line; `value` is absent for a flag (RFC 8866 §5.13). */
export interface Attribute {
  readonly name: string;
  readonly value?: string | undefined;
}

/** What both levels of a description have in common. */
export interface SectionFields {
  readonly lines: readonly string[];
  readonly connection: Connection | undefined;
  readonly bandwidth: readonly Bandwidth[];
}

/** The fields of a MediaDescription. */
export interface MediaFields extends SectionFields {
  readonly media: string;
  readonly port: number;
  readonly portCount: number;
  readonly protocol: string;
  readonly formats: readonly string[];
  readonly direction: Direction;
}

/** One media line with all that belongs to it (RFC 8866 §5.14). */
export class MediaDescription implements MediaFields {
  /** Its lines as they came, without line ends; the first is the m= line. */
  readonly lines: readonly string[];
  /** `audio`, `video`, `application` and so on, in lower case. */
  readonly media: string;
  /** 0 when the stream is refused or removed. */
  readonly port: number;
  /** How many ports follow each other; 1 unless said. */
  readonly portCount: number;
  /** Such as `RTP/AVP`. */
  readonly protocol: string;
  /** Payload types for RTP, best first, as written. */
  readonly formats: readonly string[];
  /** Its own connection, else that of the session. */
  readonly connection: Connection | undefined;
  readonly bandwidth: readonly Bandwidth[];
  /** Its own direction, else that of the session, else `sendrecv` (RFC 8866 §6.7). */
  readonly direction: Direction;
  #rtpFormats: readonly RtpFormat[] | undefined;

  constructor(fields: MediaFields) {
    this.lines = fields.lines;
    this.media = fields.media;
    this.port = fields.port;
    this.portCount = fields.portCount;
    this.protocol = fields.protocol;
    this.formats = fields.formats;
    this.connection = fields.connection;
    this.bandwidth = fields.bandwidth;
    this.direction = fields.direction;
  }

  /** Its attributes in their order, read anew each time: a call keeps their lines alone. */
  get attributes(): readonly Attribute[] {
    return attributesIn(this.lines);
  }

  /** The value of the first attribute `name`: empty for a flag, undefined when there is none. */
  attribute(name: string): string | undefined {
    return firstValue(this.lines, name);
  }

  /** The formats of the m= line as RTP payload types with their codecs, in its order; those without a known codec are left out. */
  rtpFormats(): readonly RtpFormat[] {
    this.#rtpFormats ??= readFormats(this.formats, this.lines);
    return this.#rtpFormats;
  }

  /** The codec of each payload type of the m= line. */
  rtpmaps(): ReadonlyMap<number, RtpFormat> {
    return new Map(this.rtpFormats().map((format) => [format.payloadType, format]));
  }

  /** The milliseconds of media that the speaker wants in a packet; undefined when not said, or out of 1 to 1000 (RFC 8866 §6.4). */
  get ptime(): number | undefined {
    return milliseconds(this.attribute('ptime'));
  }

  /** The most milliseconds of media that the speaker takes in a packet (RFC 8866 §6.5). */
  get maxPtime(): number | undefined {
    return milliseconds(this.attribute('maxptime'));
  }
}

/** The fields of a SessionDescription. */
export interface SessionFields extends SectionFields {
  readonly origin: Origin;
  readonly sessionName: string;
  readonly times: readonly Timing[];
  readonly media: readonly MediaDescription[];
}

/** A whole description (RFC 8866 §5). It never changes; `parseSdp` and `createDescription` make them. */
export class SessionDescription implements SessionFields {
  readonly version: number = 0;
  /** The lines before the first media line as they came, without line ends. */
  readonly lines: readonly string[];
  readonly origin: Origin;
  /** Empty when the s= line is absent or empty, which neither RFC allows and many send. */
  readonly sessionName: string;
  readonly connection: Connection | undefined;
  readonly bandwidth: readonly Bandwidth[];
  readonly times: readonly Timing[];
  readonly media: readonly MediaDescription[];

  constructor(fields: SessionFields) {
    this.lines = fields.lines;
    this.origin = fields.origin;
    this.sessionName = fields.sessionName;
    this.connection = fields.connection;
    this.bandwidth = fields.bandwidth;
    this.times = fields.times;
    this.media = fields.media;
  }

  /** The attributes of the session level in their order, read anew each time. */
  get attributes(): readonly Attribute[] {
    return attributesIn(this.lines);
  }

  /** The value of the first session attribute `name`: empty for a flag, undefined when there is none. */
  attribute(name: string): string | undefined {
    return firstValue(this.lines, name);
  }
}

function attributesIn(lines: readonly string[]): readonly Attribute[] {
  return lines.map(attributeOf).filter((attribute) => attribute !== undefined);
}

function firstValue(lines: readonly string[], name: string): string | undefined {
  for (const line of lines) {
    const value = valueOf(line, name);
    if (value !== undefined) return value;
  }
  return undefined;
}

function milliseconds(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,4}(?:\.\d{1,6})?$/.test(text)) return undefined;
  const value = Number(text);
  return value >= 1 && value <= 1000 ? value : undefined;
}

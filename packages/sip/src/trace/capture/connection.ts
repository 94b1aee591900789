// One TCP connection: what it carries is found out by its first octets, and its life is told when it carries SIP.
import { formatAddress } from '../../transport/address.ts';
import type { ObservedAddress } from '../../base/tap.ts';
import type { Allowance } from './allowance.ts';
import { Content } from './content.ts';
import type { ContentOwner, Direct } from './content.ts';
import { Direction } from './direction.ts';
import type { StreamReader } from './direction.ts';
import type { KeyLog } from './key-log.ts';
import type { CaptureOutput, Carried } from './output.ts';
import { TlsConnection } from './tls-connection.ts';

/** A segment's header and what was captured behind it. */
export interface Segment {
  readonly source: ObservedAddress;
  readonly sequence: number;
  /** Undefined without ACK. */
  readonly acknowledgment: number | undefined;
  readonly syn: boolean;
  readonly fin: boolean;
  readonly rst: boolean;
  readonly bytes: Uint8Array;
  /** Octets of payload on the wire. */
  readonly length: number;
}

/** A moment of the capture. */
interface Moment {
  readonly frame: number;
  readonly at: number;
}

/** So many repeats without an acknowledgment take some three seconds: the other end gets nothing, or its answers do not arrive. */
const deadAfter = 4;

/** A problem that only keys help. */
const noKeys =
  'A TLS connection: what it carries cannot be read. Add the key log that one of its ends wrote (SSLKEYLOGFILE) or, where they agreed by RSA, the private key of the server; capture where it is not encrypted, or export it decrypted (Wireshark: Export PDUs to File).';

/** Where connections of SIP are expected (RFC 3261 §19.1.2). */
const sipPorts: ReadonlySet<number> = new Set([5060, 5061]);

/** One of its two directions. */
interface Side {
  readonly way: Direct;
  readonly direction: Direction;
  readonly stream: StreamReader;
}

/** What all connections of a capture share. */
export interface ConnectionOptions {
  readonly output: CaptureOutput;
  readonly allowance: Allowance;
  /** Secrets of TLS connections. */
  readonly keys: KeyLog;
}

/** Reads a connection from its first segment on. */
export class Connection implements ContentOwner {
  readonly #options: ConnectionOptions;
  readonly #output: CaptureOutput;
  readonly #content: Content;
  readonly #sides: readonly [Side, Side];
  #tls: { readonly connection: TlsConnection; readonly inner: Content } | undefined;
  /** The last SYN of who opens it, until it is answered. */
  #asked: Moment | undefined;
  #opened: Moment | undefined;
  /** True when it was told that it is open or was used. */
  #told = false;
  #over = false;

  constructor(options: ConnectionOptions, { source, destination }: Carried, first: Segment) {
    const { output, allowance } = options;
    this.#options = options;
    this.#output = output;
    const way = (from: ObservedAddress, to: ObservedAddress): Direct => ({
      ...{ source: from, destination: to, protocol: 'TCP' },
    });
    // Who opens it comes first.
    const answered = first.syn && first.acknowledgment !== undefined;
    const ways = answered
      ? ([way(destination, source), way(source, destination)] as const)
      : ([way(source, destination), way(destination, source)] as const);
    this.#content = new Content({
      ...{ output, allowance, ways, owner: this, late: !first.syn, protocols: ['TCP', 'WS'] },
    });
    const side = (stream: StreamReader & { readonly way: Direct }): Side => ({
      ...{ way: stream.way, stream, direction: new Direction(output, allowance, stream) },
    });
    const [one, other] = this.#content.ends;
    this.#sides = [side(one), side(other)];
  }

  /** True when a segment waits for others. */
  get waits(): boolean {
    const [one, other] = this.#sides;
    return one.direction.waits || other.direction.waits;
  }

  /** True when this segment begins another connection between the same addresses. */
  isOther({ source, syn, sequence }: Segment): boolean {
    return syn && (this.#over || this.#from(source).direction.isOther(sequence));
  }

  /** Takes the next segment of either direction. */
  take(segment: Segment): void {
    const side = this.#from(segment.source);
    const back = this.#other(side);
    if (segment.acknowledgment !== undefined) back.direction.acknowledge(segment.acknowledgment);
    if (segment.syn) this.#open(segment, side);
    else if (!this.#isLeft && segment.length > 0) {
      const before = side.direction.repeats;
      side.direction.segment(segment.sequence, segment.bytes, segment.length);
      if (before < deadAfter && side.direction.repeats === deadAfter) this.#tellDead(side);
    }
    back.direction.settle();
    side.direction.settle();
    if (segment.rst) this.#reset(segment, side);
    else if (segment.fin) this.#finish(side);
  }

  /** Time goes on, in the capture. */
  settle(): void {
    for (const { direction } of this.#sides) direction.settle();
  }

  /** Nothing more comes, or it is forgotten. */
  end(): void {
    for (const { direction } of this.#sides) direction.end();
    if (this.#asked !== undefined) {
      const [{ way }] = this.#sides;
      this.#output.back(this.#asked, () =>
        this.#tellEnd('failed', way, 'the connection was never answered'),
      );
    }
  }

  /** RFC 792: a packet of it could not be delivered. */
  undelivered(source: ObservedAddress, reason: string): void {
    this.#tellEnd('failed', this.#from(source).way, reason);
  }

  concerns(): void {
    this.#tell();
  }

  refused(way: Carried, reason: string): void {
    this.#tellEnd('failed', way, reason);
  }

  encrypted(): readonly [StreamReader, StreamReader] | undefined {
    if (this.#isExpected()) this.#tell();
    const { output, allowance, keys } = this.#options;
    const [{ way }, { way: back }] = this.#sides;
    const ways = [way, back] as const;
    if (keys.size === 0) {
      output.problem('encrypted', noKeys, way);
      return undefined;
    }
    // TLS within TLS is nothing of ours.
    const owner: ContentOwner = {
      concerns: () => this.concerns(),
      refused: (asked, reason) => this.refused(asked, reason),
      encrypted: () => undefined,
    };
    const inner = new Content({
      ...{ output, allowance, ways, owner, late: false, protocols: ['TLS', 'WSS'] },
    });
    const connection = new TlsConnection({ output, allowance, keys, ways, inner: inner.ends });
    this.#tls = { connection, inner };
    return connection.streams;
  }

  #from(source: ObservedAddress): Side {
    const [one, other] = this.#sides;
    const { host, port } = one.way.source;
    return host === source.host && port === source.port ? one : other;
  }

  #other(side: Side): Side {
    const [one, other] = this.#sides;
    return side === one ? other : one;
  }

  #open({ sequence, acknowledgment }: Segment, side: Side): void {
    const { frame, at } = this.#output;
    side.direction.begin(sequence);
    if (acknowledgment === undefined) {
      if (this.#opened === undefined) this.#asked = { frame, at };
      return;
    }
    this.#asked = undefined;
    this.#opened ??= { frame, at };
    if (this.#isExpected()) this.#tell();
  }

  #isExpected(): boolean {
    return this.#sides.some(({ way }) => sipPorts.has(way.source.port));
  }

  /** True when it carries nothing that can be read. */
  get #isLeft(): boolean {
    const { connection, inner } = this.#tls ?? {};
    return this.#content.isOther || inner?.isOther === true || connection?.isLeft === true;
  }

  /** Tells that it was opened, if that was captured, at the frame that opened it. */
  #tell(): void {
    if (this.#told) return;
    this.#told = true;
    const [{ way }] = this.#sides;
    if (this.#opened !== undefined)
      this.#output.back(this.#opened, () => this.#output.flow('opened', way));
  }

  #finish(side: Side): void {
    if (this.#over) return;
    side.direction.end();
    const code = side.stream.closeCode;
    const how = code === undefined ? '' : `, close code ${code}`;
    this.#tellEnd('closed', side.way, `by ${formatAddress(side.way.source)}${how}`);
  }

  #reset({ acknowledgment }: Segment, side: Side): void {
    if (this.#over) return;
    for (const { direction } of this.#sides) direction.end();
    const refused =
      this.#opened === undefined && this.#asked !== undefined && acknowledgment !== undefined;
    this.#asked = undefined;
    if (refused) this.#tellEnd('failed', this.#other(side).way, 'connection refused');
    else this.#tellEnd('failed', side.way, `reset by ${formatAddress(side.way.source)}`);
  }

  #tellDead({ way }: Side): void {
    if (!this.#told) return;
    const text = `TCP sent the same octets ${deadAfter + 1} times, and nothing acknowledges them.`;
    this.#output.problem('TCP unacknowledged', text, way);
  }

  #tellEnd(event: 'closed' | 'failed', way: Carried, reason: string): void {
    const concerns = this.#told || this.#isExpected();
    if (this.#over || !concerns) return;
    this.#over = true;
    this.#output.flow(event, way, reason);
  }
}

// One TCP connection: what it carries is found out by its first octets, and its life is told when it carries SIP.
import { formatAddress } from '../../transport/address.ts';
import type { ObservedAddress } from '../../base/tap.ts';
import type { Allowance } from './allowance.ts';
import { Backlog } from './backlog.ts';
import { Direction } from './direction.ts';
import type { StreamReader } from './direction.ts';
import { beginsHttp, httpHead, sniff } from './sniff.ts';
import type { HttpHead } from './sniff.ts';
import type { CaptureOutput, Carried } from './output.ts';
import { SipStream } from './sip-stream.ts';
import { TurnStream } from './turn-stream.ts';
import { beginsWithSip, WebSocketStream } from './web-socket-stream.ts';

/** What a connection was found to carry. */
type Kind = 'unknown' | 'SIP' | 'WebSocket' | 'TLS' | 'TURN' | 'other';

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

/** So many octets of a connection whose beginning was not captured are searched for SIP. */
const searchLimit = 262_144;
/** An HTTP header that is longer announces no WebSocket. */
const headLimit = 16_384;

/** So many repeats without an acknowledgment take some three seconds: the other end gets nothing, or its answers do not arrive. */
const deadAfter = 4;

/** Where connections of SIP are expected (RFC 3261 §19.1.2). */
const sipPorts: ReadonlySet<number> = new Set([5060, 5061]);

/** One of its two directions. */
class Side implements StreamReader {
  readonly way: Carried & { protocol: string };
  readonly direction: Direction;
  /** Who reads the stream, once it is known what it carries. */
  reader: StreamReader | undefined;
  readonly head: Backlog = new Backlog();
  searched = 0;
  readonly #connection: Connection;

  constructor(connection: Connection, output: CaptureOutput, allowance: Allowance, way: Carried) {
    this.#connection = connection;
    this.way = { ...way };
    this.direction = new Direction(output, allowance, this);
  }

  read(bytes: Uint8Array): void {
    if (this.reader === undefined) this.#connection.find(this, bytes);
    else this.reader.read(bytes);
  }

  gap(octets: number): void {
    if (this.reader === undefined) this.#connection.miss(this);
    else this.reader.gap(octets);
  }

  end(): void {
    this.reader?.end();
  }
}

/** Reads a connection from its first segment on. */
export class Connection {
  readonly #output: CaptureOutput;
  readonly #allowance: Allowance;
  readonly #sides: readonly [Side, Side];
  #kind: Kind = 'unknown';
  /** True when its beginning was not captured. */
  #late: boolean;
  /** The last SYN of who opens it, until it is answered. */
  #asked: Moment | undefined;
  #opened: Moment | undefined;
  /** True when it was told that it is open or was used. */
  #told = false;
  #over = false;

  constructor(
    output: CaptureOutput,
    allowance: Allowance,
    { source, destination }: Carried,
    first: Segment,
  ) {
    this.#output = output;
    this.#allowance = allowance;
    const side = (from: ObservedAddress, to: ObservedAddress): Side =>
      new Side(this, output, allowance, { source: from, destination: to, protocol: 'TCP' });
    // Who opens it comes first.
    const answered = first.syn && first.acknowledgment !== undefined;
    this.#sides = answered
      ? [side(destination, source), side(source, destination)]
      : [side(source, destination), side(destination, source)];
    this.#late = !first.syn;
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
    else if (this.#kind !== 'other' && segment.length > 0) {
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

  /** Looks at what begins a stream, until it is known what that is. */
  find(side: Side, bytes: Uint8Array): void {
    if (this.#kind === 'other' || this.#kind === 'TLS') return;
    const window = side.head.window(bytes);
    if (this.#kind === 'WebSocket' && !beginsHttp(window)) {
      // The answer to the upgrade was not captured: these are frames already.
      side.reader = new WebSocketStream(this.#output, side.way, false);
      side.reader.read(window);
      side.head.clear();
      return;
    }
    switch (sniff(window, this.#late)) {
      case 'sip':
        this.#carry(side, 'SIP', window);
        break;
      case 'http':
        this.#upgrade(side, window);
        break;
      case 'web socket':
        this.#carry(side, 'WebSocket', window);
        break;
      case 'tls':
        this.#encrypted(side);
        break;
      case 'turn':
        this.#relay();
        side.reader?.read(window);
        side.head.clear();
        break;
      case 'more':
        side.head.keep(window, window.length > headLimit ? window.length : 0);
        break;
      case 'other':
        this.#search(side, window);
        break;
    }
  }

  /** The beginning of a stream is missing: from here on SIP is looked for within it. */
  miss(side: Side): void {
    this.#late = true;
    side.head.clear();
    // The answer to an upgrade was not captured; its frames may be.
    if (this.#kind === 'WebSocket')
      side.reader = new WebSocketStream(this.#output, side.way, false);
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

  /** The streams carry messages: both directions are read so, from `window` of the first one on. */
  #carry(side: Side, kind: 'SIP' | 'WebSocket', window: Uint8Array): void {
    this.#kind = kind;
    const protocol = kind === 'SIP' ? 'TCP' : 'WS';
    for (const { way } of this.#sides) way.protocol = protocol;
    this.#tell();
    const begin = kind === 'SIP' ? this.#sides : [side];
    for (const each of begin) {
      each.reader =
        kind === 'SIP'
          ? new SipStream(this.#output, each.way, this.#allowance)
          : new WebSocketStream(this.#output, each.way, beginsWithSip(window));
      if (each !== side && this.#late) each.reader.gap(0);
    }
    side.reader?.read(window);
    side.head.clear();
  }

  /** RFC 6455 §4.1: a request that upgrades; what follows it, and what follows its answer, are frames. */
  #upgrade(side: Side, window: Uint8Array): void {
    const head = httpHead(window);
    if (head === undefined) {
      if (window.length > headLimit) this.#leave();
      else side.head.keep(window, 0);
      return;
    }
    const isRequest = side === this.#sides[0] || head.upgrades;
    if (isRequest ? !head.upgrades : head.status !== 101) {
      this.#refuse(side, head);
      return;
    }
    this.#kind = 'WebSocket';
    for (const { way } of this.#sides) way.protocol = 'WS';
    side.reader = new WebSocketStream(this.#output, side.way, true);
    const rest = window.slice(head.end);
    side.head.clear();
    if (head.isSip) this.#tell();
    if (rest.length > 0) side.reader.read(rest);
  }

  #refuse(side: Side, { firstLine }: HttpHead): void {
    if (this.#kind === 'WebSocket')
      this.#tellEnd('failed', this.#other(side).way, `no WebSocket: ${firstLine}`);
    this.#leave();
  }

  #relay(): void {
    this.#kind = 'TURN';
    for (const each of this.#sides) each.reader = new TurnStream(this.#output, each.way);
  }

  #encrypted({ way }: Side): void {
    this.#kind = 'TLS';
    for (const each of this.#sides) each.way.protocol = 'TLS';
    if (this.#isExpected()) this.#tell();
    const text =
      'A TLS connection: what it carries cannot be read. Capture at an end of it, where it is not encrypted, or export it decrypted (Wireshark: Export PDUs to File).';
    this.#output.problem('encrypted', text, way);
  }

  /** SIP may still come where the beginning was not captured; elsewhere this is something else. */
  #search(side: Side, window: Uint8Array): void {
    side.searched += window.length;
    if (!this.#late || side.searched > searchLimit) {
      this.#leave();
      return;
    }
    if (beginsWithSip(window)) {
      this.#carry(side, 'WebSocket', window);
      return;
    }
    // It is SIP as soon as one message is found in it.
    const reader = new SipStream(this.#output, side.way, this.#allowance);
    reader.gap(0);
    reader.read(window);
    if (!reader.synchronous) {
      reader.end();
      side.head.clear();
      return;
    }
    this.#kind = 'SIP';
    side.reader = reader;
    const back = this.#other(side);
    back.reader = new SipStream(this.#output, back.way, this.#allowance);
    back.reader.gap(0);
    side.head.clear();
    back.head.clear();
  }

  /** It carries nothing of ours. */
  #leave(): void {
    this.#kind = 'other';
    for (const { head } of this.#sides) head.clear();
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
    const code = side.reader instanceof WebSocketStream ? side.reader.closeCode : undefined;
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

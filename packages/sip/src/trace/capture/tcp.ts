// The TCP connections of a capture, each found by its two addresses (RFC 9293).
import { Allowance } from './allowance.ts';
import { Connection } from './connection.ts';
import type { ConnectionOptions, Segment } from './connection.ts';
import type { KeyLog } from './key-log.ts';
import { u32, u8 } from './octets.ts';
import { flowText } from './output.ts';
import type { CaptureOutput, Carried, Way } from './output.ts';

/** How many connections are known at a time; the oldest is forgotten first. */
const connectionLimit = 10_000;
/** Octets that all of them together may hold of what is not complete. */
const octetLimit = 64 * 1_048_576;
/** Milliseconds of the capture between two looks at those that wait. */
const pause = 5000;

/** Reads the segments of all connections. */
export class TcpConnections {
  readonly #output: CaptureOutput;
  readonly #shared: ConnectionOptions;
  readonly #known = new Map<string, Connection>();
  readonly #waiting = new Set<Connection>();
  #looked = 0;

  constructor(output: CaptureOutput, keys: KeyLog) {
    this.#output = output;
    this.#shared = { output, keys, allowance: new Allowance(octetLimit) };
  }

  /** Takes the segment that stands from `start` to `end`, of `length` octets on the wire with its header. */
  segment(way: Carried, bytes: Uint8Array, start: number, end: number, length: number): void {
    const header = (u8(bytes, start + 12) >> 4) * 4;
    if (header < 20 || start + header > end) return;
    const flags = u8(bytes, start + 13);
    const segment: Segment = {
      source: way.source,
      sequence: u32(bytes, start + 4),
      acknowledgment: flags & 0x10 ? u32(bytes, start + 8) : undefined,
      syn: (flags & 2) !== 0,
      fin: (flags & 1) !== 0,
      rst: (flags & 4) !== 0,
      bytes: bytes.subarray(start + header, end),
      length: length - header,
    };
    const connection = this.#find(way, segment);
    connection?.take(segment);
    if (connection?.waits) this.#waiting.add(connection);
    this.#look();
  }

  /** ICMP tells that a segment did not arrive. */
  undelivered(way: Way, reason: string): void {
    this.#known.get(key(way))?.undelivered(way.source, reason);
  }

  /** Nothing more comes. */
  end(): void {
    for (const connection of this.#known.values()) connection.end();
    this.#known.clear();
  }

  #find(way: Carried, segment: Segment): Connection | undefined {
    const id = key(way);
    const known = this.#known.get(id);
    if (known !== undefined && !known.isOther(segment)) return known;
    if (known !== undefined) this.#forget(id, known);
    // What ends or acknowledges a connection that was not captured says nothing.
    if (segment.length === 0 && !segment.syn) return undefined;
    const [oldest] = this.#known;
    if (oldest !== undefined && this.#known.size >= connectionLimit) this.#forget(...oldest);
    const connection = new Connection(this.#shared, way, segment);
    this.#known.set(id, connection);
    return connection;
  }

  #forget(id: string, connection: Connection): void {
    connection.end();
    this.#known.delete(id);
    this.#waiting.delete(connection);
  }

  #look(): void {
    const { at } = this.#output;
    if (Math.abs(at - this.#looked) < pause) return;
    this.#looked = at;
    for (const connection of this.#waiting) {
      connection.settle();
      if (!connection.waits) this.#waiting.delete(connection);
    }
  }
}

function key({ source, destination }: Way): string {
  return flowText('tcp', source, destination);
}

// Where everything that reads a capture puts what it found, and how far the reading is.
import { latin1 } from '../../base/bytes.ts';
import type { ObservedAddress } from '../../base/tap.ts';
import { formatAddress } from '../../transport/address.ts';
import type { Captured, CapturedDatagram } from './captured.ts';

/** A kind of datagram that is not SIP. */
export type DatagramFamily = CapturedDatagram['family'];

/** From where to where something went. */
export interface Way {
  readonly source: ObservedAddress;
  readonly destination: ObservedAddress;
}

/** What a message or a state of a connection is told with. */
export interface Carried extends Way {
  readonly protocol: string;
}

/** Collects what one push gives. */
export class CaptureOutput {
  /** Number of the frame that is read, from 1. */
  frame = 0;
  /** Its time: milliseconds since 1970. */
  at = 0;
  #items: Captured[] = [];

  /** Takes out what was found since the last time. */
  take(): readonly Captured[] {
    const items = this.#items;
    this.#items = [];
    return items;
  }

  /** Does `act` as if it were at an earlier frame. */
  back({ frame, at }: { readonly frame: number; readonly at: number }, act: () => void): void {
    const now = { frame: this.frame, at: this.at };
    this.frame = frame;
    this.at = at;
    act();
    this.frame = now.frame;
    this.at = now.at;
  }

  /** Anything that is complete already. */
  add(item: Captured): void {
    this.#items.push(item);
  }

  /** The bytes from `start` to `end` are a SIP message. */
  message(
    { source, destination, protocol }: Carried,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    this.#items.push({
      kind: 'observation',
      frame: this.frame,
      observation: {
        v: 1,
        kind: 'message',
        at: this.at,
        endpoint: '',
        direction: 'out',
        protocol,
        flow: flowText(protocol, source, destination),
        local: source,
        remote: destination,
        text: latin1(bytes, start, end),
      },
    });
  }

  /** A connection opened, closed or failed, or an address did not answer. */
  flow(
    event: 'opened' | 'closed' | 'failed',
    { source, destination, protocol }: Carried,
    reason?: string,
  ): void {
    this.#items.push({
      kind: 'observation',
      frame: this.frame,
      observation: {
        v: 1,
        kind: 'flow',
        at: this.at,
        endpoint: '',
        flow: flowText(protocol, source, destination),
        event,
        protocol,
        local: source,
        remote: destination,
        reason,
      },
    });
  }

  /** The bytes are media or what belongs to it; `length` is how many there were on the wire. */
  datagram(
    family: DatagramFamily,
    { source, destination }: Way,
    bytes: Uint8Array,
    length: number,
  ): void {
    const { frame, at } = this;
    this.#items.push({ kind: 'datagram', frame, at, family, source, destination, bytes, length });
  }

  /** Something is missing or cannot be read. */
  problem(event: string, text: string, way?: Way): void {
    this.#items.push({
      kind: 'problem',
      frame: this.frame,
      at: this.at,
      source: way?.source,
      destination: way?.destination,
      event,
      text,
    });
  }
}

/** One text for both directions between two addresses. */
export function flowText(protocol: string, one: ObservedAddress, other: ObservedAddress): string {
  const [a, b] = [formatAddress(one), formatAddress(other)];
  const ends = a < b ? [a, b] : [b, a];
  // Joined it is one text; a template would keep a tree of its pieces for each message.
  return [protocol.toLowerCase(), ...ends].join(' ');
}

// What a capture gives, packet by packet, before anything is known of calls.
import type { Observation, ObservedAddress } from '../../base/tap.ts';

/** One thing read from a capture, in the order of the file. */
export type Captured = CapturedObservation | CapturedDatagram | CapturedProblem;

/**
 * A SIP message, or something known of a connection. Of a message seen on the wire `endpoint` is empty and `direction` is `out`:
 * `local` is its source, `remote` its destination. Of a connection that opened, could not be made, or of a datagram that was not
 * delivered, `local` is who wanted it; of one that ended, who ended it. Records of our own tap are as they were made.
 */
export interface CapturedObservation {
  readonly kind: 'observation';
  /** Number of the frame in the file, from 1: of the last one that it needed. For other files the number of its line or record. */
  readonly frame: number;
  readonly observation: Observation;
}

/** A datagram of media, told apart by its first byte (RFC 7983). */
export interface CapturedDatagram {
  readonly kind: 'datagram';
  readonly frame: number;
  /** Milliseconds since 1970, with fractions. */
  readonly at: number;
  readonly family: 'rtp' | 'rtcp' | 'stun' | 'dtls';
  readonly source: ObservedAddress;
  readonly destination: ObservedAddress;
  /** A view that is valid until the next push. */
  readonly bytes: Uint8Array;
  /** How long it was on the wire; more than `bytes` when the capture cut it. */
  readonly length: number;
}

/** Something that could not be read, or that is missing, and what was lost by it. */
export interface CapturedProblem {
  readonly kind: 'problem';
  readonly frame: number;
  readonly at: number;
  readonly source: ObservedAddress | undefined;
  readonly destination: ObservedAddress | undefined;
  /** One word or two, such as `fragment missing`, `cut`, `TCP gap`, `damaged`. */
  readonly event: string;
  readonly text: string;
}

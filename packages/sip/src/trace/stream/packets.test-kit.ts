// Hand-made datagrams of media for tests: a source that sends evenly, and what a network does to its packets.
import { formatRtp } from '../../rtp/packet.ts';
import type { ObservedAddress } from '../../base/tap.ts';
import type { CapturedDatagram } from '../capture/captured.ts';

/** One packet to come; times in milliseconds. */
export interface SentPacket {
  readonly at: number;
  readonly sequence: number;
  readonly timestamp: number;
  readonly payloadType?: number;
  readonly marker?: boolean;
  readonly payload?: Uint8Array;
  readonly ssrc?: number;
}

/** A µ-law tone of 20 ms, and digital silence of 20 ms. */
export const tone: Uint8Array = Uint8Array.from({ length: 160 }, (_, at) =>
  at % 8 < 4 ? 0x90 : 0x10,
);
export const quiet: Uint8Array = new Uint8Array(160).fill(0xff);

/** Where most tests send from and to. */
export const alice: ObservedAddress = { host: '192.0.2.1', port: 4000 };
export const bob: ObservedAddress = { host: '192.0.2.2', port: 5000 };

/** `count` packets of 20 ms, beginning at `at`. */
export function evenly(count: number, at = 0, sequence = 0): readonly SentPacket[] {
  return Array.from({ length: count }, (_, index) => ({
    at: at + 20 * index,
    sequence: (sequence + index) % 65_536,
    timestamp: (160 * (sequence + index)) % 2 ** 32,
  }));
}

/** The datagrams of packets, in the order given, with frames from `frame` on. */
export function datagrams(
  packets: readonly SentPacket[],
  source: ObservedAddress = alice,
  destination: ObservedAddress = bob,
  frame = 1,
): readonly CapturedDatagram[] {
  return packets.map((packet, index) => {
    const { at, sequence, timestamp, payloadType = 0, marker = false, ssrc = 7 } = packet;
    const bytes = formatRtp({
      ...{ sequence, timestamp, payloadType, marker, ssrc },
      payload: packet.payload ?? tone,
    });
    const length = bytes.length;
    return {
      kind: 'datagram',
      frame: frame + index,
      at,
      family: 'rtp',
      source,
      destination,
      bytes,
      length,
    };
  });
}

/** A datagram of another family. */
export function datagram(
  family: CapturedDatagram['family'],
  bytes: Uint8Array,
  at = 0,
  [source, destination]: readonly [ObservedAddress, ObservedAddress] = [alice, bob],
): CapturedDatagram {
  return {
    kind: 'datagram',
    frame: 1,
    at,
    family,
    source,
    destination,
    bytes,
    length: bytes.length,
  };
}

// What makes packets secret and proves them, for any suite: in place, between a header that stays readable and a tag.
import { AeadTransform } from './aead.ts';
import { CounterTransform } from './counter-mode.ts';
import type { PacketKeys } from './session-keys.ts';
import { isAead } from './suite.ts';
import type { Suite } from './suite.ts';

/** A packet to be protected or opened; one object serves packet after packet. */
export interface PacketPlace {
  /** With room behind `end` for the tag. */
  bytes: Uint8Array;
  /** Where what is encrypted starts. */
  start: number;
  /** Where it ends, without tag. */
  end: number;
  ssrc: number;
  /** The upper 32 bits of the index: for RTP the roll-over counter, for RTCP the upper half of its own index. */
  high: number;
  /** The lower 16 bits of the index. */
  low: number;
  /** What the tag covers besides the packet: for RTP the roll-over counter, for RTCP the word with its index. */
  word: number;
}

/** One direction, one kind of packet, one key. */
export interface Transform {
  /** Encrypts and writes the tag behind the packet. */
  protect(place: PacketPlace): void;
  /** Checks the tag behind the packet and decrypts; false, with what was encrypted untouched, when it is not authentic. */
  open(place: PacketPlace): boolean;
}

/** The transform of `suite` for RTP or RTCP. */
export function transformFor(suite: Suite, kind: 'rtp' | 'rtcp', keys: PacketKeys): Transform {
  if (isAead(suite)) return new AeadTransform(keys, kind);
  return new CounterTransform(keys, kind === 'rtp' ? suite.rtpTag : suite.rtcpTag);
}

/** A place to be filled in. */
export function emptyPlace(): PacketPlace {
  return { bytes: new Uint8Array(0), start: 0, end: 0, ssrc: 0, high: 0, low: 0, word: 0 };
}

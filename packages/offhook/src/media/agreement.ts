// What the media thread is told of an agreement: plain values that can cross from one thread to another.
import type { Direction } from '@offhook/sip/sdp';
import type { CodecName } from './codec/codec.ts';
import type { MediaAddress } from './source-lock.ts';
import type { MasterKeys } from './srtp/session.ts';

/** A payload type and what it carries. */
export interface CodecFormat {
  readonly payloadType: number;
  readonly codec: CodecName;
}

/** A payload type of keys. */
export interface EventFormat {
  readonly payloadType: number;
  /** Units a second in which it tells how long a key sounds. */
  readonly clockRate: number;
}

/** One audio stream as agreed, seen from here. */
export interface StreamAgreement {
  readonly direction: Direction;
  /** Numeric; undefined when nothing may be sent (RFC 3264 §8.4). */
  readonly remote: MediaAddress | undefined;
  readonly remoteRtcp: MediaAddress | undefined;
  /** The peer's numbers, the one to use first. */
  readonly send: readonly CodecFormat[];
  /** Our numbers. */
  readonly receive: readonly CodecFormat[];
  /** The peer's number for keys, and the events that it takes (RFC 4733 §2.5.1.1). */
  readonly sendEvents: (EventFormat & { readonly events: readonly number[] }) | undefined;
  readonly receiveEvents: readonly EventFormat[];
  /** Our numbers for comfort noise (RFC 3389). */
  readonly receiveNoise: readonly number[];
  /** Milliseconds of audio in a packet that we send. */
  readonly packetMilliseconds: number;
  /** True when RTCP goes to the port of RTP (RFC 5761). */
  readonly rtcpMux: boolean;
  /** The keys of SRTP; undefined for plain RTP. */
  readonly masterKeys: MasterKeys | undefined;
}

/** Before the first agreement: nothing flows. */
export const noAgreement: StreamAgreement = {
  direction: 'inactive',
  remote: undefined,
  remoteRtcp: undefined,
  send: [],
  receive: [],
  sendEvents: undefined,
  receiveEvents: [],
  receiveNoise: [],
  packetMilliseconds: 20,
  rtcpMux: false,
  masterKeys: undefined,
};

/** True when we may send in this direction. */
export function maySend(direction: Direction): boolean {
  return direction === 'sendrecv' || direction === 'sendonly';
}

/** True when we may receive in this direction. */
export function mayReceive(direction: Direction): boolean {
  return direction === 'sendrecv' || direction === 'recvonly';
}

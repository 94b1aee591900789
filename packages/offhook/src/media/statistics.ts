// What is told of a stream to people, traces and metrics.
import type { Direction } from '@offhook/sip/sdp';
import type { CodecName } from './codec/codec.ts';
import type { MediaAddress } from './source-lock.ts';

/** Counters of one audio stream since it was opened. */
export interface StreamStatistics {
  readonly codec: CodecName | undefined;
  /** The suite of SRTP; undefined in the clear. */
  readonly suite: string | undefined;
  readonly direction: Direction;
  readonly local: MediaAddress | undefined;
  /** Where packets come from and go to, which may be another place than the SDP told. */
  readonly remote: MediaAddress | undefined;
  readonly ssrc: number;
  readonly remoteSsrc: number | undefined;
  readonly sentPackets: number;
  /** Of payload. */
  readonly sentOctets: number;
  readonly receivedPackets: number;
  readonly receivedOctets: number;
  readonly lostPackets: number;
  readonly jitterMilliseconds: number;
  /** Came after their time to be played. */
  readonly latePackets: number;
  /** Frames of 20 ms that were made up for packets that did not come in time while later ones did. */
  readonly concealedFrames: number;
  /** Of others than the peer, dropped. */
  readonly foreignPackets: number;
  /** No RTP or RTCP, dropped. */
  readonly malformedPackets: number;
  /** Failed their proof or came a second time, dropped (RFC 3711 §3.3). */
  readonly forgedPackets: number;
  /** Milliseconds since a packet of the peer came; undefined when none did. */
  readonly silentMilliseconds: number | undefined;
  /** What the peer's reports say of our packets. */
  readonly remoteLostPackets: number | undefined;
  readonly remoteJitterMilliseconds: number | undefined;
  readonly roundTripMilliseconds: number | undefined;
}

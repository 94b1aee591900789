// The receiving end of SRTP: what is not authentic, was seen before or fits no key is dropped and changes nothing (RFC 3711 §3.3).
import { payloadStart, word16, word32 } from './header.ts';
import { PacketIndex } from './packet-index.ts';
import { sessionKeys } from './session-keys.ts';
import { isAead } from './suite.ts';
import type { Suite } from './suite.ts';
import { emptyPlace, transformFor } from './transform.ts';
import type { PacketPlace, Transform } from './transform.ts';

/** Sources that one peer may use in a call; each begins by an authentic packet, so no stranger can fill this up. */
const mostSources = 64;

/** What was seen of one source. */
interface Source {
  readonly rtp: PacketIndex;
  readonly rtcp: PacketIndex;
}

/** Opens what the peer sends with one master key. */
export class SrtpOpening {
  readonly #suite: Suite;
  readonly #rtp: Transform;
  readonly #rtcp: Transform;
  readonly #lifetime: number;
  readonly #sources = new Map<number, Source>();
  readonly #place: PacketPlace = emptyPlace();
  #rtpCount = 0;
  #rtcpCount = 0;

  /** Takes the peer's master key with its salt behind it, and for how many packets of each kind it serves. */
  constructor(suite: Suite, master: Uint8Array, lifetime: number = Infinity) {
    const keys = sessionKeys(suite, master);
    this.#suite = suite;
    this.#rtp = transformFor(suite, 'rtp', keys.rtp);
    this.#rtcp = transformFor(suite, 'rtcp', keys.rtcp);
    this.#lifetime = lifetime;
  }

  /** Opens a packet of RTP in place and tells its length without tag; 0 for one to be dropped. */
  rtp(bytes: Uint8Array): number {
    const end = bytes.length - this.#suite.rtpTag;
    const start = payloadStart(bytes, end);
    if (start < 0 || this.#rtpCount >= this.#lifetime) return 0;
    const ssrc = word32(bytes, 8);
    const source = this.#sourceOf(ssrc);
    const index = source?.rtp.estimate(word16(bytes, 2)) ?? -1;
    if (source === undefined || index < 0 || !source.rtp.isFresh(index)) return 0;
    const place = this.#place;
    place.bytes = bytes;
    place.start = start;
    place.end = end;
    place.ssrc = ssrc;
    place.high = Math.floor(index / 65_536);
    place.low = index % 65_536;
    place.word = place.high;
    if (!this.#rtp.open(place)) return 0;
    source.rtp.accept(index);
    this.#sources.set(ssrc, source);
    this.#rtpCount += 1;
    return end;
  }

  /** The compound in a packet of RTCP; undefined for one to be dropped. */
  rtcp(packet: Uint8Array): Uint8Array | undefined {
    const { rtcpTag } = this.#suite;
    const end = packet.length - rtcpTag - 4;
    if (end < 8 || this.#rtcpCount >= this.#lifetime) return undefined;
    const bytes = packet.slice();
    const aead = isAead(this.#suite);
    const word = word32(bytes, aead ? end + rtcpTag : end);
    if (!aead) bytes.copyWithin(end, end + 4);
    const index = word & 0x7fff_ffff;
    const ssrc = word32(bytes, 4);
    const source = this.#sourceOf(ssrc);
    if (source?.rtcp.isFresh(index) !== true) return undefined;
    // RFC 3711 §3.4: a compound may be authenticated only.
    const start = word < 2 ** 31 ? end : 8;
    const halves = { high: index >>> 16, low: index & 0xffff };
    if (!this.#rtcp.open({ bytes, start, end, ssrc, ...halves, word })) return undefined;
    source.rtcp.accept(index);
    this.#sources.set(ssrc, source);
    this.#rtcpCount += 1;
    return bytes.subarray(0, end);
  }

  // A new source is kept only when a packet of it proves authentic.
  #sourceOf(ssrc: number): Source | undefined {
    const known = this.#sources.get(ssrc);
    if (known !== undefined || this.#sources.size >= mostSources) return known;
    return { rtp: new PacketIndex(), rtcp: new PacketIndex() };
  }
}

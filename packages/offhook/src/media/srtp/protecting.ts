// The sending end of SRTP: one master key, and the sources of ours that send with it (RFC 3711 §3.3, §3.4).
import { payloadStart, putWord32, word16, word32 } from './header.ts';
import { PacketIndex } from './packet-index.ts';
import { sessionKeys } from './session-keys.ts';
import { isAead } from './suite.ts';
import type { Suite } from './suite.ts';
import { emptyPlace, transformFor } from './transform.ts';
import type { PacketPlace, Transform } from './transform.ts';

/** RFC 3711 §9.2: no key serves for more packets of RTCP. */
const lastRtcpIndex = 2 ** 31 - 1;
/** RFC 3711 §3.4: the bit that tells that a packet of RTCP is encrypted. */
const encryptedBit = 2 ** 31;

/** Protects what we send with one master key. */
export class SrtpProtection {
  readonly #suite: Suite;
  readonly #rtp: Transform;
  readonly #rtcp: Transform;
  readonly #indices = new Map<number, PacketIndex>();
  readonly #place: PacketPlace = emptyPlace();
  #rtcpIndex = 0;

  /** Takes the master key with its salt behind it. */
  constructor(suite: Suite, master: Uint8Array) {
    const keys = sessionKeys(suite, master);
    this.#suite = suite;
    this.#rtp = transformFor(suite, 'rtp', keys.rtp);
    this.#rtcp = transformFor(suite, 'rtcp', keys.rtcp);
  }

  /**
   * Protects the first `length` octets of a packet in place and tells how many there are then, tag included. 0 when it must
   * not be sent: a number that was used before would encrypt two packets alike (RFC 3711 §9.1).
   */
  rtp(bytes: Uint8Array, length: number): number {
    const start = payloadStart(bytes, length);
    if (start < 0) return 0;
    const ssrc = word32(bytes, 8);
    const known = this.#indexOf(ssrc);
    const index = known.estimate(word16(bytes, 2));
    if (index < 0 || !known.isFresh(index)) return 0;
    known.accept(index);
    const place = this.#place;
    place.bytes = bytes;
    place.start = start;
    place.end = length;
    place.ssrc = ssrc;
    place.high = Math.floor(index / 65_536);
    place.low = index % 65_536;
    place.word = place.high;
    this.#rtp.protect(place);
    return length + this.#suite.rtpTag;
  }

  /** A protected copy of a compound; undefined when the key is used up. */
  rtcp(compound: Uint8Array): Uint8Array | undefined {
    if (compound.length < 8 || this.#rtcpIndex > lastRtcpIndex) return undefined;
    const index = this.#rtcpIndex;
    this.#rtcpIndex += 1;
    const { rtcpTag } = this.#suite;
    const end = compound.length;
    const bytes = new Uint8Array(end + 4 + rtcpTag);
    bytes.set(compound);
    const word = encryptedBit + index;
    const ssrc = word32(bytes, 4);
    const halves = { high: index >>> 16, low: index & 0xffff };
    this.#rtcp.protect({ bytes, start: 8, end, ssrc, ...halves, word });
    // RFC 3711 §3.4: the word with the index, then the tag; RFC 7714 §9.2: the other way round.
    const aead = isAead(this.#suite);
    if (!aead) bytes.copyWithin(end + 4, end, end + rtcpTag);
    putWord32(bytes, aead ? end + rtcpTag : end, word);
    return bytes;
  }

  // RFC 3711 §3.2.3: each source counts its own packets.
  #indexOf(ssrc: number): PacketIndex {
    const known = this.#indices.get(ssrc) ?? new PacketIndex();
    this.#indices.set(ssrc, known);
    return known;
  }
}

// The way of one media line to a party without ICE: two ports, the source lock, and SRTP with keys from the descriptions.
import { isRtcp, parseRtcp, RtpView } from '@offhook/sip/rtp';
import type { PortPair } from '../port-pair.ts';
import { longestPacket } from '../packet-ring.ts';
import { SourceLock } from '../source-lock.ts';
import type { MediaAddress } from '../source-lock.ts';
import { SrtpSession } from '../srtp/session.ts';
import type { LinePlace } from './leg-agreement.ts';
import type { PartyLine } from './party-line.ts';

/** What was dropped on a way, by reason. */
export interface DroppedPackets {
  /** From others than the peer. */
  readonly foreign: number;
  readonly malformed: number;
  /** Not authentic, or seen before. */
  readonly forged: number;
}

/** The way of one line. */
export class RtpPath {
  readonly #pair: PortPair;
  readonly #lock = new SourceLock();
  readonly #srtp = new SrtpSession();
  readonly #view = new RtpView();
  #line: PartyLine | undefined;
  #place: LinePlace | undefined;
  #rtcpTarget: MediaAddress | undefined;
  #rtcpSettled = false;
  #foreign = 0;
  #malformed = 0;
  #forged = 0;

  constructor(pair: PortPair) {
    this.#pair = pair;
  }

  /** Where it receives. */
  get local(): MediaAddress {
    return this.#pair.local;
  }

  /** What was dropped. */
  get dropped(): DroppedPackets {
    return { foreign: this.#foreign, malformed: this.#malformed, forged: this.#forged };
  }

  /** What comes goes to `line`. */
  serve(line: PartyLine): void {
    this.#line = line;
  }

  /** Puts an agreement in force; undefined when nothing is to be sent or taken. */
  agree(place: LinePlace | undefined): void {
    this.#srtp.agree(place?.masterKeys);
    this.#lock.expect(place?.remote, this.#place?.remote);
    const before = this.#place?.remoteRtcp;
    const now = place?.remoteRtcp;
    if (now?.host !== before?.host || now?.port !== before?.port) {
      this.#rtcpTarget = now;
      this.#rtcpSettled = false;
    }
    this.#place = place;
  }

  /** Takes a datagram from the port of RTP. */
  received(bytes: Uint8Array, host: string, port: number, now: number): void {
    if (isRtcp(bytes)) {
      this.receivedRtcp(bytes, host, port, now);
      return;
    }
    if (bytes.length > longestPacket) {
      this.#malformed += 1;
      return;
    }
    // What is not authentic leaves no trace, not even in what is known of the peer's address (RFC 3711 §3.3).
    const packet = this.#srtp.open(bytes);
    if (packet === undefined) {
      this.#forged += 1;
      return;
    }
    if (!this.#view.read(packet)) {
      this.#malformed += 1;
      return;
    }
    if (this.#isPeer(host, port, now)) this.#line?.received(packet, now);
    else this.#foreign += 1;
  }

  /** Takes a datagram from the port of RTCP. */
  receivedRtcp(bytes: Uint8Array, host: string, port: number, now: number): void {
    if (host !== this.#lock.source?.host && host !== this.#rtcpTarget?.host) {
      this.#foreign += 1;
      return;
    }
    const compound = bytes.length > longestPacket ? undefined : this.#srtp.openRtcp(bytes);
    const packets = compound && parseRtcp(compound);
    if (compound === undefined) this.#forged += 1;
    if (packets === undefined) {
      this.#malformed += 1;
      return;
    }
    // Behind an address translator RTCP too comes from another port than was told; the first that speaks RTCP is it.
    if (!this.#rtcpSettled && this.#rtcpTarget !== undefined) this.#rtcpTarget = { host, port };
    this.#rtcpSettled = true;
    this.#line?.receivedRtcp(packets, now);
  }

  /** Sends a packet of `length` octets, with room for a tag behind it. */
  sendRtp(bytes: Uint8Array, length: number): void {
    const to = this.#lock.source;
    if (to === undefined || this.#place === undefined) return;
    const protectedLength = this.#srtp.protect(bytes, length);
    if (protectedLength > 0) this.#pair.sendRtp(bytes, protectedLength, to);
  }

  /** Sends a compound. */
  sendRtcp(compound: Uint8Array): void {
    if (this.#rtcpTarget === undefined || this.#place === undefined) return;
    const bytes = this.#srtp.protectRtcp(compound);
    if (bytes === undefined) return;
    // RFC 5761 §5.1.1: where the ports are one, both ends use it.
    if (this.#place.rtcpMux) this.#pair.sendRtp(bytes, bytes.length, this.#rtcpTarget);
    else this.#pair.sendRtcp(bytes, bytes.length, this.#rtcpTarget);
  }

  /** Frees both ports. */
  close(): Promise<void> {
    return this.#pair.close();
  }

  // A packet that carries nothing that was agreed proves nothing about its sender.
  #isPeer(host: string, port: number, now: number): boolean {
    const { payloadType, payloadEnd, payloadStart, ssrc } = this.#view;
    if (this.#line?.takes(payloadType) !== true || payloadEnd <= payloadStart)
      return this.#lock.knows(host, port);
    switch (this.#lock.judge(host, port, ssrc, now)) {
      case 'foreign':
        return false;
      case 'learnt':
        this.#rtcpTarget = { host, port: this.#place?.rtcpMux === true ? port : port + 1 };
        return true;
      case 'taken':
        return true;
    }
  }
}

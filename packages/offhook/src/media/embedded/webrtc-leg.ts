// A party with ICE and DTLS-SRTP, all its lines on one port (RFC 5763, RFC 5764, RFC 9143).
import type { Clock } from '@offhook/sip';
import { isRtcp, parseRtcp } from '@offhook/sip/rtp';
import type { Candidate, StreamReport } from '@offhook/sip/sdp';
import { monotonicNow, randomFraction } from '../machine-time.ts';
import { longestPacket } from '../packet-ring.ts';
import { openPort } from '../port-pair.ts';
import type { OpenPort } from '../port-pair.ts';
import { SrtpSession } from '../srtp/session.ts';
import { DtlsAssociation } from './dtls/association.ts';
import type { Certificate } from './dtls/certificate.ts';
import { IceAgent } from './ice/agent.ts';
import { candidatePriority } from './ice/pair.ts';
import type { Leg, LegOptions, LegPlace } from './leg.ts';
import type { LegAgreement, LineMedia, WebRtcSide } from './leg-agreement.ts';
import type { PartyLine } from './party-line.ts';
import { SentPackets } from './sent-packets.ts';

/** What a leg with ICE needs besides. */
export interface WebRtcLegOptions extends LegOptions {
  readonly certificate: Certificate;
  readonly clock: Clock;
}

/** The base of packets from our own port. */
const hostBase = 0;

/** One party. */
export class WebRtcLeg implements Leg {
  readonly lines: Map<LineMedia, PartyLine> = new Map();
  readonly #options: WebRtcLegOptions;
  readonly #ice: IceAgent;
  readonly #srtp = new SrtpSession();
  #port: OpenPort | undefined;
  #opening: Promise<OpenPort> | undefined;
  #dtls: DtlsAssociation | undefined;
  #dtlsKey = '';
  #closed = false;
  #secured = false;
  #dropped = 0;

  constructor(options: WebRtcLegOptions) {
    this.#options = options;
    this.#ice = new IceAgent({
      role: 'controlled',
      send: (bytes, _base, host, port) => this.#port?.send(bytes, bytes.length, host, port),
      selected: () => this.#dtls?.start(),
      failed: (reason) => options.tell({ name: 'broken', reason }),
      fraction: randomFraction,
    });
    const family = options.host.includes(':') ? 6 : 4;
    this.#ice.addBase(hostBase, { type: 'host', family });
  }

  async open(media: readonly LineMedia[]): Promise<LegPlace> {
    this.#opening ??= openPort(this.#options.host, this.#options.turn);
    const port = await this.#opening.catch((error: unknown) => {
      // Ports may be free again when they are asked for the next time.
      this.#opening = undefined;
      throw error;
    });
    if (this.#port === undefined) this.#listen(port);
    for (const each of media) if (!this.lines.has(each)) this.lines.set(each, this.#newLine(each));
    const local = { host: this.#options.advertised, port: port.port };
    const ssrcs = Object.fromEntries([...this.lines].map(([each, line]) => [each, line.ssrc]));
    return {
      lines: Object.fromEntries([...this.lines.keys()].map((each) => [each, local])),
      ssrcs,
      webRtc: {
        ice: this.#ice.local,
        candidates: [hostCandidate(local)],
        fingerprint: this.#options.certificate.fingerprint,
      },
    };
  }

  agree({ lines, webRtc }: LegAgreement, now: number): void {
    for (const [media, line] of this.lines)
      line.agree(lines.find((agreed) => agreed.media === media));
    if (webRtc === undefined) return;
    for (const candidate of webRtc.candidates) this.#ice.addCandidate(candidate);
    this.#ice.meet(webRtc.ice, now);
    this.#meetDtls(webRtc);
  }

  restart(on: boolean): void {
    if (on) this.#ice.restart();
    else this.#ice.takeBackRestart();
  }

  tick(now: number): void {
    this.#ice.tick(now);
    for (const line of this.lines.values()) line.tick(now);
  }

  /** Datagrams dropped: of strangers, not authentic, or not what they seem. */
  get dropped(): number {
    return this.#dropped + this.#ice.dropped;
  }

  statistics(): readonly StreamReport[] {
    return [...this.lines.values()].flatMap((line) => line.statistics() ?? []);
  }

  async close(now: number): Promise<void> {
    for (const line of this.lines.values()) line.report(now, true);
    this.#dtls?.close();
    this.#closed = true;
    const port = await this.#opening?.catch(() => undefined);
    await port?.close();
  }

  #listen(port: OpenPort): void {
    this.#port = port;
    port.listen((bytes, host, from) => {
      if (this.#closed) return;
      try {
        this.#received(bytes, host, from, monotonicNow());
      } catch (error) {
        this.#break(String(error));
      }
    });
  }

  // RFC 7983 §7: the first octet tells what a datagram is.
  #received(bytes: Uint8Array, host: string, port: number, now: number): void {
    const first = bytes[0] ?? 255;
    if (first < 4) {
      this.#ice.received(bytes, hostBase, host, port, now);
      return;
    }
    if (!this.#ice.isChecked(hostBase, host, port)) {
      this.#dropped += 1;
      return;
    }
    if (first >= 20 && first < 64) this.#dtls?.received(bytes);
    else if (first < 128 || first > 191) this.#dropped += 1;
    else if (this.#receivedMedia(bytes, now)) this.#ice.heard(hostBase, host, port, now);
  }

  // True when it was authentic.
  #receivedMedia(bytes: Uint8Array, now: number): boolean {
    if (!this.#secured || bytes.length > longestPacket) {
      this.#dropped += 1;
      return false;
    }
    if (isRtcp(bytes)) return this.#receivedRtcp(bytes, now);
    const packet = this.#srtp.open(bytes);
    if (packet === undefined) {
      this.#dropped += 1;
      return false;
    }
    // RFC 9143 §9.2: without the header extension of mids, payload types tell the lines of a bundle apart.
    const payloadType = (packet[1] ?? 0) & 127;
    for (const line of this.lines.values()) {
      if (!line.takes(payloadType)) continue;
      line.received(packet, now);
      return true;
    }
    this.#dropped += 1;
    return true;
  }

  #receivedRtcp(bytes: Uint8Array, now: number): boolean {
    const compound = this.#srtp.openRtcp(bytes);
    const packets = compound && parseRtcp(compound);
    if (packets === undefined) this.#dropped += 1;
    else for (const line of this.lines.values()) line.receivedRtcp(packets, now);
    return compound !== undefined;
  }

  // RFC 8842 §4: other certificates, or the other role, mean a new association; what is as before goes on.
  #meetDtls({ fingerprints, dtlsRole }: WebRtcSide): void {
    const key = `${dtlsRole} ${fingerprints.map(({ hash, value }) => `${hash} ${value}`).join()}`;
    if (key === this.#dtlsKey) return;
    this.#dtlsKey = key;
    this.#dtls?.close();
    this.#secured = false;
    this.#dtls = new DtlsAssociation({
      role: dtlsRole,
      certificate: this.#options.certificate,
      fingerprints,
      clock: this.#options.clock,
      send: (bytes) => this.#send(bytes, bytes.length),
      connected: ({ suite, send, receive }) => {
        this.#srtp.agree({ suite, send, receive, receiveLifetime: Infinity });
        this.#secured = true;
      },
      failed: (reason) => this.#break(reason),
      // A page that is loaded anew comes back with another certificate; one that does not loses its consent, which is told.
      closed: () => {
        this.#secured = false;
      },
    });
    if (this.#ice.pair !== undefined && !this.#ice.isRestarting) this.#dtls.start();
  }

  #send(bytes: Uint8Array, length: number): void {
    const { pair } = this.#ice;
    if (pair !== undefined) this.#port?.send(bytes, length, pair.host, pair.port);
  }

  #newLine(media: LineMedia): PartyLine {
    const sent = media === 'video' ? new SentPackets() : undefined;
    return this.#options.line(media, {
      sendRtp: (bytes, length) => {
        const protectedLength = this.#secured ? this.#srtp.protect(bytes, length) : 0;
        if (protectedLength === 0) return;
        sent?.keep(bytes, protectedLength);
        this.#send(bytes, protectedLength);
      },
      resend: (sequence) => {
        const packet = sent?.find(sequence);
        if (packet !== undefined) this.#send(packet, packet.length);
        return packet !== undefined;
      },
      sendRtcp: (compound) => {
        const bytes = this.#secured ? this.#srtp.protectRtcp(compound) : undefined;
        if (bytes !== undefined) this.#send(bytes, bytes.length);
      },
    });
  }

  #break(reason: string): void {
    this.#secured = false;
    this.#options.tell({ name: 'broken', reason });
  }
}

function hostCandidate({
  host,
  port,
}: {
  readonly host: string;
  readonly port: number;
}): Candidate {
  return {
    foundation: '1',
    component: 1,
    transport: 'udp',
    priority: candidatePriority('host', hostBase),
    address: host,
    port,
    type: 'host',
    related: undefined,
    extensions: [],
  };
}

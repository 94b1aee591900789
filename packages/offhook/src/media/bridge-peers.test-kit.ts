// The two kinds of parties that a bridge joins, for tests: a telephone on plain sockets, and a browser without a screen.
import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { clearInterval, setInterval } from 'node:timers';
import { setTimeout as pause } from 'node:timers/promises';
import { systemClock } from '@offhook/sip';
import { formatRtcp, formatRtp, isRtcp, parseRtcp, parseRtp } from '@offhook/sip/rtp';
import type { RtcpPacket, RtpPacket } from '@offhook/sip/rtp';
import {
  cryptosOf,
  iceCredentials,
  NoCommonMedia,
  parseCandidate,
  parseFingerprint,
  parseSdp,
} from '@offhook/sip/sdp';
import type { Direction, MediaDescription, SessionDescription } from '@offhook/sip/sdp';
import { DtlsAssociation } from './embedded/dtls/association.ts';
import { newCertificate } from './embedded/dtls/certificate.ts';
import type { Certificate } from './embedded/dtls/certificate.ts';
import { IceAgent } from './embedded/ice/agent.ts';
import { monotonicNow, randomFraction, randomNumber } from './machine-time.ts';
import { newKeys } from './srtp/keys.ts';
import { SrtpSession } from './srtp/session.ts';

const host = '127.0.0.1';
const suite = 'AES_CM_128_HMAC_SHA1_80';

/** The description in `text`; throws when it is none. */
export function described(text: string | readonly string[]): SessionDescription {
  const parsed = parseSdp(typeof text === 'string' ? text : `${text.join('\r\n')}\r\n`);
  if (!parsed.ok) throw new Error(`${parsed.error.text}: ${String(text)}`);
  return parsed.value;
}

/** Waits until `look` is true; fails after eight seconds. */
export async function until(what: string, look: () => boolean): Promise<void> {
  const end = monotonicNow() + 8000;
  while (!look()) {
    if (monotonicNow() > end) throw new Error(`Waited in vain for ${what}`);
    await pause(5);
  }
}

/** A codec line of a party: payload type, and what stands in its rtpmap. */
export type Format = readonly [number, string];

/** What both kinds of parties have in common: packets with known payloads go out, what comes is kept. */
abstract class TestParty {
  readonly socket: Socket = createSocket('udp4');
  readonly received: RtpPacket[] = [];
  readonly reports: RtcpPacket[] = [];
  readonly ssrc: number = randomNumber(32);
  formats: readonly Format[];
  direction: Direction = 'sendrecv';
  #sequence = randomNumber(14);
  #timestamp = 0;
  protected version = 0;

  constructor(formats: readonly Format[]) {
    this.formats = formats;
  }

  get port(): number {
    return this.socket.address().port;
  }

  /** Payloads that came, as text. */
  get payloads(): readonly string[] {
    return this.received.map(({ payload }) => Buffer.from(payload).toString('latin1'));
  }

  async bind(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.socket.bind(0, host, resolve);
    });
  }

  /** Sends one packet. */
  say(payloadType: number, payload: string | Uint8Array, more: Partial<RtpPacket> = {}): void {
    this.#sequence = (this.#sequence + 1) & 0xffff;
    this.#timestamp = (this.#timestamp + 160) >>> 0;
    const bytes = typeof payload === 'string' ? Buffer.from(payload, 'latin1') : payload;
    this.send(
      formatRtp({
        payloadType,
        payload: bytes,
        sequence: this.#sequence,
        timestamp: this.#timestamp,
        ssrc: this.ssrc,
        ...more,
      }),
    );
  }

  /** Says `text` over and over until it is heard by `other`. */
  async isHeardBy(other: TestParty, payloadType: number, text: string): Promise<void> {
    const end = monotonicNow() + 8000;
    while (!other.payloads.includes(text)) {
      if (monotonicNow() > end) throw new Error(`${text} was not heard`);
      this.say(payloadType, text);
      await pause(10);
    }
  }

  /** Says `text` twenty times; fails when `other` hears it. */
  async isNotHeardBy(other: TestParty, payloadType: number, text: string): Promise<void> {
    for (let count = 0; count < 20; count += 1) {
      this.say(payloadType, text);
      await pause(10);
    }
    if (other.payloads.includes(text)) throw new Error(`${text} was heard`);
  }

  /** Sends a compound. */
  control(packets: readonly RtcpPacket[]): void {
    this.send(formatRtcp(packets));
  }

  /** Sends RTP or RTCP as it goes over the wire. */
  abstract send(bytes: Uint8Array): void;

  protected take(bytes: Uint8Array): void {
    if (isRtcp(bytes)) this.reports.push(...(parseRtcp(bytes) ?? []));
    else {
      const packet = parseRtp(bytes.slice());
      if (packet !== undefined) this.received.push(packet);
    }
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.socket.close(() => resolve());
    });
  }
}

/** What an answer to `direction` says when it wants all. */
export function answering(direction: Direction, wish: Direction = 'sendrecv'): Direction {
  const send = (said: Direction): boolean => said === 'sendrecv' || said === 'sendonly';
  const receive = (said: Direction): boolean => said === 'sendrecv' || said === 'recvonly';
  const sends = receive(direction) && send(wish);
  const hears = send(direction) && receive(wish);
  if (sends) return hears ? 'sendrecv' : 'sendonly';
  return hears ? 'recvonly' : 'inactive';
}

/** A telephone of plain RTP. */
export class TestPhone extends TestParty {
  #to: { readonly host: string; readonly port: number } | undefined;
  readonly #key: string | undefined;
  readonly #srtp = new SrtpSession();

  /** `encrypted` for SRTP with a key in its descriptions. */
  static async open(formats: readonly Format[], encrypted = false): Promise<TestPhone> {
    const phone = new TestPhone(formats, encrypted);
    await phone.bind();
    phone.socket.on('message', (bytes) => {
      const plain = isRtcp(bytes) ? phone.#srtp.openRtcp(bytes) : phone.#srtp.open(bytes);
      if (plain !== undefined) phone.take(plain);
    });
    return phone;
  }

  private constructor(formats: readonly Format[], encrypted: boolean) {
    super(formats);
    if (encrypted) this.#key = newKeys()[0]?.keySalt.reveal();
  }

  /** Where it sends to, as the other side's description said. */
  get to(): { readonly host: string; readonly port: number } | undefined {
    return this.#to;
  }

  offer(more: readonly string[] = []): SessionDescription {
    return this.#describe(this.formats, this.direction, more);
  }

  answer(offer: SessionDescription, direction: Direction = 'sendrecv'): SessionDescription {
    this.listenTo(offer);
    const line = offer.media[0];
    const known = line?.rtpFormats() ?? [];
    const formats = this.formats.flatMap(([, name]): readonly Format[] => {
      const found = known.find((format) => nameOf(format) === name.toLowerCase());
      return found === undefined ? [] : [[found.payloadType, name]];
    });
    if (formats.length === 0) throw new NoCommonMedia('This telephone has none of these codecs');
    const refused = offer.media
      .slice(1)
      .map(({ media, protocol, formats: [format = '0'] }) => `m=${media} 0 ${protocol} ${format}`);
    return this.#describe(formats, answering(line?.direction ?? 'sendrecv', direction), refused);
  }

  /** Sends to where a description says. */
  listenTo(description: SessionDescription): void {
    const line = description.media[0];
    this.#to = { host: line?.connection?.address ?? host, port: line?.port ?? 0 };
    const [key] = line === undefined ? [] : (cryptosOf(line)[0]?.keys ?? []);
    if (this.#key === undefined || key === undefined) return;
    const [send, receive] = [this.#key, key.keySalt].map((text) => Buffer.from(text, 'base64'));
    if (send !== undefined && receive !== undefined)
      this.#srtp.agree({ suite, send, receive, receiveLifetime: Infinity });
  }

  override send(bytes: Uint8Array): void {
    if (this.#to === undefined) return;
    const room = new Uint8Array(bytes.length + 20);
    room.set(bytes);
    const length = isRtcp(bytes) ? 0 : this.#srtp.protect(room, bytes.length);
    const packet = isRtcp(bytes) ? this.#srtp.protectRtcp(bytes) : room.subarray(0, length);
    if (packet !== undefined) this.socket.send(packet, this.#to.port, this.#to.host);
  }

  #describe(
    formats: readonly Format[],
    direction: Direction,
    more: readonly string[],
  ): SessionDescription {
    this.version += 1;
    return described([
      ...['v=0', `o=- 7 ${this.version} IN IP4 ${host}`, 's=-', `c=IN IP4 ${host}`, 't=0 0'],
      `m=audio ${this.port} RTP/${this.#key === undefined ? '' : 'S'}AVP ${formats.map(([number]) => number).join(' ')}`,
      ...formats.map(([number, name]) => `a=rtpmap:${number} ${name}`),
      ...(this.#key === undefined ? [] : [`a=crypto:1 ${suite} inline:${this.#key}`]),
      `a=${direction}`,
      ...more,
    ]);
  }
}

/** What a browser does otherwise than it should. */
export interface BrowserFaults {
  /** Tells this instead of its fingerprint lines. */
  readonly fingerprints?: readonly string[];
  /** Shows another certificate than the one that it tells of. */
  readonly shows?: Certificate;
}

/** A browser: full ICE, DTLS, SRTP. */
export class TestBrowser extends TestParty {
  readonly certificate: Certificate = newCertificate(systemClock.wall());
  readonly ice: IceAgent;
  readonly srtp = new SrtpSession();
  readonly failures: string[] = [];
  readonly #faults: BrowserFaults;
  #dtls: DtlsAssociation | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #role: 'client' | 'server' | undefined;
  connected = false;

  static async open(formats: readonly Format[], faults: BrowserFaults = {}): Promise<TestBrowser> {
    const browser = new TestBrowser(formats, faults);
    await browser.bind();
    browser.#run();
    return browser;
  }

  private constructor(formats: readonly Format[], faults: BrowserFaults) {
    super(formats);
    this.#faults = faults;
    this.ice = new IceAgent({
      role: 'controlled',
      send: (bytes, _base, to, port) => this.socket.send(bytes, port, to),
      selected: () => this.#dtls?.start(),
      failed: (reason) => this.failures.push(reason),
      fraction: randomFraction,
    });
    this.ice.addBase(0, { type: 'host', family: 4 });
  }

  offer(): SessionDescription {
    this.ice.play('controlling');
    return this.#describe('0', this.direction, 'actpass', this.formats);
  }

  /** Takes the answer to the last offer. */
  takeAnswer(answer: SessionDescription): void {
    this.#meet(answer, 'server');
  }

  answer(offer: SessionDescription, direction: Direction = 'sendrecv'): SessionDescription {
    const line = offer.media[0];
    const known = line?.rtpFormats() ?? [];
    const formats = known.flatMap((format): readonly Format[] =>
      this.formats.some(([, name]) => name.toLowerCase() === nameOf(format))
        ? [
            [
              format.payloadType,
              `${format.name}/${format.clockRate}${format.channels > 1 ? `/${format.channels}` : ''}`,
            ],
          ]
        : [],
    );
    this.#meet(offer, 'client');
    const said = answering(line?.direction ?? 'sendrecv', direction);
    // RFC 8842 §5.3: the roles of an association stay.
    const setup = this.#role === 'server' ? 'passive' : 'active';
    return this.#describe(line?.attribute('mid') ?? '0', said, setup, formats);
  }

  override send(bytes: Uint8Array): void {
    if (!this.connected) return;
    if (isRtcp(bytes)) {
      const packet = this.srtp.protectRtcp(bytes);
      if (packet !== undefined) this.raw(packet);
      return;
    }
    const room = new Uint8Array(bytes.length + 20);
    room.set(bytes);
    const length = this.srtp.protect(room, bytes.length);
    if (length > 0) this.raw(room.subarray(0, length));
  }

  /** Sends what is given by the pair in use. */
  raw(bytes: Uint8Array): void {
    const { pair } = this.ice;
    if (pair !== undefined) this.socket.send(bytes, pair.port, pair.host);
  }

  override close(): Promise<void> {
    clearInterval(this.#timer);
    this.#dtls?.close();
    return super.close();
  }

  #run(): void {
    this.#timer = setInterval(() => this.ice.tick(monotonicNow()), 10);
    this.socket.on('message', (bytes, { address, port }) => {
      const first = bytes[0] ?? 0;
      if (first < 4) this.ice.received(bytes, 0, address, port, monotonicNow());
      else if (first < 64) this.#dtls?.received(bytes);
      else this.#opened(bytes);
    });
  }

  #opened(bytes: Uint8Array): void {
    const plain = isRtcp(bytes) ? this.srtp.openRtcp(bytes) : this.srtp.open(bytes);
    if (this.connected && plain !== undefined) this.take(plain);
  }

  #meet(description: SessionDescription, asked: 'client' | 'server'): void {
    const line = description.media[0];
    const ice = line && iceCredentials(line, description);
    if (line === undefined || ice === undefined) throw new Error('The description has no ICE');
    const setup = line.attribute('setup');
    const role = setup === 'active' ? 'server' : setup === 'passive' ? 'client' : asked;
    for (const { name, value = '' } of line.attributes) {
      const found = name === 'candidate' ? parseCandidate(value) : undefined;
      if (found !== undefined)
        this.ice.addCandidate({ host: found.address, port: found.port, priority: found.priority });
    }
    this.ice.meet(ice, monotonicNow());
    this.#role ??= role;
    this.#dtls ??= this.#associate(line, this.#role);
  }

  #associate(line: MediaDescription, role: 'client' | 'server'): DtlsAssociation {
    const fingerprint = parseFingerprint(line.attribute('fingerprint') ?? '');
    const association = new DtlsAssociation({
      role,
      certificate: this.#faults.shows ?? this.certificate,
      fingerprints: fingerprint === undefined ? [] : [fingerprint],
      clock: systemClock,
      send: (datagram) => this.raw(datagram),
      connected: (keys) => {
        this.srtp.agree({ ...keys, receiveLifetime: Infinity });
        this.connected = true;
      },
      failed: (reason) => this.failures.push(reason),
      closed: () => this.failures.push('closed'),
    });
    if (this.ice.pair !== undefined) association.start();
    return association;
  }

  #describe(
    mid: string,
    direction: Direction,
    setup: string,
    formats: readonly Format[],
  ): SessionDescription {
    this.version += 1;
    const { ufrag, password } = this.ice.local;
    const own = [`sha-256 ${this.certificate.fingerprint}`];
    return described([
      ...['v=0', `o=- 8 ${this.version} IN IP4 ${host}`, 's=-', 't=0 0', `a=group:BUNDLE ${mid}`],
      `m=audio ${this.port} UDP/TLS/RTP/SAVPF ${formats.map(([number]) => number).join(' ')}`,
      'c=IN IP4 0.0.0.0',
      `a=mid:${mid}`,
      'a=rtcp-mux',
      `a=ice-ufrag:${ufrag}`,
      `a=ice-pwd:${password}`,
      ...(this.#faults.fingerprints ?? own).map((value) => `a=fingerprint:${value}`),
      `a=setup:${setup}`,
      ...formats.map(([number, name]) => `a=rtpmap:${number} ${name}`),
      `a=candidate:1 1 udp 2130706431 ${host} ${this.port} typ host`,
      `a=${direction}`,
    ]);
  }
}

function nameOf(format: {
  readonly name: string;
  readonly clockRate: number;
  readonly channels: number;
}): string {
  const channels = format.channels > 1 ? `/${format.channels}` : '';
  return `${format.name}/${format.clockRate}${channels}`.toLowerCase();
}

// Plain RTP as the media of a call: offers and answers are made here, packets live in the media thread (RFC 3264, 3550).
import { isIP } from 'node:net';
import { Emitter, systemRandom } from '@offhook/sip';
import type { Logger } from '@offhook/sip';
import { dtmfEvent } from '@offhook/sip/rtp';
import {
  acceptAnswer,
  createAnswer,
  createOffer,
  LocalOrigin,
  NoCommonMedia,
  telephoneEvent,
} from '@offhook/sip/sdp';
import type {
  AgreedStream,
  Agreement,
  Codec,
  MediaSlot,
  MediaWish,
  Negotiator,
  OpenOffer,
  SessionDescription,
  StreamReport,
  SuiteKey,
  Terms,
} from '@offhook/sip/sdp';
import { noAgreement } from './agreement.ts';
import type { StreamAgreement } from './agreement.ts';
import { codecNamed } from './codec/codec.ts';
import type { AudioCodec, CodecName } from './codec/codec.ts';
import { KeyWays } from './key/ways.ts';
import type { KeyWay } from './key/ways.ts';
import { monotonicNow } from './machine-time.ts';
import type { Recording } from './audio/recorder.ts';
import { MediaClosed, MediaThread } from './media-thread.ts';
import { numericHost } from './numeric-host.ts';
import type { PortRange } from './port-pair.ts';
import type { PlayEnd } from './sending.ts';
import type { MediaAddress } from './source-lock.ts';
import { newKeys } from './srtp/keys.ts';
import { hasMoved } from './srtp/moved-peer.ts';
import type { StreamStatistics } from './statistics.ts';
import { streamAgreement } from './stream-agreement.ts';
import type { Command, Playable, StreamEvent } from './worker-messages.ts';

/** How the media of calls is set up. */
export interface RtpOptions {
  /**
   * The numeric address to bind; unless `advertised` is given also the one in the SDP, so not 0.0.0.0. 127.0.0.1 unless
   * said: then only this machine can talk.
   */
  readonly host?: string | undefined;
  /** The numeric address in the SDP, where it is another. */
  readonly advertised?: string | undefined;
  /** Ports for RTP and RTCP, two a call; 16384 to 32767 unless said. */
  readonly portRange?: PortRange | undefined;
  /** The codecs, best first; PCMU, PCMA unless said, G722 and opus where they are named. */
  readonly codecs?: readonly CodecName[] | undefined;
  /** Milliseconds that are kept back against jitter; 40 unless said. */
  readonly jitterMilliseconds?: number | undefined;
  /**
   * What is done about encryption (RFC 4568). `off`: plain RTP only. `optional`: keys are offered beside plain RTP, and offers
   * with keys are taken. `required`: nothing without keys. The keys travel in the SDP, so that whoever reads the signalling
   * can listen: use it over TLS. `off` unless said.
   */
  readonly srtp?: SrtpPolicy | undefined;
  /** Hears of listeners that throw. */
  readonly log?: Logger | undefined;
}

/** What is done about encryption. */
export type SrtpPolicy = 'off' | 'optional' | 'required';

/** The media engine of one user agent: `media: rtp({ host })`. */
export interface RtpEngine {
  /** The media of a new call; ports are taken when the first offer or answer is made. */
  open(): RtpSession;
  /** Closes every call's media and ends the media thread. */
  close(): Promise<void>;
}

/** What goes on happening in a session. */
export interface RtpEvents {
  /** A key of the peer, told once: `0`-`9`, `*`, `#`, `A`-`D`. */
  readonly dtmf: string;
  /** The peer's first packet came. */
  readonly firstPacket: undefined;
  /** Nothing of the peer came for a minute in which it should have been heard: it is gone, or the way from it is. */
  readonly silent: undefined;
  /** The media is lost by a fault on this side; the reason in plain words. */
  readonly broken: string;
}

/** Makes the engine. Its thread starts with the first call. */
export function rtp(options: RtpOptions = {}): RtpEngine {
  const host = options.host ?? '127.0.0.1';
  const thread: StreamThread = new MediaThread({ file: './worker', name: 'offhook-media' });
  const sessions = new Set<RtpSession>();
  const settled: Settled = {
    host,
    advertised: options.advertised ?? host,
    ports: options.portRange ?? { first: 16_384, last: 32_767 },
    codecs: (options.codecs ?? ['PCMU', 'PCMA']).map(knownCodec),
    delay: options.jitterMilliseconds,
    srtp: options.srtp ?? 'off',
    log: options.log,
  };
  if (isIP(settled.host) === 0 || /^(0\.0\.0\.0|::)$/.test(settled.advertised)) {
    throw new TypeError('RTP needs a numeric host, and an advertised one that can be reached');
  }
  return {
    open() {
      const session = new RtpSession(thread, settled, () => sessions.delete(session));
      sessions.add(session);
      return session;
    },
    async close() {
      await Promise.allSettled([...sessions].map((session) => session.close()));
      await thread.close();
    },
  };
}

interface Settled {
  readonly host: string;
  readonly advertised: string;
  readonly ports: PortRange;
  readonly codecs: readonly AudioCodec[];
  readonly delay: number | undefined;
  readonly srtp: SrtpPolicy;
  readonly log: Logger | undefined;
}

type StreamThread = MediaThread<Command, StreamEvent>;

interface InForce {
  readonly agreement: Agreement;
  readonly plain: StreamAgreement;
}

/** The audio of one call. */
export class RtpSession implements Negotiator {
  readonly #thread: StreamThread;
  readonly #settled: Settled;
  readonly #closed: () => void;
  readonly #stream: number;
  readonly #origin: LocalOrigin;
  readonly #events: Emitter<RtpEvents>;
  readonly #plays = new Map<number, (end: PlayEnd) => void>();
  #newestPlay = 0;
  /** Our master keys for SRTP; none where it is off. */
  #masterKeys: readonly SuiteKey[] = [];
  readonly #ways = new KeyWays();
  #reportTo: ((reports: readonly StreamReport[]) => void) | undefined;
  #local: Promise<MediaAddress> | undefined;
  #inForce: InForce | undefined;
  #offer: OpenOffer | undefined;
  /** What was in force before the answer that may still be taken back. */
  #undo: { readonly before: InForce | undefined } | undefined;
  #broken: string | undefined;
  #closing: Promise<readonly StreamReport[]> | undefined;

  /** Made by `rtp(…).open()`. */
  constructor(thread: StreamThread, settled: Settled, closed: () => void) {
    this.#thread = thread;
    this.#settled = settled;
    this.#closed = closed;
    this.#events = new Emitter(settled.log);
    if (settled.srtp !== 'off') this.#masterKeys = newKeys();
    this.#origin = new LocalOrigin({ random: systemRandom, host: settled.advertised });
    this.#stream = thread.addStream((event) => this.#happened(event));
  }

  async createOffer(wish: MediaWish): Promise<SessionDescription> {
    const terms = await this.#terms(wish);
    this.#undo = { before: this.#inForce };
    this.#offer = createOffer(terms);
    return this.#offer.description;
  }

  async createAnswer(offer: SessionDescription, wish: MediaWish): Promise<SessionDescription> {
    if (hasMoved(this.#inForce?.agreement, offer)) this.#masterKeys = newKeys();
    const made = createAnswer(offer, await this.#terms(wish));
    this.#offer = undefined;
    this.#undo = undefined;
    if (!made.ok) throw new NoCommonMedia(made.error.text);
    const before = this.#inForce;
    await this.#putInForce(made.value);
    this.#undo = { before };
    return made.value.local;
  }

  async applyAnswer(answer: SessionDescription): Promise<void> {
    if (this.#offer === undefined) throw new Error('There is no offer that this would answer');
    const accepted = acceptAnswer(this.#offer, answer);
    if (!accepted.ok) throw new NoCommonMedia(accepted.error.text);
    // The offer is kept: another fork than the one that was heard early may answer it again.
    await this.#putInForce(accepted.value.agreement);
  }

  rollback(): void {
    const undo = this.#undo;
    this.#offer = undefined;
    this.#undo = undefined;
    if (undo === undefined || undo.before === this.#inForce || this.#closing !== undefined) return;
    this.#inForce = undo.before;
    // It was in force before, so nothing about it can fail but the thread, and that tells of itself.
    this.#tell(undo.before).catch(() => undefined);
  }

  reportTo(listener: (reports: readonly StreamReport[]) => void): void {
    this.#reportTo = listener;
  }

  get streams(): readonly AgreedStream[] {
    return this.#inForce?.agreement.streams ?? [];
  }

  /** Calls `listener` for each `event` until the returned function is called. */
  on<Name extends keyof RtpEvents>(
    event: Name,
    listener: (value: RtpEvents[Name]) => void,
  ): () => void {
    return this.#events.on(event, listener);
  }

  /**
   * Plays a file, a tone or silence to the peer instead of what is played. Resolves with `ended` when it is over, with
   * `stopped` when something else was played, or nothing more, before that. Rejects when the file cannot be played.
   */
  async play(what: Playable): Promise<PlayEnd> {
    await this.#opened();
    this.#newestPlay += 1;
    const play = this.#newestPlay;
    const over = new Promise<PlayEnd>((resolve) => this.#plays.set(play, resolve));
    try {
      await this.#thread.ask(this.#stream, { verb: 'play', play, what });
    } catch (error) {
      this.#plays.delete(play);
      throw error;
    }
    return over;
  }

  /** Stops what is played; the peer hears silence. */
  async stopPlaying(): Promise<void> {
    await this.#opened();
    await this.#thread.ask(this.#stream, { verb: 'stop-playing' });
  }

  /** Records what is heard as a WAV file of 8000 Hz, replacing a file of that name; resolves once it is open. */
  async record(path: string): Promise<void> {
    await this.#opened();
    await this.#thread.ask(this.#stream, { verb: 'record', path });
  }

  /** Finishes the recording; undefined when there is none. Rejects when the disk failed. */
  async stopRecording(): Promise<Recording | undefined> {
    await this.#opened();
    return asRecording(await this.#thread.ask(this.#stream, { verb: 'stop-recording' }));
  }

  /** Sends back what is heard, packet by packet, instead of what is played; or stops doing so. */
  async echo(on: boolean): Promise<void> {
    await this.#opened();
    await this.#thread.ask(this.#stream, { verb: 'echo', on });
  }

  /** Presses keys `0`-`9`, `*`, `#`, `A`-`D`, 100 ms each, as events (RFC 4733) or as tones; resolves when the last is out. */
  async dtmf(digits: string): Promise<void> {
    const events = Array.from(digits, (digit) => {
      const event = dtmfEvent(digit);
      if (event === undefined) throw new TypeError(`There is no key ${JSON.stringify(digit)}`);
      return event;
    });
    await this.#opened();
    await this.#thread.ask(this.#stream, { verb: 'dtmf', events });
  }

  /**
   * Hears a key that came by signalling, in an INFO request, and not by media: told as `dtmf`, unless the peer sends the same
   * keys in its media.
   */
  hearKey(key: string): void {
    this.#hear(key, 'info');
  }

  /** The counters of this moment. */
  async statistics(): Promise<StreamStatistics> {
    await this.#opened();
    return asStatistics(await this.#thread.ask(this.#stream, { verb: 'statistics' }));
  }

  /** Says goodbye by RTCP, finishes a recording and frees the ports. */
  close(): Promise<readonly StreamReport[]> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<readonly StreamReport[]> {
    try {
      await this.#local?.catch(() => undefined);
      // A broken stream, and a thread that is gone, have freed everything already.
      if (this.#local !== undefined && this.#broken === undefined) {
        return [
          this.#reportOf(asStatistics(await this.#thread.ask(this.#stream, { verb: 'close' }))),
        ];
      }
      return [];
    } catch (error) {
      if (!(error instanceof MediaClosed)) throw error;
      return [];
    } finally {
      this.#thread.removeStream(this.#stream);
      this.#endPlays();
      this.#closed();
    }
  }

  #reportOf({
    codec,
    sentPackets,
    receivedPackets,
    lostPackets,
    jitterMilliseconds,
  }: StreamStatistics): StreamReport {
    const line = Math.max(
      this.streams.findIndex((stream) => stream.codec !== undefined),
      0,
    );
    return { line, codec, sentPackets, receivedPackets, lostPackets, jitterMilliseconds };
  }

  #opened(): Promise<MediaAddress> {
    if (this.#closing !== undefined)
      return Promise.reject(new MediaClosed('This session is closed'));
    if (this.#broken !== undefined) return Promise.reject(new MediaClosed(this.#broken));
    this.#local ??= this.#open();
    return this.#local;
  }

  async #open(): Promise<MediaAddress> {
    const { host, ports, delay } = this.#settled;
    try {
      return asAddress(await this.#thread.ask(this.#stream, { verb: 'open', host, ports, delay }));
    } catch (error) {
      // Ports may be free again when they are asked for the next time.
      this.#local = undefined;
      throw error;
    }
  }

  async #terms({ direction }: MediaWish): Promise<Terms> {
    const { port } = await this.#opened();
    const { srtp } = this.#settled;
    const slot: MediaSlot = {
      media: 'audio',
      codecs: [
        ...this.#settled.codecs.map(({ name, payloadType, clockRate, channels, fmtp }) => ({
          name,
          payloadType,
          clockRate,
          channels,
          fmtp,
        })),
        ...keyFormats(this.#settled.codecs),
        comfortNoise,
      ],
      local: { host: this.#settled.advertised, port },
      direction,
      ptime: 20,
      rtcpMux: true,
      security: srtp === 'off' ? undefined : { policy: srtp, keys: this.#masterKeys },
    };
    return { origin: this.#origin, slots: [slot], previous: this.#inForce?.agreement };
  }

  async #putInForce(agreement: Agreement): Promise<void> {
    const audio = agreement.streams.find((stream) => stream.slot !== undefined);
    const named = audio?.remote?.host;
    const numeric = named && (await numericHost(named, this.#settled.host));
    const plain = audio === undefined ? noAgreement : streamAgreement(audio, numeric);
    const next = { agreement, plain };
    await this.#tell(next);
    // Another peer may press its keys in another way.
    if (this.#inForce?.plain.remote?.port !== plain.remote?.port) this.#ways.reset();
    this.#inForce = next;
  }

  async #tell(next: InForce | undefined): Promise<void> {
    const command = { verb: 'agree', agreement: next?.plain ?? noAgreement } as const;
    await this.#thread.ask(this.#stream, command);
  }

  #hear(key: string, way: KeyWay): void {
    if (this.#ways.take(key, way, monotonicNow())) this.#events.emit('dtmf', key);
  }

  #happened(event: StreamEvent): void {
    switch (event.name) {
      case 'digit':
        this.#hear(event.digit, event.way);
        break;
      case 'silent':
        this.#events.emit('silent', undefined);
        break;
      case 'counted':
        this.#reportTo?.([this.#reportOf(event.statistics)]);
        break;
      case 'first-packet':
        this.#events.emit('firstPacket', undefined);
        break;
      case 'played':
        this.#plays.get(event.play)?.(event.end);
        this.#plays.delete(event.play);
        break;
      case 'broken':
        this.#broken = event.reason;
        this.#endPlays();
        this.#events.emit('broken', event.reason);
        break;
    }
  }

  #endPlays(): void {
    for (const ended of this.#plays.values()) ended('stopped');
    this.#plays.clear();
  }
}

/** Keys at the clock rate of each codec, so that whichever is taken has its own (RFC 4733 §2.1). */
function keyFormats(chosen: readonly AudioCodec[]): readonly Codec[] {
  const wide = chosen.some((codec) => codec.clockRate === 48_000);
  return wide ? [telephoneEvent(110, 48_000), telephoneEvent()] : [telephoneEvent()];
}

/** What a peer may send instead of silence; we send all our silence (RFC 3389 §5.1). */
const comfortNoise = { name: 'CN', payloadType: 13, clockRate: 8000 } as const;

function knownCodec(name: string): AudioCodec {
  const codec = codecNamed(name);
  if (codec === undefined) throw new TypeError(`There is no codec ${name}`);
  return codec;
}

// What comes back from the thread has no type on the way; each verb has one kind of answer, made in served-stream.ts.
function asAddress(value: unknown): MediaAddress {
  return value as MediaAddress;
}

function asStatistics(value: unknown): StreamStatistics {
  return value as StreamStatistics;
}

function asRecording(value: unknown): Recording | undefined {
  return value as Recording | undefined;
}

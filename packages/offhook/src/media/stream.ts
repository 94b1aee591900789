// One audio stream without its sockets: packets and ticks go in with the time, packets and events come out.
import { isRtcp } from '@offhook/sip/rtp';
import { mayReceive, noAgreement } from './agreement.ts';
import type { StreamAgreement } from './agreement.ts';
import type { WavRecorder } from './audio/recorder.ts';
import { frameSamples } from './audio/source.ts';
import type { AudioSource } from './audio/source.ts';
import { longestPacket } from './packet-ring.ts';
import type { PacketRing } from './packet-ring.ts';
import { KeyListener } from './key/listening.ts';
import type { KeyWay } from './key/ways.ts';
import { Receiver } from './receiving.ts';
import { Reporter } from './reporting.ts';
import { Sender } from './sending.ts';
import type { PlayEnd } from './sending.ts';
import type { MediaAddress } from './source-lock.ts';
import { SrtpSession } from './srtp/session.ts';
import type { StreamStatistics } from './statistics.ts';
import { StreamCodecs } from './stream-codecs.ts';

/** What a stream needs from around it. */
export interface StreamOptions {
  readonly local: MediaAddress;
  /** Random (RFC 3550 §5.1). */
  readonly ssrc: number;
  readonly sequence: number;
  readonly timestamp: number;
  /** The name in RTCP, the same for all streams of one session and telling nothing of the user (RFC 7022 §4.2). */
  readonly cname: string;
  /** Chance from 0 to 1. */
  readonly fraction: () => number;
  /** Milliseconds since 1970 when the monotonic clock was 0. */
  readonly epoch: number;
  readonly ring: PacketRing;
  /** Milliseconds that the jitter buffer holds. */
  readonly delay?: number | undefined;
  readonly sendRtp: (bytes: Uint8Array, length: number, to: MediaAddress) => void;
  readonly sendRtcp: (bytes: Uint8Array, length: number, to: MediaAddress) => void;
  /** A key of the peer, each time it comes. */
  readonly digit: (digit: string, way: KeyWay) => void;
  readonly firstPacket: () => void;
  /** Nothing of the peer came for a minute in which it should have been heard. */
  readonly silent: () => void;
  /** Called each time that a report by RTCP is due, every five seconds or so. */
  readonly counted: (statistics: StreamStatistics) => void;
}

/** Milliseconds without any packet after which a peer is taken for gone. */
const longestSilence = 60_000;

/** One audio stream. All times are given: `now` is in milliseconds of a monotonic clock. */
export class AudioStream {
  readonly #options: StreamOptions;
  readonly #sender: Sender;
  readonly #receiver: Receiver;
  readonly #reporter: Reporter;
  /** What it encodes and decodes with; opened by the one who puts an agreement in force. */
  readonly codecs: StreamCodecs = new StreamCodecs();
  readonly #srtp = new SrtpSession();
  readonly #frame = new Int16Array(frameSamples);
  readonly #keys = new KeyListener();
  #agreement: StreamAgreement = noAgreement;
  #rtcpTarget: MediaAddress | undefined;
  #rtcpSettled = false;
  #recorder: WavRecorder | undefined;
  #foreignRtcp = 0;
  #malformedRtcp = 0;
  #forged = 0;
  #reports = 0;
  #heard = -1;
  #quietSince = 0;

  constructor(options: StreamOptions) {
    this.#options = options;
    this.#sender = new Sender({
      ...options,
      codecs: this.codecs,
      send: (bytes, length, to) => {
        const protectedLength = this.#srtp.protect(bytes, length);
        if (protectedLength > 0) options.sendRtp(bytes, protectedLength, to);
      },
    });
    const sender = this.#sender;
    this.#receiver = new Receiver(
      {
        firstPacket: options.firstPacket,
        digit: (digit) => options.digit(digit, 'event'),
        learnt: (source) => this.#learnt(source),
        audio: (packet, step) => sender.echo(packet, step),
        notAudio: (step) => sender.notEchoed(step),
      },
      this.codecs,
      options.delay,
    );
    this.#reporter = new Reporter({ ...options, sender, receiver: this.#receiver });
  }

  /** Puts an agreement in force, whose codecs are open. SSRC, sequence numbers and timestamps go on as they were. */
  agree(agreement: StreamAgreement): void {
    this.#srtp.agree(agreement.masterKeys);
    this.#keys.reset();
    const moved = !sameAddress(agreement.remoteRtcp, this.#agreement.remoteRtcp);
    this.#receiver.agree(agreement);
    // Where the peer was learnt to be stays, unless it told another address than before.
    this.#sender.agree(
      agreement,
      agreement.remote === undefined ? undefined : this.#receiver.lock.source,
    );
    if (moved) {
      this.#rtcpTarget = agreement.remoteRtcp;
      this.#rtcpSettled = false;
    }
    this.#agreement = agreement;
  }

  /** Takes a packet from the RTP socket. */
  received(bytes: Uint8Array, host: string, port: number, now: number): void {
    if (isRtcp(bytes)) {
      this.receivedRtcp(bytes, host, port, now);
      return;
    }
    // What is not authentic leaves no trace, not even in what is known of the peer's address (RFC 3711 §3.3).
    const packet = this.#srtp.open(bytes);
    if (packet === undefined) this.#forged += 1;
    else this.#receiver.received(packet, host, port, now);
  }

  /** Takes a packet from the RTCP socket. */
  receivedRtcp(bytes: Uint8Array, host: string, port: number, now: number): void {
    const expected = this.#receiver.lock.source;
    if (host !== expected?.host && host !== this.#rtcpTarget?.host) {
      this.#foreignRtcp += 1;
      return;
    }
    if (bytes.length > longestPacket) {
      this.#malformedRtcp += 1;
      return;
    }
    const compound = this.#srtp.openRtcp(bytes);
    if (compound === undefined) {
      this.#forged += 1;
      return;
    }
    if (!this.#reporter.received(compound, now)) {
      this.#malformedRtcp += 1;
      return;
    }
    this.#reports += 1;
    // Behind an address translator RTCP too comes from another port than was told; the first that speaks RTCP is it.
    if (!this.#rtcpSettled && this.#rtcpTarget !== undefined) this.#rtcpTarget = { host, port };
    this.#rtcpSettled = true;
  }

  /** Does what is due each 20 ms. */
  tick(now: number): void {
    this.#sender.tick();
    const kind = this.#receiver.pull(this.#frame, now);
    if (kind === 'silence' || !mayReceive(this.#agreement.direction)) this.#frame.fill(0);
    this.#listenForKeys();
    this.#recorder?.write(this.#frame);
    this.#watchSilence(now);
    if (!this.#reporter.tick()) return;
    this.#report(now, false);
    this.#options.counted(this.statistics(now));
  }

  /** Lets ticks pass that the thread was too late for. */
  skip(ticks: number): void {
    this.#sender.skip(ticks);
  }

  /** Plays `source` instead of what is played; `ended` is called once. */
  play(source: AudioSource, ended: (end: PlayEnd) => void): void {
    this.#sender.play(source, ended);
  }

  /** Stops what is played. */
  stopPlaying(): void {
    this.#sender.stopPlaying();
  }

  /** Sends back what is received, or stops doing so. */
  echo(on: boolean): void {
    this.#sender.echoing = on;
  }

  /** Presses keys; false when they cannot be sent as agreed. `done` is called once, with whether they were sent. */
  press(events: readonly number[], done: (sent: boolean) => void): boolean {
    return this.#sender.press(events, done);
  }

  /** Gives what is heard to `recorder`, frame by frame, and returns the one that got it before. */
  record(recorder: WavRecorder | undefined): WavRecorder | undefined {
    const before = this.#recorder;
    this.#recorder = recorder;
    return before;
  }

  /** Says goodbye to the peer and stops. */
  close(now: number): void {
    this.#report(now, true);
    this.#rtcpTarget = undefined;
    this.#sender.close();
    this.codecs.close();
  }

  /** The counters at `now`. */
  statistics(now: number): StreamStatistics {
    const receiver = this.#receiver;
    const { statistics, lastAt } = receiver;
    const { remote } = this.#reporter;
    return {
      codec: this.#agreement.send[0]?.codec,
      suite: this.#agreement.masterKeys?.suite,
      direction: this.#agreement.direction,
      local: this.#options.local,
      remote: receiver.lock.source,
      ssrc: this.#sender.ssrc,
      remoteSsrc: receiver.ssrc,
      sentPackets: this.#sender.packets,
      sentOctets: this.#sender.octets,
      receivedPackets: statistics.received,
      receivedOctets: receiver.octets,
      lostPackets: statistics.lost,
      jitterMilliseconds: statistics.jitterMilliseconds,
      latePackets: receiver.jitter.late,
      concealedFrames: receiver.jitter.concealed,
      foreignPackets: receiver.foreign + this.#foreignRtcp,
      malformedPackets: receiver.malformed + this.#malformedRtcp,
      forgedPackets: this.#forged,
      silentMilliseconds: lastAt === undefined ? undefined : now - lastAt,
      remoteLostPackets: remote.lostPackets,
      remoteJitterMilliseconds: remote.jitterMilliseconds,
      roundTripMilliseconds: remote.roundTripMilliseconds,
    };
  }

  // Who sends no sound in his pauses still sends reports (RFC 3550 §6.2); on hold nothing is expected.
  #watchSilence(now: number): void {
    const { remote, direction } = this.#agreement;
    const heard = this.#heardPackets();
    if (heard !== this.#heard || remote === undefined || !mayReceive(direction)) {
      this.#heard = heard;
      this.#quietSince = now;
    }
    if (now - this.#quietSince < longestSilence) return;
    this.#quietSince = Infinity;
    this.#options.silent();
  }

  #heardPackets(): number {
    return this.#receiver.statistics.received + this.#reports;
  }

  // RFC 4733 §2.1: a peer that sends keys as events need not be listened to.
  #listenForKeys(): void {
    if (this.#agreement.receiveEvents.length > 0) return;
    const key = this.#keys.take(this.#frame);
    if (key !== undefined) this.#options.digit(key, 'sound');
  }

  #learnt(source: MediaAddress): void {
    this.#sender.retarget(source);
    const port = this.#agreement.rtcpMux ? source.port : source.port + 1;
    this.#rtcpTarget = { host: source.host, port };
  }

  #report(now: number, goodbye: boolean): void {
    if (this.#rtcpTarget === undefined) return;
    const bytes = this.#srtp.protectRtcp(this.#reporter.report(now, goodbye));
    // RFC 5761 §5.1.1: where the ports are one, both ends use it.
    const send = this.#agreement.rtcpMux ? this.#options.sendRtp : this.#options.sendRtcp;
    if (bytes !== undefined) send(bytes, bytes.length, this.#rtcpTarget);
  }
}

function sameAddress(a: MediaAddress | undefined, b: MediaAddress | undefined): boolean {
  return a?.host === b?.host && a?.port === b?.port;
}

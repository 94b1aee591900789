// The media of one call in a page: what its session asks of it, and what its user does with it (RFC 3264, RFC 8829).
import type { Clock, Timer } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import type { Logger } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import type { SessionDescription } from '../sdp/description.ts';
import { sends } from '../sdp/direction.ts';
import { NoCommonMedia } from '../sdp/negotiator.ts';
import type { AgreedStream, MediaWish, Negotiator, StreamReport } from '../sdp/negotiator.ts';
import { formatSdp } from '../sdp/serialize.ts';
import { agreedStreams, iceName, isForBrowsers } from './agreed.ts';
import type { Agreed } from './agreed.ts';
import { sendDigits } from './dtmf.ts';
import { Leg } from './leg.ts';
import { LevelWatch } from './level-watch.ts';
import type { MediaLevel } from './level-watch.ts';
import { LocalMedia } from './local-media.ts';
import type { MediaRefused } from './media-refused.ts';
import { OwnOrigin } from './own-origin.ts';
import { isAllowed } from './permission.ts';
import { readReports, readStatistics } from './statistics.ts';
import type { WebRtcStatistics } from './statistics.ts';

/** What goes on happening in the media of a call. */
export interface WebRtcEvents {
  /** The way of the media: `connected` when it carries. */
  readonly connection: RTCPeerConnectionState;
  /** `remoteStream` has got this track. */
  readonly remoteTrack: MediaStreamTrack;
  /** `localStream` has other tracks than before. */
  readonly localStream: MediaStream | undefined;
  /** Ten times a second while anybody listens. */
  readonly level: MediaLevel;
  /** The microphone was not given, though the browser had allowed it when the call began. */
  readonly refused: MediaRefused;
  /** The user stopped sharing the screen by the browser's own button; a new offer makes it known. */
  readonly screenEnded: undefined;
}

/** What a session is made of. */
export interface WebRtcSessionOptions {
  readonly configuration: RTCConfiguration;
  readonly gatherMilliseconds: number;
  readonly reportMilliseconds: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly audio: MediaTrackConstraints | undefined;
  readonly log: Logger | undefined;
}

/** An offer of ours, and who answered it. */
interface OpenOffer {
  readonly leg: Leg;
  readonly description: SessionDescription;
  /** The ICE name of the first that did: the only one that the peer connection can take. */
  first: string | undefined;
  isForked: boolean;
}

/** The media of one call. */
export class WebRtcSession implements Negotiator {
  /** What the peer sends, for an `<audio>` or `<video>`; the same stream as long as the call lasts. */
  readonly remoteStream: MediaStream = new MediaStream();
  readonly #options: WebRtcSessionOptions;
  readonly #events: Emitter<WebRtcEvents>;
  readonly #origin: OwnOrigin;
  readonly #local: LocalMedia;
  readonly #levels: LevelWatch;
  #leg: Leg | undefined;
  #offer: OpenOffer | undefined;
  #inForce: Agreed | undefined;
  /** What was in force before the offer or answer that may still come to nothing. */
  #undo: { readonly before: Agreed | undefined } | undefined;
  /** One thing after another. */
  #turn: Promise<unknown> = Promise.resolve();
  /** What the first description waits for. */
  #awaited: Promise<unknown> = Promise.resolve();
  #restart = false;
  #offerWanted = false;
  #tellWanted: (() => void) | undefined;
  #reporting: Timer | undefined;
  #closing: Promise<readonly StreamReport[]> | undefined;

  /** Made by `webRtc(…).open()`. */
  constructor(options: WebRtcSessionOptions) {
    this.#options = options;
    this.#events = new Emitter(options.log);
    this.#origin = new OwnOrigin(options.random);
    this.#local = new LocalMedia({
      audio: options.audio,
      changed: () => this.#events.emit('localStream', this.localStream),
    });
    this.#levels = new LevelWatch({
      clock: options.clock,
      microphone: () => this.#local.microphone,
      connection: () => this.connection,
      told: (level) => this.#events.emit('level', level),
    });
  }

  /** Calls `listener` at each such event; returns what stops it. */
  on<Name extends keyof WebRtcEvents>(
    event: Name,
    listener: (value: WebRtcEvents[Name]) => void,
  ): () => void {
    const off = this.#events.on(event, listener);
    if (event !== 'level') return off;
    const unwatch = this.#levels.watch();
    return () => {
      off();
      unwatch();
    };
  }

  /** The peer connection in use; undefined before the first description. */
  get connection(): RTCPeerConnection | undefined {
    return this.#leg?.connection;
  }

  /** What we send, to be shown to our own user; undefined while that is nothing. */
  get localStream(): MediaStream | undefined {
    const { stream } = this.#local;
    return stream.getTracks().length === 0 ? undefined : stream;
  }

  get streams(): readonly AgreedStream[] {
    return this.#inForce === undefined ? [] : agreedStreams(this.#inForce);
  }

  /** True while the microphone is off; nothing is negotiated by that. */
  get muted(): boolean {
    return this.#local.muted;
  }

  set muted(muted: boolean) {
    this.#local.muted = muted;
  }

  createOffer(wish: MediaWish): Promise<SessionDescription> {
    return this.#next(async () => {
      const leg = (this.#leg ??= this.#newLeg(this.#offer?.description));
      if (this.#restart) leg.connection.restartIce();
      this.#restart = this.#offerWanted = false;
      const sdp = await this.#withMicrophone(wish, () => leg.offer(wish));
      const description = this.#origin.describe(sdp);
      this.#forgetLeg();
      this.#offer = { leg, description, first: undefined, isForked: false };
      this.#undo = { before: this.#inForce };
      return description;
    });
  }

  createAnswer(offer: SessionDescription, wish: MediaWish): Promise<SessionDescription> {
    return this.#next(async () => {
      this.#undo = undefined;
      if (!isForBrowsers(offer)) throw new NoCommonMedia('The offer has no certificate for DTLS');
      const leg = (this.#leg ??= this.#newLeg(undefined));
      const sdp = await this.#withMicrophone(wish, () => leg.answer(formatSdp(offer), wish));
      const local = this.#origin.describe(sdp);
      this.#forgetLeg();
      this.#offer = undefined;
      this.#undo = { before: this.#inForce };
      this.#inForce = { local, remote: offer };
      return local;
    });
  }

  applyAnswer(answer: SessionDescription): Promise<void> {
    return this.#next(async () => {
      const offer = this.#offer;
      if (offer === undefined) throw new Error('There is no offer that this would answer');
      if (!isForBrowsers(answer)) throw new NoCommonMedia('The answer has no certificate for DTLS');
      await this.#take(offer, answer);
      this.#inForce = { local: offer.description, remote: answer };
    });
  }

  rollback(): void {
    const undo = this.#undo;
    const isApplied = undo !== undefined && this.#inForce !== undo.before;
    this.#undo = undefined;
    this.#offer = undefined;
    if (undo === undefined) return;
    this.#inForce = undo.before;
    // A browser cannot go back behind an answer (RFC 8829 §4.1.10.2): both ends are brought together by another offer.
    if (isApplied) this.#wantOffer();
    else void this.#next(() => this.#leg?.undo() ?? Promise.resolve()).catch(() => undefined);
  }

  onOfferWanted(listener: () => void): void {
    this.#tellWanted = listener;
    if (this.#offerWanted) listener();
  }

  /** Takes another microphone; nothing is negotiated by that. Rejects with MediaRefused. */
  setMicrophone(deviceId: string): Promise<void> {
    return this.#change(() => this.#local.setMicrophone(deviceId));
  }

  /** Takes a camera (an empty id for any), or drops it; `call.renegotiate()` makes it known. Before a call begins, it begins with it. */
  setCamera(deviceId: string | undefined): Promise<void> {
    return this.#change(() => this.#local.setCamera(deviceId));
  }

  /** Shows the screen in place of the camera, or no more; `call.renegotiate()` makes it known. Rejects with MediaRefused. */
  shareScreen(on: boolean): Promise<void> {
    const ended = (): void => {
      void this.shareScreen(false).then(() => this.#events.emit('screenEnded', undefined));
    };
    return this.#change(() => this.#local.shareScreen(on, ended));
  }

  /** Sends `track`, such as music or a conference, in place of the microphone; with undefined the microphone again. */
  substitute(track: MediaStreamTrack | undefined): Promise<void> {
    return this.#change(() => {
      this.#local.substitute(track);
      return Promise.resolve();
    });
  }

  /** The next offer looks for a way anew (RFC 8445 §2.4). */
  restartIce(): void {
    this.#restart = true;
  }

  /** Presses keys; resolves when the last is out. Throws SIP_STATE where the peer takes none. */
  dtmf(digits: string): Promise<void> {
    return sendDigits(this.#leg?.transceiver('audio')?.sender.dtmf, digits);
  }

  /** What was counted until now. */
  statistics(): Promise<WebRtcStatistics> {
    return readStatistics(this.connection);
  }

  reportTo(listener: (reports: readonly StreamReport[]) => void): void {
    const { clock, reportMilliseconds } = this.#options;
    const schedule = (): void => {
      this.#reporting = clock.after(reportMilliseconds, () => void tell());
    };
    const tell = async (): Promise<void> => {
      const reports = await this.#reports();
      if (this.#closing !== undefined) return;
      if (reports.length > 0) listener(reports);
      schedule();
    };
    schedule();
  }

  close(): Promise<readonly StreamReport[]> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<readonly StreamReport[]> {
    this.#reporting?.cancel();
    this.#levels.close();
    this.#local.close();
    const reports = await this.#reports();
    this.#forgetLeg();
    this.#leg?.close();
    this.#leg = undefined;
    this.#events.emit('connection', 'closed');
    return reports;
  }

  async #reports(): Promise<readonly StreamReport[]> {
    return this.connection === undefined ? [] : await readReports(this.connection);
  }

  // RFC 3261 §13.2.2.4: each fork is a dialog of its own, but they all have the ICE name and password of one offer, and all
  // begin DTLS with whom they reach by it. A second fork, and a first that was not connected before it came, is given a
  // peer connection to itself by the next offer.
  async #take(offer: OpenOffer, answer: SessionDescription): Promise<void> {
    const name = iceName(answer);
    if (offer.first === undefined) {
      await offer.leg.take(formatSdp(answer));
      offer.first = name;
    }
    offer.isForked ||= offer.first !== name;
    const { leg } = offer;
    const isUnharmed = !offer.isForked || leg.connection.connectionState === 'connected';
    this.#leg = offer.first === name && isUnharmed ? leg : undefined;
    this.#showTracks();
    if (this.#leg === undefined) this.#wantOffer();
    else this.#offerWanted = false;
  }

  // That of a fork that nobody talks to.
  #forgetLeg(): void {
    const leg = this.#offer?.leg;
    if (leg !== this.#leg) leg?.close();
  }

  #newLeg(former: SessionDescription | undefined): Leg {
    const { configuration, gatherMilliseconds, clock } = this.#options;
    const kinds = (former?.media ?? [])
      .map(({ media }) => media)
      .filter((media) => media === 'audio' || media === 'video');
    const leg: Leg = new Leg(
      {
        ...{ configuration, gatherMilliseconds, clock },
        local: this.#local,
        connected: (state) => {
          if (leg === this.#leg) this.#events.emit('connection', state);
        },
        wayFailed: () => {
          if (leg !== this.#leg) return;
          this.#restart = true;
          this.#wantOffer();
        },
        addressesLate: () => {
          if (leg === this.#leg) this.#wantOffer();
        },
        tracksChanged: () => {
          if (leg === this.#leg) this.#showTracks();
        },
      },
      kinds,
    );
    return leg;
  }

  #wantOffer(): void {
    this.#offerWanted = true;
    this.#tellWanted?.();
  }

  #showTracks(): void {
    const now = this.#leg?.tracks ?? [];
    for (const track of this.remoteStream.getTracks())
      if (!now.includes(track)) this.remoteStream.removeTrack(track);
    for (const track of now) {
      if (this.remoteStream.getTracks().includes(track)) continue;
      this.remoteStream.addTrack(track);
      this.#events.emit('remoteTrack', track);
    }
  }

  // What the browser has allowed is opened while addresses are looked for; else its user is asked first, and may say no.
  async #withMicrophone(wish: MediaWish, describe: () => Promise<string>): Promise<string> {
    if (!sends(wish.direction)) return await describe();
    const opened = this.#local.openMicrophone();
    if (!(await isAllowed('microphone'))) {
      await opened;
      return await describe();
    }
    const sent = opened.then(() => this.#leg?.sendTracks());
    const [sdp] = await Promise.all([describe(), Promise.race([sent, this.#patience()])]);
    sent.catch((error: MediaRefused) => this.#events.emit('refused', error));
    return sdp;
  }

  #patience(): Promise<void> {
    const { clock, gatherMilliseconds } = this.#options;
    return new Promise((resolve) => {
      clock.after(gatherMilliseconds, resolve);
    });
  }

  #change(act: () => Promise<void>): Promise<void> {
    const done = act().then(() => this.#leg?.sendTracks());
    this.#awaited = Promise.allSettled([this.#awaited, done]);
    return done;
  }

  async #next<Result>(act: () => Promise<Result>): Promise<Result> {
    const turn = this.#turn.then(async () => {
      if (this.#inForce === undefined) await this.#awaited;
      this.#checkOpen();
      const result = await act();
      this.#checkOpen();
      return result;
    });
    this.#turn = turn.catch(() => undefined);
    return await turn;
  }

  #checkOpen(): void {
    if (this.#closing === undefined) return;
    this.#leg?.close();
    this.#leg = undefined;
    throw new Error('The media is closed');
  }
}

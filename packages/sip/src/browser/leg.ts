// One peer connection of a call: its offers, answers and addresses (RFC 8829). A call that forks has one for each fork that it hears.
import type { Clock, Timer } from '../base/clock.ts';
import { receives, sends, directionOf } from '../sdp/direction.ts';
import { NoCommonMedia } from '../sdp/negotiator.ts';
import type { Direction, MediaWish } from '../sdp/negotiator.ts';
import { gathered } from './gathering.ts';
import { LateAddresses } from './late-addresses.ts';
import type { LocalMedia } from './local-media.ts';

/** What a leg is made of. */
export interface LegOptions {
  readonly configuration: RTCConfiguration;
  readonly gatherMilliseconds: number;
  readonly clock: Clock;
  readonly local: LocalMedia;
  /** The state of the connection is another. */
  readonly connected: (state: RTCPeerConnectionState) => void;
  /** ICE found no way, or lost the one it had, or that one is silent. */
  readonly wayFailed: () => void;
  /** Addresses were found too late for the last description, and no way without them. */
  readonly addressesLate: () => void;
  /** The peer's tracks are others. */
  readonly tracksChanged: () => void;
}

type Kind = 'audio' | 'video';

/** How long a way may be silent before another is looked for, in milliseconds: a browser waits far longer until it calls it failed. */
const patience = 2_500;

/** A peer connection. Its methods are called one after another. */
export class Leg {
  readonly connection: RTCPeerConnection;
  readonly #options: LegOptions;
  readonly #late: LateAddresses;
  readonly #tracks = new Set<MediaStreamTrack>();
  /** While the way is silent. */
  #silence: Timer | undefined;
  /** What was wanted when descriptions were last agreed on, and what is wanted since. */
  #settled: Direction = 'sendrecv';
  #wanted: Direction = 'sendrecv';

  /** `kinds`: the media lines that its first offer begins with. */
  constructor(options: LegOptions, kinds: readonly Kind[] = []) {
    this.#options = options;
    const connection = new RTCPeerConnection(options.configuration);
    this.connection = connection;
    for (const kind of kinds) connection.addTransceiver(kind);
    connection.onconnectionstatechange = () => options.connected(connection.connectionState);
    connection.oniceconnectionstatechange = () => this.#wayChanged();
    this.#late = new LateAddresses(connection, options.clock, options.addressesLate);
    connection.ontrack = ({ track }) => this.#received(track);
  }

  /** What the peer sends. */
  get tracks(): readonly MediaStreamTrack[] {
    return [...this.#tracks];
  }

  /** The transceiver of one kind that is in use. */
  transceiver(kind: Kind): RTCRtpTransceiver | undefined {
    return this.connection
      .getTransceivers()
      .find((one) => one.receiver.track.kind === kind && one.direction !== 'stopped');
  }

  /** Makes an offer and puts it in place. */
  async offer(wish: MediaWish): Promise<string> {
    await this.undo();
    if (this.transceiver('audio') === undefined) this.connection.addTransceiver('audio');
    this.#offerVideo();
    this.#direct(wish.direction);
    await this.sendTracks();
    return await this.#describe(await this.connection.createOffer());
  }

  /** Answers an offer. Rejects with NoCommonMedia, and is as before then. */
  async answer(offer: string, wish: MediaWish): Promise<string> {
    await this.undo();
    await this.#hear({ type: 'offer', sdp: offer });
    this.#direct(wish.direction);
    await this.sendTracks();
    const answer = await this.connection.createAnswer();
    if (!/^m=\S+ [1-9]/m.test(answer.sdp ?? '')) {
      await this.undo();
      throw new NoCommonMedia('The browser has no codec of this offer');
    }
    this.#settled = this.#wanted;
    return await this.#describe(answer);
  }

  /** Takes the answer to the offer that is in place. Rejects with NoCommonMedia. */
  async take(answer: string): Promise<void> {
    await this.#hear({ type: 'answer', sdp: answer });
    this.#settled = this.#wanted;
    this.#late.look();
  }

  /** Takes back an offer that is not answered. */
  async undo(): Promise<void> {
    const { connection } = this;
    if (connection.signalingState === 'have-local-offer')
      await connection.setLocalDescription({ type: 'rollback' });
    if (connection.signalingState === 'have-remote-offer')
      await connection.setRemoteDescription({ type: 'rollback' });
    this.#direct(this.#settled);
  }

  /** Sends what is there to be sent: nothing is negotiated by that. */
  async sendTracks(): Promise<void> {
    const { local } = this.#options;
    for (const kind of ['audio', 'video'] as const) {
      const sender = this.transceiver(kind)?.sender;
      const track = local[kind] ?? null;
      if (sender !== undefined && sender.track !== track) await sender.replaceTrack(track);
    }
  }

  close(): void {
    const { connection } = this;
    this.#silence?.cancel();
    connection.onconnectionstatechange = null;
    connection.oniceconnectionstatechange = null;
    connection.ontrack = null;
    this.#late.close();
    connection.close();
    this.#tracks.clear();
  }

  async #hear(description: RTCSessionDescriptionInit): Promise<void> {
    try {
      await this.connection.setRemoteDescription(description);
    } catch (error) {
      throw new NoCommonMedia(error instanceof Error ? error.message : String(error));
    }
  }

  async #describe(made: RTCSessionDescriptionInit): Promise<string> {
    const { clock, gatherMilliseconds } = this.#options;
    await this.connection.setLocalDescription(made);
    await gathered(this.connection, clock, gatherMilliseconds);
    this.#late.told();
    return this.connection.localDescription?.sdp ?? made.sdp ?? '';
  }

  // What neither side sends any more is removed (RFC 3264 §8.2).
  #offerVideo(): void {
    const line = this.transceiver('video');
    const wanted = this.#options.local.video !== undefined;
    if (line === undefined && wanted) this.connection.addTransceiver('video');
    const isHeard = receives(asDirection(line?.currentDirection));
    if (line !== undefined && line.mid !== null && !wanted && !isHeard) line.stop();
  }

  #direct(wish: Direction): void {
    const { local } = this.#options;
    this.#wanted = wish;
    const [audio, video] = [this.transceiver('audio'), this.transceiver('video')];
    local.holding = !receives(wish);
    if (audio !== undefined) {
      audio.direction = wish;
      audio.sender.setStreams(local.stream);
    }
    if (video !== undefined) {
      video.direction = directionOf(sends(wish) && local.video !== undefined, receives(wish));
      video.sender.setStreams(local.stream);
    }
  }

  #wayChanged(): void {
    const { clock, wayFailed } = this.#options;
    const { iceConnectionState } = this.connection;
    this.#silence?.cancel();
    if (iceConnectionState === 'failed') wayFailed();
    if (iceConnectionState === 'disconnected') this.#silence = clock.after(patience, wayFailed);
  }

  #received(track: MediaStreamTrack): void {
    this.#tracks.add(track);
    track.onended = () => {
      this.#tracks.delete(track);
      this.#options.tracksChanged();
    };
    this.#options.tracksChanged();
  }
}

function asDirection(current: RTCRtpTransceiverDirection | null | undefined): Direction {
  return current === null || current === undefined || current === 'stopped' ? 'inactive' : current;
}

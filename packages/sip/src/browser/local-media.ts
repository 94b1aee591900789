// What this side of a call sends: a microphone, a camera or a screen, and what may stand in for the microphone.
import { devices } from './devices.ts';
import { MediaRefused, refusalOf } from './media-refused.ts';

/** How local media is opened. */
export interface LocalMediaOptions {
  /** How the microphone is asked for; `true` unless said. */
  readonly audio?: MediaTrackConstraints | undefined;
  /** The local stream has got another track, or has lost one. */
  readonly changed: () => void;
}

/** The tracks that one call sends. */
export class LocalMedia {
  readonly #options: LocalMediaOptions;
  readonly #stream = new MediaStream();
  #microphone: MediaStreamTrack | undefined;
  #opening: Promise<MediaStreamTrack> | undefined;
  #substitute: MediaStreamTrack | undefined;
  #camera: MediaStreamTrack | undefined;
  #screen: MediaStreamTrack | undefined;
  #muted = false;
  #holding = false;
  #closed = false;

  constructor(options: LocalMediaOptions) {
    this.#options = options;
  }

  /** What we send; the same stream as long as the call lasts, whose name is in its descriptions. */
  get stream(): MediaStream {
    return this.#stream;
  }

  /** What goes out as audio: what stands in for the microphone, else the microphone. */
  get audio(): MediaStreamTrack | undefined {
    return this.#substitute ?? this.#microphone;
  }

  /** What goes out as video: the screen, else the camera. */
  get video(): MediaStreamTrack | undefined {
    return this.#screen ?? this.#camera;
  }

  get muted(): boolean {
    return this.#muted;
  }

  set muted(muted: boolean) {
    this.#muted = muted;
    this.#heed();
  }

  /** While the peer is held it hears silence, or what stands in for the microphone. */
  set holding(holding: boolean) {
    this.#holding = holding;
    this.#heed();
  }

  /** The microphone alone, as it is open. */
  get microphone(): MediaStreamTrack | undefined {
    return this.#microphone;
  }

  /** The microphone, opened once. Rejects with MediaRefused. */
  openMicrophone(): Promise<MediaStreamTrack> {
    this.#opening ??= this.#capture({ audio: this.#options.audio ?? true }).then((track) => {
      this.#useMicrophone(track);
      return track;
    });
    // One that was refused may be allowed the next time.
    this.#opening.catch(() => (this.#opening = undefined));
    return this.#opening;
  }

  /** Takes another microphone. */
  async setMicrophone(deviceId: string): Promise<void> {
    const wanted = { ...this.#options.audio, deviceId: { exact: deviceId } };
    const track = await this.#capture({ audio: wanted });
    this.#opening = Promise.resolve(track);
    this.#useMicrophone(track);
  }

  /** Sends `track` in place of the microphone, which stays open; with undefined the microphone again. */
  substitute(track: MediaStreamTrack | undefined): void {
    this.#substitute = track;
  }

  /** Takes a camera; an empty id means any, undefined none. */
  async setCamera(deviceId: string | undefined): Promise<void> {
    const video = deviceId === '' ? true : { deviceId: { exact: deviceId ?? '' } };
    const track = deviceId === undefined ? undefined : await this.#capture({ video });
    this.#swap(this.#camera, track);
    this.#camera = track;
    this.#options.changed();
  }

  /** Shows a screen or a window that the user chooses, in place of the camera; `ended` when the browser's own button stops it. */
  async shareScreen(on: boolean, ended: () => void): Promise<void> {
    const track = on ? await this.#captureScreen() : undefined;
    if (track !== undefined) track.onended = ended;
    this.#swap(this.#screen, track);
    this.#screen = track;
    this.#options.changed();
  }

  /** Lets go of all devices. */
  close(): void {
    this.#closed = true;
    for (const track of this.#stream.getTracks()) {
      track.stop();
      this.#stream.removeTrack(track);
    }
    this.#microphone = this.#camera = this.#screen = this.#substitute = undefined;
  }

  #useMicrophone(track: MediaStreamTrack): void {
    this.#swap(this.#microphone, track);
    this.#microphone = track;
    this.#heed();
    this.#options.changed();
  }

  #heed(): void {
    if (this.#microphone !== undefined) this.#microphone.enabled = !this.#muted && !this.#holding;
  }

  #swap(before: MediaStreamTrack | undefined, now: MediaStreamTrack | undefined): void {
    if (before !== undefined) {
      before.onended = null;
      before.stop();
      this.#stream.removeTrack(before);
    }
    if (now !== undefined) this.#stream.addTrack(now);
  }

  async #capture(wanted: MediaStreamConstraints): Promise<MediaStreamTrack> {
    const kind = wanted.audio === undefined ? 'camera' : 'microphone';
    return this.#first(await devices.open(wanted), kind);
  }

  async #captureScreen(): Promise<MediaStreamTrack> {
    try {
      return this.#first(await navigator.mediaDevices.getDisplayMedia({ video: true }), 'screen');
    } catch (error) {
      throw refusalOf('screen', error);
    }
  }

  #first(stream: MediaStream, kind: 'microphone' | 'camera' | 'screen'): MediaStreamTrack {
    const [track, ...others] = stream.getTracks();
    for (const other of others) other.stop();
    if (this.#closed) track?.stop();
    if (track === undefined || this.#closed) throw new MediaRefused(kind, 'missing');
    return track;
  }
}

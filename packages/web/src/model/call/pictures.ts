// What is heard and seen in a call: the streams, the camera, the shared screen. Each change of ours is offered anew.
import type { AgreedStream } from '@offhook/sip/sdp';
import { signal } from '@preact/signals-core';
import type { Signal } from '@preact/signals-core';
import { trouble } from '../../words/trouble.ts';
import type { TroubleName } from '../../words/trouble.ts';
import type { PhoneMedia, StreamHandle } from '../ports.ts';
import type { LiveCall } from './live-call.ts';

/** Sound and pictures of one call. */
export class Pictures {
  readonly sound: Signal<StreamHandle | undefined> = signal(undefined);
  readonly theirs: Signal<StreamHandle | undefined> = signal(undefined);
  readonly ours: Signal<StreamHandle | undefined> = signal(undefined);
  readonly camera: Signal<boolean> = signal(false);
  readonly screen: Signal<boolean> = signal(false);
  readonly #call: LiveCall;
  #media: PhoneMedia | undefined;

  constructor(call: LiveCall) {
    this.#call = call;
  }

  begin(media: PhoneMedia): void {
    this.#media = media;
    media.on('remoteTrack', () => this.refresh());
    media.on('localStream', () => this.refresh());
    media.on('screenEnded', () => void this.#stopped());
    this.refresh();
  }

  /** What was agreed may be another thing now. */
  refresh(): void {
    const media = this.#media;
    if (media === undefined) return;
    const video = this.#video;
    const flows = (direction: string): boolean =>
      video?.codec !== undefined &&
      (video.direction === 'sendrecv' || video.direction === direction);
    this.sound.value = media.remoteStream;
    this.theirs.value = flows('recvonly') ? media.remoteStream : undefined;
    const shows = this.camera.value || this.screen.value;
    this.ours.value = shows && flows('sendonly') ? media.localStream : undefined;
  }

  /** Takes or drops the camera; a refusal leaves the sound as it is. */
  setCamera(on: boolean, deviceId: string | undefined): Promise<void> {
    return this.#change({
      flag: this.camera,
      on,
      act: (media) => media.setCamera(on ? (deviceId ?? '') : undefined),
      undo: (media) => media.setCamera(undefined),
      denied: 'camera denied',
    });
  }

  /** Shows the screen, or stops. */
  shareScreen(on: boolean): Promise<void> {
    return this.#change({
      flag: this.screen,
      on,
      act: (media) => media.shareScreen(on),
      undo: (media) => media.shareScreen(false),
      denied: 'screen not shared',
    });
  }

  // The browser stopped it already; the other side is told.
  async #stopped(): Promise<void> {
    this.screen.value = false;
    await this.#call.call?.renegotiate().catch(() => undefined);
    this.refresh();
  }

  async #change({ flag, on, act, undo, denied }: Change): Promise<void> {
    const { call } = this.#call;
    if (call === undefined || flag.value === on) return;
    try {
      await act(call.media);
    } catch {
      this.#call.report(trouble(denied));
      return;
    }
    // RFC 3264 §6: a refusal is a 488 to the offer, or an answer with the line's port at zero.
    const taken = await call.renegotiate().then(
      () => !on || this.#video === undefined || this.#video.codec !== undefined,
      () => false,
    );
    flag.value = on && taken;
    if (!taken) {
      await undo(call.media).catch(() => undefined);
      this.#call.report(trouble('video refused', { who: this.#call.with.value.name }));
    }
    this.refresh();
  }

  get #video(): AgreedStream | undefined {
    return this.#media?.streams.find((stream) => stream.media === 'video');
  }
}

interface Change {
  readonly flag: Signal<boolean>;
  readonly on: boolean;
  readonly act: (media: PhoneMedia) => Promise<void>;
  readonly undo: (media: PhoneMedia) => Promise<void>;
  readonly denied: TroubleName;
}

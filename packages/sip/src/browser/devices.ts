// The microphones, loudspeakers and cameras of the machine: which there are, when that changes, and how loud one is.
import { levelMeter } from './level.ts';
import type { LevelMeter } from './level.ts';
import { MediaRefused, refusalOf } from './media-refused.ts';
import { permissionOf } from './permission.ts';

/** One device. */
export interface Device {
  readonly id: string;
  readonly kind: 'microphone' | 'speaker' | 'camera';
  /** Empty until the page may use such a device. */
  readonly name: string;
}

/** The devices of this machine, as far as a page may know them. */
export const devices: Devices = {
  async list() {
    const found = (await media()?.enumerateDevices()) ?? [];
    return found.map(({ deviceId, kind, label }) => ({
      id: deviceId,
      kind: kinds[kind],
      name: label,
    }));
  },
  onChange(listener) {
    const all = media();
    all?.addEventListener('devicechange', listener);
    return () => all?.removeEventListener('devicechange', listener);
  },
  permission: permissionOf,
  async open(constraints) {
    const source = constraints.audio === undefined ? 'camera' : 'microphone';
    const all = media();
    if (all === undefined) throw new MediaRefused(source, 'insecure');
    try {
      return await all.getUserMedia(constraints);
    } catch (error) {
      throw refusalOf(source, error);
    }
  },
  level(stream) {
    const [track] = stream.getAudioTracks();
    if (track === undefined) throw new TypeError('The stream has no sound');
    return levelMeter(track);
  },
};

/** What a page can do with the devices. */
export interface Devices {
  /** Those there are; without names, and of each kind only one, until the page may use them. */
  list(): Promise<readonly Device[]>;
  /** Calls `listener` when one was plugged in or out; returns what stops it. */
  onChange(listener: () => void): () => void;
  /** Whether the page may use them; `prompt` when its user will be asked, or the browser does not say. */
  permission(device: 'microphone' | 'camera'): Promise<'granted' | 'denied' | 'prompt'>;
  /** Opens devices outside a call, as for a test of the microphone; who opens stops the tracks. Rejects with MediaRefused. */
  open(constraints: MediaStreamConstraints): Promise<MediaStream>;
  /** Measures how loud a stream is until the meter is closed. Throws a TypeError when it has no sound. */
  level(stream: MediaStream): LevelMeter;
}

const kinds: Readonly<Record<MediaDeviceKind, Device['kind']>> = {
  audioinput: 'microphone',
  audiooutput: 'speaker',
  videoinput: 'camera',
};

// Browsers have it for pages of https: and of this machine only.
function media(): MediaDevices | undefined {
  return navigator.mediaDevices;
}

// The network, the sounds, the notifications and the devices of a page, in the hands of a test.
import type { Device, Note, RingerSound, NetworkLook } from '../../packages/web/src/model/ports.ts';

/** The network that the page is in. */
export class FakeNetwork {
  online = true;
  seen: NetworkLook = { mapped: undefined, mapping: 'unknown', udp: undefined, relay: undefined };
  readonly #listeners = new Set<() => void>();

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  look(): Promise<NetworkLook> {
    return Promise.resolve(this.seen);
  }

  /** It comes, goes, or is another one. */
  change(online: boolean): void {
    this.online = online;
    for (const listener of this.#listeners) listener();
  }
}

/** What rings and plays. */
export class FakeRinger {
  playing: RingerSound | undefined;
  readonly played: RingerSound[] = [];
  device: string | undefined;
  /** The browser plays nothing before a click. */
  blocked = false;

  play(sound: RingerSound, deviceId: string | undefined): Promise<boolean> {
    this.played.push(sound);
    this.device = deviceId;
    if (sound !== 'message') this.playing = sound;
    return Promise.resolve(!this.blocked);
  }

  stop(): void {
    this.playing = undefined;
  }
}

/** Notes that stand outside of the page. */
export class FakeNotifications {
  permission: 'granted' | 'denied' | 'prompt' | 'absent' = 'granted';
  readonly shown: Note[] = [];
  readonly closed: string[] = [];
  #listener: ((id: string, action: 'answer' | 'decline' | 'open') => void) | undefined;

  ask(): Promise<'granted'> {
    this.permission = 'granted';
    return Promise.resolve('granted');
  }

  show(note: Note): void {
    this.shown.push(note);
  }

  close(id: string): void {
    this.closed.push(id);
  }

  onAction(listener: (id: string, action: 'answer' | 'decline' | 'open') => void): () => void {
    this.#listener = listener;
    return () => {
      this.#listener = undefined;
    };
  }

  press(id: string, action: 'answer' | 'decline'): void {
    this.#listener?.(id, action);
  }
}

/** Microphones, cameras and loudspeakers. */
export class FakeDevices {
  readonly browser = 'chrome';
  devices: readonly Device[] = [{ id: 'mic-1', kind: 'microphone', name: 'Desk microphone' }];
  granted: 'granted' | 'denied' | 'prompt' = 'prompt';
  fault: Error | undefined;
  tested: (string | undefined)[] = [];
  open = 0;
  level: (level: number) => void = () => undefined;
  readonly #listeners = new Set<() => void>();

  list(): Promise<readonly Device[]> {
    return Promise.resolve(this.devices);
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** A device was plugged in. */
  change(devices: readonly Device[]): void {
    this.devices = devices;
    for (const listener of this.#listeners) listener();
  }

  permission(): Promise<'granted' | 'denied' | 'prompt'> {
    return Promise.resolve(this.granted);
  }

  meter(_deviceId: string | undefined, listener: (level: number) => void): Promise<() => void> {
    if (this.fault !== undefined) return Promise.reject(this.fault);
    this.granted = 'granted';
    this.open += 1;
    this.level = listener;
    return Promise.resolve(() => {
      this.open -= 1;
    });
  }

  playTest(deviceId: string | undefined): Promise<void> {
    this.tested.push(deviceId);
    return this.fault === undefined ? Promise.resolve() : Promise.reject(this.fault);
  }
}

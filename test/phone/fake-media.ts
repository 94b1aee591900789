// Media of a call in the hands of a test.
import { SilentSession } from '../../packages/sip/src/testing/silent-media.ts';
import type {
  MediaConnection,
  MediaLevel,
  MediaStatistics,
  PhoneMedia,
  StreamHandle,
} from '../../packages/web/src/model/ports.ts';

/** Media of one call that goes nowhere, and does what a test says. */
export class FakeMedia extends SilentSession implements PhoneMedia {
  connection: { iceConnectionState: string } | undefined;
  readonly remoteStream: StreamHandle = { id: 'theirs' };
  localStream: StreamHandle | undefined = { id: 'ours' };
  muted = false;
  microphone = '';
  camera: string | undefined;
  sharing = false;
  restarts = 0;
  keys = '';
  /** What `dtmf` rejects with. */
  keyFault: Error | undefined;
  figures: MediaStatistics = noFigures;
  readonly #listeners: { readonly event: string; readonly listener: (value: never) => void }[] = [];

  setMicrophone(deviceId: string): Promise<void> {
    this.microphone = deviceId;
    return Promise.resolve();
  }

  setCamera(deviceId: string | undefined): Promise<void> {
    this.camera = deviceId;
    return Promise.resolve();
  }

  shareScreen(on: boolean): Promise<void> {
    this.sharing = on;
    return Promise.resolve();
  }

  restartIce(): void {
    this.restarts += 1;
  }

  #offerWanted: () => void = () => undefined;

  onOfferWanted(listener: () => void): void {
    this.#offerWanted = listener;
  }

  /** The way of the media failed, and the engine wants to look for another one, as a browser's does. */
  fail(): void {
    this.tell('connection', 'failed');
    this.restarts += 1;
    this.#offerWanted();
  }

  dtmf(digits: string): Promise<void> {
    if (this.keyFault !== undefined) return Promise.reject(this.keyFault);
    this.keys += digits;
    return Promise.resolve();
  }

  statistics(): Promise<MediaStatistics> {
    return Promise.resolve(this.figures);
  }

  on(event: string, listener: (value: never) => void): () => void {
    const entry = { event, listener };
    this.#listeners.push(entry);
    return () => {
      this.#listeners.splice(this.#listeners.indexOf(entry), 1);
    };
  }

  /** The media says that something happened. */
  tell(event: 'connection', value: MediaConnection): void;
  tell(event: 'level', value: MediaLevel): void;
  tell(event: 'refused', value: Error): void;
  tell(event: 'screenEnded' | 'remoteTrack' | 'localStream'): void;
  tell(event: string, value?: unknown): void {
    for (const { event: heard, listener } of [...this.#listeners])
      if (heard === event) (listener as (value: unknown) => void)(value);
  }
}

/** Figures of a call in which nothing was counted yet. */
export const noFigures: MediaStatistics = {
  roundTripMilliseconds: undefined,
  jitterMilliseconds: undefined,
  receivedPackets: 0,
  lostPackets: 0,
  sentPackets: 0,
  concealment: undefined,
  codec: 'PCMU',
  localCandidate: undefined,
  remoteCandidate: undefined,
};

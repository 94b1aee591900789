// How loud both ends of a call are, told while anybody listens.
import type { Clock, Timer } from '../base/clock.ts';
import { levelMeter } from './level.ts';
import type { LevelMeter } from './level.ts';
import { readLevel } from './statistics.ts';

/** How loud it is, from 0 to 1; the microphone's as it is picked up, muted or not. */
export interface MediaLevel {
  readonly local: number;
  readonly remote: number;
}

/** What is watched. */
export interface LevelWatchOptions {
  readonly clock: Clock;
  readonly microphone: () => MediaStreamTrack | undefined;
  readonly connection: () => RTCPeerConnection | undefined;
  readonly told: (level: MediaLevel) => void;
}

const period = 100;

/** Watches the levels of one call. */
export class LevelWatch {
  readonly #options: LevelWatchOptions;
  #watchers = 0;
  #timer: Timer | undefined;
  #metered: MediaStreamTrack | undefined;
  #meter: LevelMeter | undefined;

  constructor(options: LevelWatchOptions) {
    this.#options = options;
  }

  /** One more listens; returns what ends that. */
  watch(): () => void {
    this.#watchers += 1;
    if (this.#watchers === 1) this.#schedule();
    let watching = true;
    return () => {
      if (watching) this.#watchers -= 1;
      watching = false;
      if (this.#watchers === 0) this.close();
    };
  }

  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#meterOf(undefined);
  }

  #schedule(): void {
    this.#timer = this.#options.clock.after(period, () => void this.#tell());
  }

  async #tell(): Promise<void> {
    const timer = this.#timer;
    const { microphone, connection, told } = this.#options;
    const peer = connection();
    const remote = peer === undefined ? 0 : await readLevel(peer);
    if (timer !== this.#timer) return;
    told({ local: this.#meterOf(microphone())?.level() ?? 0, remote });
    this.#schedule();
  }

  #meterOf(track: MediaStreamTrack | undefined): LevelMeter | undefined {
    if (track === this.#metered) return this.#meter;
    this.#meter?.close();
    this.#metered = track;
    this.#meter = track === undefined ? undefined : levelMeter(track);
    return this.#meter;
  }
}

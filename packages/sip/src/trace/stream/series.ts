// A stream's figures through time: a sample a second, and coarser ones once there are many.
import type { StreamSample } from '../document/document.ts';

/** How many samples a stream has at most. */
const mostSamples = 400;

interface Sample {
  at: number;
  packets: number;
  lost: number;
  jitter: number;
  level: number | undefined;
}

/** Samples of one stream. */
export class Series {
  #step = 1000;
  readonly #start: number;
  #samples: Sample[] = [];

  /** Begins at `start` milliseconds. */
  constructor(start: number) {
    this.#start = start;
  }

  /** Takes a packet; `lost` are those missing before it. */
  add(at: number, lost: number, jitter: number, level: number | undefined): void {
    const sample = this.#sampleAt(at);
    sample.packets += 1;
    sample.lost += lost;
    sample.jitter = Math.max(sample.jitter, jitter);
    sample.level = louder(sample.level, level);
  }

  /** A packet that was counted as missing came after all. */
  found(at: number): void {
    const sample = this.#sampleAt(at);
    if (sample.lost > 0) sample.lost -= 1;
  }

  /** The samples in order; times without packets have none. */
  get all(): readonly StreamSample[] {
    return this.#samples.map((sample) => ({ ...sample }));
  }

  #sampleAt(time: number): Sample {
    const at = this.#bucket(Math.max(time, this.#start));
    const last = this.#samples.at(-1);
    // A clock that went back: the last sample takes it.
    if (last !== undefined && last.at >= at) return last;
    if (this.#samples.length >= mostSamples) {
      this.#coarsen();
      return this.#sampleAt(time);
    }
    const sample: Sample = { at, packets: 0, lost: 0, jitter: 0, level: undefined };
    this.#samples.push(sample);
    return sample;
  }

  #bucket(at: number): number {
    return this.#start + Math.floor((at - this.#start) / this.#step) * this.#step;
  }

  #coarsen(): void {
    this.#step *= 2;
    const merged: Sample[] = [];
    for (const sample of this.#samples) {
      const at = this.#bucket(sample.at);
      const last = merged.at(-1);
      if (last?.at !== at) {
        merged.push({ ...sample, at });
        continue;
      }
      last.packets += sample.packets;
      last.lost += sample.lost;
      last.jitter = Math.max(last.jitter, sample.jitter);
      last.level = louder(last.level, sample.level);
    }
    this.#samples = merged;
  }
}

function louder(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return Math.max(one, other);
}

// Records frames as a WAV file that can be played at any moment: the header is put right after each second of audio.
import { sampleRate } from './source.ts';
import { wavHeader, wavHeaderLength } from './wav.ts';

/** What the recorder writes to. */
export interface RecordingFile {
  write(bytes: Uint8Array, position: number): Promise<void>;
  close(): Promise<void>;
}

/** What was recorded. */
export interface Recording {
  readonly milliseconds: number;
  /** What the disk was too slow to take. */
  readonly droppedMilliseconds: number;
}

/** Seconds of audio that may wait for a slow disk. */
const longestQueue = 30;

/** Writes behind the stream: a slow disk holds up nobody. */
export class WavRecorder {
  readonly #file: RecordingFile;
  #block = new Int16Array(sampleRate);
  #filled = 0;
  #length = 0;
  #dropped = 0;
  #waiting = 0;
  #writing: Promise<void>;
  #closing: Promise<Recording> | undefined;

  /** Starts with an empty, valid file. */
  constructor(file: RecordingFile) {
    this.#file = file;
    this.#writing = file.write(wavHeader(0, sampleRate), 0);
    // The failure is told by close(); until then nobody waits for it.
    this.#writing.catch(() => undefined);
  }

  /** Adds samples; after `close` they are let go. */
  write(samples: Int16Array): void {
    if (this.#closing !== undefined) return;
    for (let from = 0; from < samples.length;) {
      const count = Math.min(samples.length - from, this.#block.length - this.#filled);
      this.#block.set(samples.subarray(from, from + count), this.#filled);
      this.#filled += count;
      from += count;
      if (this.#filled === this.#block.length) this.#flush();
    }
  }

  /** Puts everything on disk; rejects with the first error of the disk. */
  close(): Promise<Recording> {
    this.#closing ??= this.#finish();
    return this.#closing;
  }

  #flush(): void {
    const samples = this.#block.subarray(0, this.#filled);
    this.#filled = 0;
    if (samples.length === 0) return;
    if (this.#waiting >= longestQueue) {
      this.#dropped += samples.length;
      return;
    }
    this.#block = new Int16Array(sampleRate);
    this.#waiting += 1;
    this.#writing = this.#writing.then(() => this.#append(samples));
    this.#writing.catch(() => undefined);
  }

  async #append(samples: Int16Array): Promise<void> {
    const bytes = littleEndian(samples);
    await this.#file.write(bytes, wavHeaderLength + this.#length);
    this.#length += bytes.length;
    await this.#file.write(wavHeader(this.#length, sampleRate), 0);
    this.#waiting -= 1;
  }

  async #finish(): Promise<Recording> {
    this.#flush();
    try {
      await this.#writing;
    } finally {
      await this.#file.close();
    }
    return {
      milliseconds: (this.#length / 2 / sampleRate) * 1000,
      droppedMilliseconds: (this.#dropped / sampleRate) * 1000,
    };
  }
}

function littleEndian(samples: Int16Array): Uint8Array {
  const bytes = new Uint8Array(samples.length * 2);
  const view = new DataView(bytes.buffer);
  for (let index = 0; index < samples.length; index += 1)
    view.setInt16(2 * index, samples[index] ?? 0, true);
  return bytes;
}

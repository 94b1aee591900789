// Listening to a stream of a capture: one at a time, with the place in the call where the ear is.
import { signal } from '@preact/signals-core';
import type { Signal } from '@preact/signals-core';
import type { OpusAudio, PcmAudio, StreamDocument } from '@offhook/sip/trace';
import type { Selection } from './selection.ts';
import type { TraceSource } from './source.ts';

/** How the listening stands. */
export type ListeningState =
  | { readonly is: 'off' }
  | { readonly is: 'loading'; readonly stream: number }
  | {
      readonly is: 'playing' | 'paused';
      readonly stream: number;
      /** Milliseconds from its first packet. */
      readonly at: number;
      readonly length: number;
    }
  | { readonly is: 'not audible'; readonly stream: number };

/** Plays sound. */
export interface SoundPort {
  /** Makes samples of packets; rejects where the browser cannot. */
  decode(audio: OpusAudio): Promise<PcmAudio>;
  /** Plays; `moved` is told where it is, in milliseconds, and whether it goes on. */
  play(audio: PcmAudio, moved: (at: number, goesOn: boolean) => void): Playback;
}

/** Something that plays. */
export interface Playback {
  /** Milliseconds. */
  readonly length: number;
  toggle(): void;
  seek(milliseconds: number): void;
  stop(): void;
}

/** Listens to the streams of one call. */
export class Listening {
  readonly state: Signal<ListeningState> = signal({ is: 'off' });
  readonly #port: SoundPort;
  readonly #source: TraceSource;
  readonly #selection: Selection;
  #playback: Playback | undefined;
  /** Which press is the last one: what was loaded for an earlier one is late. */
  #pressed = 0;

  constructor(port: SoundPort, source: TraceSource, selection: Selection) {
    this.#port = port;
    this.#source = source;
    this.#selection = selection;
  }

  /** Begins to play a stream; the one that plays is paused, or goes on. */
  async press(stream: StreamDocument): Promise<void> {
    const before = this.state.peek();
    if (before.is !== 'off' && before.stream === stream.id && this.#playback !== undefined) {
      this.#playback.toggle();
      return;
    }
    this.stop();
    this.#pressed += 1;
    const pressed = this.#pressed;
    this.state.value = { is: 'loading', stream: stream.id };
    const audio = await this.#audioOf(stream).catch(() => undefined);
    if (pressed !== this.#pressed) return;
    if (audio === undefined || audio.samples.length === 0) {
      this.state.value = { is: 'not audible', stream: stream.id };
      return;
    }
    const playback = this.#port.play(audio, (at, goesOn) => {
      if (this.#playback !== playback && this.#playback !== undefined) return;
      const { length } = playback;
      this.state.value = { is: goesOn ? 'playing' : 'paused', stream: stream.id, at, length };
      this.#selection.heard.value = audio.startedAt + at;
    });
    this.#playback = playback;
    const { length } = playback;
    this.state.value = { is: 'playing', stream: stream.id, at: 0, length };
  }

  /** Goes to a place, in milliseconds from the first packet. */
  seek(milliseconds: number): void {
    this.#playback?.seek(milliseconds);
  }

  stop(): void {
    this.#pressed += 1;
    this.#playback?.stop();
    this.#playback = undefined;
    this.state.value = { is: 'off' };
    this.#selection.heard.value = undefined;
  }

  async #audioOf(stream: StreamDocument): Promise<PcmAudio | undefined> {
    const audio = await this.#source.heard?.(stream);
    return audio?.kind === 'opus' ? await this.#port.decode(audio) : audio;
  }
}

/** True for a stream that may be listened to. */
export function isAudible({ codec, encrypted }: StreamDocument): boolean {
  return !encrypted && /^(?:pcmu|pcma|opus)$/i.test(codec ?? '');
}

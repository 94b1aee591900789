// The recording of a call on this machine: ours on one side, theirs on the other.
import { signal } from '@preact/signals-core';
import type { Signal } from '@preact/signals-core';
import { trouble } from '../../words/trouble.ts';
import type { RecordingState } from '../call.ts';
import type { RecorderPort } from '../ports.ts';
import type { LiveCall } from './live-call.ts';

/** Records one call. */
export class Recording {
  readonly state: Signal<RecordingState> = signal('off');
  readonly #call: LiveCall;
  readonly #recorder: RecorderPort | undefined;
  #stop: (() => Promise<void>) | undefined;

  constructor(call: LiveCall, recorder: RecorderPort | undefined) {
    this.#call = call;
    this.#recorder = recorder;
  }

  /** Begins it, or ends and saves it. */
  async turn(on: boolean): Promise<void> {
    const stop = this.#stop;
    const media = this.#call.call?.media;
    try {
      if (on && stop === undefined && media !== undefined && this.#recorder !== undefined) {
        this.#stop = await this.#recorder.record(media, this.#call.with.value.name);
        this.state.value = 'on';
      } else if (!on && stop !== undefined) {
        this.#stop = undefined;
        await stop();
        this.state.value = 'saved';
      }
    } catch {
      this.#stop = undefined;
      this.state.value = 'failed';
      this.#call.report(trouble('recording failed'));
    }
  }
}

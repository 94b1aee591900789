// The microphone of one call: muted by our user, silent while the call is not the one that is talked in.
import type { Clock, Timer } from '@offhook/sip';
import { signal } from '@preact/signals-core';
import type { ReadonlySignal, Signal } from '@preact/signals-core';
import type { MediaLevel, PhoneMedia } from '../ports.ts';

/** Louder than this is speech, from 0 to 1. */
const speech = 0.1;
/** As many loud moments in a row are no cough. */
const moments = 3;
/** How long the note stays after the last word, in milliseconds. */
const noteMilliseconds = 2000;

/** Decides what the other side may hear of us. */
export class Microphone {
  /** As our user wants it. */
  readonly muted: Signal<boolean> = signal(false);
  readonly talkingWhileMuted: ReadonlySignal<boolean>;
  readonly #talking: Signal<boolean> = signal(false);
  readonly #clock: Clock;
  /** Stops listening; a level costs something, and only who is muted needs it. */
  #deafen: (() => void) | undefined;
  #media: PhoneMedia | undefined;
  /** The call is talked in: not held, not beside another one. */
  #open = true;
  #loud = 0;
  #note: Timer | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.talkingWhileMuted = this.#talking;
  }

  /** The media is there. */
  begin(media: PhoneMedia): void {
    if (this.#media === media) return;
    this.#media = media;
    this.#apply();
  }

  mute(on: boolean): void {
    this.muted.value = on;
    this.#apply();
  }

  /** Whether anything of us may be heard at all. */
  open(on: boolean): void {
    this.#open = on;
    this.#apply();
  }

  /** The call is over. */
  end(): void {
    this.#media = undefined;
    this.#quiet();
  }

  #apply(): void {
    const media = this.#media;
    if (media !== undefined) media.muted = this.muted.value || !this.#open;
    if (!this.muted.value || !this.#open) this.#quiet();
    else this.#deafen ??= media?.on('level', (level) => this.#hear(level));
  }

  #hear({ local }: MediaLevel): void {
    this.#loud = local > speech ? this.#loud + 1 : 0;
    if (this.#loud < moments) return;
    this.#talking.value = true;
    this.#note?.cancel();
    this.#note = this.#clock.after(noteMilliseconds, () => {
      this.#talking.value = false;
    });
  }

  #quiet(): void {
    this.#deafen?.();
    this.#deafen = undefined;
    this.#loud = 0;
    this.#note?.cancel();
    this.#talking.value = false;
  }
}

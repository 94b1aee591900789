// The voicemail light: how many messages wait (RFC 3842), and the call that plays them.
import type { Clock, UserAgent } from '@offhook/sip';
import { signal } from '@preact/signals-core';
import type { Signal } from '@preact/signals-core';
import type { PhoneCall } from '../call.ts';
import type { Voicemail } from '../phone.ts';
import type { PhoneMedia } from '../ports.ts';
import { Following } from './live-lamps.ts';
import { readMessageSummary } from './states.ts';

/** The voicemail light. */
export class LiveVoicemail implements Voicemail {
  readonly waiting: Signal<boolean> = signal(false);
  readonly fresh: Signal<number> = signal(0);
  readonly old: Signal<number> = signal(0);
  readonly #clock: Clock;
  readonly #dial: (address: string) => PhoneCall | undefined;
  #following: Following | undefined;
  /** Where the messages are heard. */
  #account = '';
  #agent: UserAgent<PhoneMedia> | undefined;

  constructor(clock: Clock, dial: (address: string) => PhoneCall | undefined) {
    this.#clock = clock;
    this.#dial = dial;
  }

  /** There is a line to the server, which keeps messages at `address`. */
  open(agent: UserAgent<PhoneMedia>, address: string): void {
    if (agent === this.#agent) return;
    this.close();
    this.#agent = agent;
    this.#account = address;
    this.#following = new Following(this.#clock, {
      subscribe: () =>
        agent.subscribe(address, {
          event: 'message-summary',
          accept: ['application/simple-message-summary'],
        }),
      notified: ({ text }) => this.#read(text),
      lost: () => undefined,
    });
  }

  close(): void {
    this.#agent = undefined;
    this.#following?.close();
    this.#following = undefined;
  }

  call(): PhoneCall | undefined {
    return this.#account === '' ? undefined : this.#dial(this.#account);
  }

  #read(text: string): void {
    const summary = readMessageSummary(text);
    if (summary === undefined) return;
    this.waiting.value = summary.waiting;
    this.fresh.value = summary.fresh;
    this.old.value = summary.old;
    this.#account = summary.account ?? this.#account;
  }
}

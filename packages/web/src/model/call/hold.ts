// Hold of one call: what was asked for, and what the other side confirmed.
import type { Call, Clock } from '@offhook/sip';
import { Machine } from '@offhook/sip';
import { signal } from '@preact/signals-core';
import type { ReadonlySignal } from '@preact/signals-core';
import type { HoldState } from '../call.ts';
import type { PhoneMedia } from '../ports.ts';
import { phoneHoldFigure } from './phone-hold.figure.ts';
import type { PhoneHoldAction, PhoneHoldEvent, PhoneHoldState } from './phone-hold.figure.ts';

/** What hold tells its call. */
export interface HoldListener {
  /** The other side did not take part in it. */
  failed(what: 'hold' | 'resume', error: unknown): void;
  changed(): void;
}

const shown: Readonly<Record<PhoneHoldState, HoldState>> = {
  Off: 'off',
  Holding: 'holding',
  Held: 'held',
  Resuming: 'resuming',
};

/** Puts the other side on hold and takes it back. */
export class Hold {
  /** As the protocol confirmed it. */
  readonly state: ReadonlySignal<HoldState>;
  readonly #machine: Machine<PhoneHoldState, PhoneHoldEvent, PhoneHoldAction, never, unknown>;
  readonly #listener: HoldListener;
  #call: Call<PhoneMedia> | undefined;
  /** What was pressed while the last press was under way. */
  #next: 'hold' | 'resume' | undefined;

  constructor(clock: Clock, listener: HoldListener, start: 'Off' | 'Held' = 'Off') {
    this.#listener = listener;
    const state = signal<HoldState>(shown[start]);
    this.state = state;
    this.#machine = new Machine({
      figure: phoneHoldFigure,
      start,
      clock,
      length: () => undefined,
      perform: (action, error) => this.#perform(action, error),
      observe: ({ after }) => {
        state.value = shown[after];
        listener.changed();
      },
    });
  }

  /** The call is up; before that there is nothing to hold. */
  begin(call: Call<PhoneMedia>): void {
    this.#call = call;
  }

  /** A press; one that comes while the last is under way waits for its outcome. */
  press(what: 'hold' | 'resume'): void {
    if (this.#call === undefined) return;
    const { state } = this.#machine;
    this.#next = state === 'Holding' || state === 'Resuming' ? what : undefined;
    this.#machine.on(what);
  }

  /** Resolves with what stands once nothing is under way. */
  settled(): Promise<HoldState> {
    return new Promise((resolve) => {
      const off = this.state.subscribe((state) => {
        if (state === 'holding' || state === 'resuming') return;
        queueMicrotask(() => off());
        resolve(state);
      });
    });
  }

  #perform(action: PhoneHoldAction, error: unknown): void {
    switch (action) {
      case 'ask for hold':
        this.#ask((call) => call.hold());
        break;
      case 'ask for resume':
        this.#ask((call) => call.resume());
        break;
      case 'tell of hold':
        this.#listener.failed('hold', error);
        break;
      case 'tell of resume':
        this.#listener.failed('resume', error);
        break;
    }
  }

  #ask(act: (call: Call<PhoneMedia>) => Promise<void>): void {
    const call = this.#call;
    if (call === undefined) return;
    act(call).then(
      () => this.#settled('agreed'),
      (error: unknown) => this.#settled('refused', error),
    );
  }

  #settled(event: 'agreed' | 'refused', error?: unknown): void {
    this.#machine.on(event, error);
    const next = this.#next;
    this.#next = undefined;
    if (next !== undefined) this.#machine.on(next);
  }
}

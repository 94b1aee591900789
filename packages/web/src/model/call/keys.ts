// Keys pressed in a call: RFC 4733 events, or INFO where the other side takes no events.
import { keyPressInfo } from '@offhook/sip';
import type { Call } from '@offhook/sip';
import { signal } from '@preact/signals-core';
import type { Signal } from '@preact/signals-core';
import type { PhoneMedia } from '../ports.ts';

/** Sends keys one after another, and shows those that went out. */
export class Keys {
  readonly sent: Signal<string> = signal('');
  readonly #failed: (error: unknown) => void;
  #last: Promise<void> = Promise.resolve();

  constructor(failed: (error: unknown) => void) {
    this.#failed = failed;
  }

  /** Sends what of `keys` is a key; nothing without a standing call. */
  press(keys: string, call: Call<PhoneMedia> | undefined): void {
    const known = keys.toUpperCase().replaceAll(/[^0-9*#A-D]/g, '');
    if (known === '' || call === undefined) return;
    this.#last = this.#last.then(() => this.#send(known, call)).catch(this.#failed);
  }

  async #send(keys: string, call: Call<PhoneMedia>): Promise<void> {
    try {
      await call.media.dtmf(keys);
    } catch {
      // Nobody agreed on telephone-event: old gateways read key presses in INFO.
      for (const key of keys) await call.inform(keyPressInfo(key));
    }
    this.sent.value += keys;
  }
}

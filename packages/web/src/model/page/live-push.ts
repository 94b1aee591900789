// Being rung while the page is closed: a push subscription at the browser, known to the server (RFC 8030, RFC 8599).
import { signal } from '@preact/signals-core';
import type { Signal } from '@preact/signals-core';
import type { Push } from '../phone.ts';
import type { PushPort, ServerPort } from '../ports.ts';

/** What push works with. */
export interface PushOptions {
  readonly port: PushPort | undefined;
  readonly server: ServerPort;
  readonly key: () => string | undefined;
  /** A push woke the page: a call waits at the server until we are registered. */
  readonly woken: () => void;
  /** The subscription is another one, which the registrar is to know. */
  readonly changed: () => void;
}

/** Push. */
export class LivePush implements Push {
  readonly state: Signal<'absent' | 'off' | 'on' | 'denied' | 'failed'>;
  readonly #options: PushOptions;
  readonly #off: () => void;

  constructor(options: PushOptions) {
    const { port } = options;
    this.#options = options;
    this.state = signal(port?.state ?? 'absent');
    this.#off = port?.onWake(options.woken) ?? (() => undefined);
  }

  turn(on: boolean): void {
    void this.#turn(on);
  }

  close(): void {
    this.#off();
  }

  async #turn(on: boolean): Promise<void> {
    const { port, server } = this.#options;
    const key = this.#options.key();
    if (port === undefined) return;
    try {
      if (!on) {
        await port.unsubscribe();
        await server.unsubscribe();
      } else if (key !== undefined) await server.subscribe(await port.subscribe(key));
      this.state.value = port.state;
      this.#options.changed();
    } catch {
      this.state.value = port.state === 'denied' ? 'denied' : 'failed';
    }
  }
}

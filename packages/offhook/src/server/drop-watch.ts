// Notices datagrams that the kernel threw away before we could read them: calls suffer, and nothing else tells.
import type { Address, Clock, Logger, Timer } from '@offhook/sip';
import { udpDrops } from '@offhook/sip/node';

/** What the watch needs. */
export interface DropWatchOptions {
  readonly local: Address;
  readonly clock: Clock;
  readonly log: Logger;
}

/** How often it looks, in milliseconds. */
const lookEvery = 10_000;

/** Logs how many datagrams were lost since it last looked, when there were any. */
export class DropWatch {
  readonly #options: DropWatchOptions;
  #known = 0;
  #timer: Timer | undefined;
  #closed = false;

  constructor(options: DropWatchOptions) {
    this.#options = options;
    this.#schedule();
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
  }

  #schedule(): void {
    const { clock } = this.#options;
    this.#timer = clock.after(lookEvery, () => {
      void this.#look();
    });
  }

  async #look(): Promise<void> {
    const { local, log } = this.#options;
    const drops = await udpDrops(local);
    // Where the system does not tell, there is no use in asking again.
    if (this.#closed || drops === undefined) return;
    if (drops > this.#known) {
      log.warn('The kernel dropped datagrams: the buffer of the UDP socket was full', {
        datagrams: drops - this.#known,
        port: local.port,
      });
    }
    this.#known = drops;
    this.#schedule();
  }
}

// Notices that the process has no file descriptors left: the platform then closes what it cannot accept, and tells nobody.
import { open } from 'node:fs/promises';
import { devNull } from 'node:os';
import type { Clock, Logger, Timer } from '@offhook/sip';

/** What the watch needs. */
export interface DescriptorWatchOptions {
  readonly clock: Clock;
  readonly log: Logger;
}

/** How often it tries, in milliseconds. */
const tryEvery = 2_000;

/** Logs an error when descriptors run out, and a line when there are some again. */
export class DescriptorWatch {
  readonly #options: DescriptorWatchOptions;
  #exhausted = false;
  #timer: Timer | undefined;
  #closed = false;

  constructor(options: DescriptorWatchOptions) {
    this.#options = options;
    this.#schedule();
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
  }

  #schedule(): void {
    this.#timer = this.#options.clock.after(tryEvery, () => {
      void this.#try();
    });
  }

  async #try(): Promise<void> {
    const { log } = this.#options;
    const exhausted = await takeOne().then(() => false, isExhaustion);
    if (this.#closed) return;
    if (exhausted && !this.#exhausted) {
      log.error(
        'No file descriptors are left: new connections and calls are refused until some are free. Raise the limit (ulimit -n, LimitNOFILE)',
      );
    } else if (!exhausted && this.#exhausted) log.warn('There are free file descriptors again');
    this.#exhausted = exhausted;
    this.#schedule();
  }
}

/** Takes a descriptor and gives it back. */
async function takeOne(): Promise<void> {
  await (await open(devNull)).close();
}

function isExhaustion(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    (error.code === 'EMFILE' || error.code === 'ENFILE')
  );
}

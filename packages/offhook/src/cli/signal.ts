// Waiting on the command line: for Ctrl+C, or for a time.
import { systemClock } from '@offhook/sip';

/** Resolves at the first SIGINT or SIGTERM; from the second on the program ends at once, with status 0. */
export function stopped(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let asked = 0;
    const stop = (signal: NodeJS.Signals): void => {
      asked += 1;
      if (asked > 1) process.exit(0);
      resolve(signal);
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
  });
}

/** Resolves after a time, or at once when `over` resolves before; nothing is left waiting then. */
export function delay(milliseconds: number, over?: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const timer = systemClock.after(milliseconds, resolve);
    void over?.then(() => {
      timer.cancel();
      resolve();
    });
  });
}

// Keeps the screen awake during a call, also after the page was hidden meanwhile.
import type { WakeLockPort } from '../../model/ports.ts';

/** The browser's wake lock; where there is none, nothing is kept awake. */
export function browserWakeLock(): WakeLockPort {
  return {
    hold: () => {
      const ending = new AbortController();
      let lock: Promise<WakeLockSentinel | undefined> = take();
      document.addEventListener(
        'visibilitychange',
        () => {
          // The browser takes it away from pages that nobody sees.
          if (document.visibilityState === 'visible') lock = take();
        },
        { signal: ending.signal },
      );
      return () => {
        ending.abort();
        void lock.then((sentinel) => sentinel?.release());
      };
    },
  };
}

async function take(): Promise<WakeLockSentinel | undefined> {
  try {
    return await navigator.wakeLock.request('screen');
  } catch {
    return undefined;
  }
}

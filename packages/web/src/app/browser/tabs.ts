// Several tabs of one browser: a lock says which one owns the phone, a channel lets them speak.
import type { TabsPort } from '../../model/ports.ts';

/** The tabs that share the phone called `name`. */
export function browserTabs(name = 'offhook'): TabsPort {
  const channel = new BroadcastChannel(name);
  const listeners = new Set<(message: unknown) => void>();
  channel.addEventListener('message', ({ data }) => {
    for (const listener of listeners) listener(data);
  });
  let wanted: { readonly owning: () => void; readonly lost: () => void } | undefined;
  let giveUp: (() => void) | undefined;
  const queue = new AbortController();

  const hold = (): Promise<void> => {
    wanted?.owning();
    return new Promise((resolve) => {
      giveUp = resolve;
    });
  };
  const request = (options: LockOptions): void => {
    navigator.locks.request(name, options, hold).then(
      () => undefined,
      // Another tab has stolen the lock, or this one has given up waiting.
      () => {
        if (giveUp === undefined || queue.signal.aborted) return;
        giveUp = undefined;
        wanted?.lost();
        request({ signal: queue.signal });
      },
    );
  };

  return {
    own: (tab) => {
      wanted = tab;
      void navigator.locks.query().then(({ held = [] }) => {
        if (held.some((lock) => lock.name === name) && giveUp === undefined) tab.lost();
      });
      request({ signal: queue.signal });
      return () => {
        wanted = undefined;
        queue.abort();
        giveUp?.();
        channel.close();
      };
    },
    takeOver: () => request({ steal: true }),
    tell: (message) => channel.postMessage(message),
    onMessage: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

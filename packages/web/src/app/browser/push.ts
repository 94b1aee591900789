// The browser's push service: a subscription that the server keeps, and the calls for which it wakes the page.
import type { PushPort } from '../../model/ports.ts';
import { isRecord } from './record.ts';

/** Push over the page's service worker; undefined where the browser has none. */
export async function browserPush(
  registered: Promise<ServiceWorkerRegistration | undefined>,
): Promise<PushPort | undefined> {
  const registration = await registered;
  if (registration === undefined || !('pushManager' in registration)) return undefined;
  let subscription = await registration.pushManager.getSubscription();
  return {
    get state() {
      if (Notification.permission === 'denied') return 'denied';
      return subscription === null ? 'off' : 'on';
    },
    subscribe: async (key) => {
      await Notification.requestPermission();
      subscription = await registration.pushManager.subscribe({
        userVisibleOnly: true,
        applicationServerKey: key,
      });
      return subscription.toJSON();
    },
    unsubscribe: async () => {
      await subscription?.unsubscribe();
      subscription = null;
    },
    onWake: (listener) => {
      const ending = new AbortController();
      const { signal } = ending;
      navigator.serviceWorker.addEventListener(
        'message',
        ({ data }) => {
          if (isRecord(data) && data['wake'] === true) listener();
        },
        { signal },
      );
      return () => ending.abort();
    },
    // RFC 8599 §12: the subscription's address alone; pn-param is not used.
    get contactParameters() {
      if (subscription === null) return undefined;
      return `pn-provider=webpush;pn-prid=${encodeURIComponent(subscription.endpoint)}`;
    },
  };
}

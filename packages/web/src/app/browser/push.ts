// The browser's push service: a subscription that the server keeps, and the calls for which it wakes the page.
import type { PushPort } from '../../model/ports.ts';

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
          if (isWake(data)) listener();
        },
        { signal },
      );
      return () => ending.abort();
    },
    // RFC 8599 §4.1.1: the provider is web push, the resource is its endpoint.
    get contactParameters() {
      if (subscription === null) return undefined;
      const { p256dh = '' } = subscription.toJSON().keys ?? {};
      return `pn-provider=webpush;pn-prid=${encodeURIComponent(subscription.endpoint)};pn-param=${p256dh}`;
    },
  };
}

function isWake(data: unknown): boolean {
  return typeof data === 'object' && data !== null && Reflect.get(data, 'wake') === true;
}

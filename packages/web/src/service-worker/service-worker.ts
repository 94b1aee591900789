// Wakes the phone: a push message becomes a notification, and a click on it opens the phone.

/** The few things of a service worker that this one uses; the browser's own types can't stand beside those of a page. */
interface Worker {
  readonly registration: ServiceWorkerRegistration;
  readonly clients: {
    matchAll(options: { readonly type: 'window' }): Promise<readonly WindowClient[]>;
    openWindow(url: string): Promise<unknown>;
  };
  addEventListener(
    type: 'push' | 'notificationclick',
    listener: (event: WorkerEvent) => void,
  ): void;
}

interface WindowClient {
  focus(): Promise<unknown>;
}

interface WorkerEvent {
  readonly notification?: Notification;
  waitUntil(work: Promise<unknown>): void;
}

const worker = globalThis as unknown as Worker;

worker.addEventListener('push', (event) => {
  event.waitUntil(
    worker.registration.showNotification('Offhook', {
      body: 'Incoming call',
      tag: 'offhook-call',
      requireInteraction: true,
    }),
  );
});

worker.addEventListener('notificationclick', (event) => {
  event.notification?.close();
  event.waitUntil(open());
});

async function open(): Promise<void> {
  const [page] = await worker.clients.matchAll({ type: 'window' });
  await (page === undefined ? worker.clients.openWindow('./') : page.focus());
}

// Wakes the phone: a push message becomes a note of the system, and who presses it gets the phone with the call (RFC 8599 §4).
import { wordsFor } from '../words/languages.ts';
import { pushNote, readNews } from './news.ts';

/** The few things of a service worker that this one uses; the browser's types for it can't stand beside those of a page. */
interface Worker {
  readonly navigator: { readonly languages: readonly string[] };
  readonly registration: ServiceWorkerRegistration;
  readonly clients: {
    claim(): Promise<void>;
    matchAll(options: {
      readonly type: 'window';
      readonly includeUncontrolled: boolean;
    }): Promise<readonly WindowClient[]>;
    openWindow(url: string): Promise<WindowClient | null>;
  };
  skipWaiting(): Promise<void>;
  addEventListener(type: string, listener: (event: WorkerEvent) => void): void;
}

interface WindowClient {
  readonly visibilityState: string;
  focus(): Promise<unknown>;
  postMessage(message: unknown): void;
}

interface WorkerEvent {
  readonly data?: { text(): string } | null;
  readonly notification?: Notification;
  readonly action?: string;
  waitUntil(work: Promise<unknown>): void;
}

const worker = globalThis as unknown as Worker;

worker.addEventListener('install', (event) => event.waitUntil(worker.skipWaiting()));
worker.addEventListener('activate', (event) => event.waitUntil(worker.clients.claim()));
worker.addEventListener('push', (event) => event.waitUntil(pushed(event.data?.text())));
worker.addEventListener('notificationclick', (event) => event.waitUntil(pressed(event)));

// An open page registers at once, and rings itself; a note is for those who do not see one.
async function pushed(text: string | undefined): Promise<void> {
  const pages = await windows();
  for (const page of pages) page.postMessage({ wake: true });
  if (pages.some(({ visibilityState }) => visibilityState === 'visible')) return;
  const [title, note] = pushNote(wordsFor(worker.navigator.languages), readNews(text));
  await worker.registration.showNotification(title, note);
}

async function pressed({ notification, action }: WorkerEvent): Promise<void> {
  notification?.close();
  const news: unknown = notification?.data;
  const [open] = await windows();
  // The browser may refuse to bring a page to the front; the page hears of it all the same.
  const page = open ?? (await worker.clients.openWindow('./'));
  page?.postMessage({ pressed: news, action });
  await open?.focus().catch(() => undefined);
}

function windows(): Promise<readonly WindowClient[]> {
  return worker.clients.matchAll({ type: 'window', includeUncontrolled: true });
}

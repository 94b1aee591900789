// Notes of the system: shown by the service worker where there is one, since only those can carry buttons.
import type { Note, NotificationsPort } from '../../model/ports.ts';
import { isRecord } from './record.ts';

type Action = 'answer' | 'decline' | 'open';

/** The browser's notifications. */
export function browserNotes(
  worker: Promise<ServiceWorkerRegistration | undefined>,
): NotificationsPort {
  const plain = new Map<string, Notification>();
  const listeners = new Set<(id: string, action: Action) => void>();
  const tell = (id: string, action: Action): void => {
    for (const listener of listeners) listener(id, action);
  };
  navigator.serviceWorker?.addEventListener('message', ({ data }) => {
    const message: unknown = data;
    if (!isRecord(message) || !isRecord(message['pressed'])) return;
    const { id } = message['pressed'];
    const { action } = message;
    if (typeof id === 'string')
      tell(id, action === 'answer' || action === 'decline' ? action : 'open');
  });
  return {
    get permission() {
      return permission();
    },
    ask: async () => {
      if (permission() === 'absent') return 'absent';
      await Notification.requestPermission();
      return permission();
    },
    show: (note) => {
      void worker.then(async (registration) => {
        if (registration === undefined) plain.set(note.id, showPlain(note, tell));
        else await registration.showNotification(note.title, withActions(note));
      });
    },
    close: (id) => {
      plain.get(id)?.close();
      plain.delete(id);
      void worker.then(async (registration) => {
        for (const one of (await registration?.getNotifications({ tag: id })) ?? []) one.close();
      });
    },
    onAction: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function permission(): NotificationsPort['permission'] {
  if (!('Notification' in globalThis)) return 'absent';
  return Notification.permission === 'default' ? 'prompt' : Notification.permission;
}

/** What only a service worker's note can have beside the common options. */
interface WorkerNote extends NotificationOptions {
  readonly actions: readonly { readonly action: string; readonly title: string }[];
}

function withActions({ id, text, actions }: Note): WorkerNote {
  return {
    body: text,
    tag: id,
    icon: './icon.svg',
    requireInteraction: actions.length > 0,
    actions: actions.map((action) => ({ action: action.id, title: action.label })),
    data: { id },
  };
}

function showPlain(
  { id, title, text }: Note,
  tell: (id: string, action: Action) => void,
): Notification {
  const note = new Notification(title, { body: text, tag: id, icon: './icon.svg' });
  note.addEventListener('click', () => {
    globalThis.focus();
    note.close();
    tell(id, 'open');
  });
  return note;
}

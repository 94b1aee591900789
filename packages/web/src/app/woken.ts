// A call of which a push told, once it arrives: the note is taken away, and who pressed "Answer" on it has answered.
import { systemClock } from '@offhook/sip';
import { effect, signal } from '@preact/signals';
import type { Phone } from '../model/phone.ts';
import { isRecord } from './browser/record.ts';

/** How long a press on a note stands for a call that has not arrived yet, in milliseconds. */
const patience = 30_000;
const pushTag = 'offhook-push';

/** Who pressed "Answer" on the note of a push. It is told by our service worker alone: no address of a page can say it. */
interface Pressed {
  readonly from: string;
  readonly until: number;
}

/** Listens for such presses from the first moment on, since the page may have been opened by one. */
function hearPresses(): { readonly last: () => Pressed | undefined; readonly close: () => void } {
  const ending = new AbortController();
  const last = signal<Pressed | undefined>(undefined);
  navigator.serviceWorker?.addEventListener(
    'message',
    ({ data }) => {
      const message: unknown = data;
      if (!isRecord(message) || message['action'] !== 'answer' || !isRecord(message['pressed']))
        return;
      const { push } = message['pressed'];
      if (isRecord(push) && typeof push['from'] === 'string')
        last.value = { from: push['from'], until: systemClock.now() + patience };
    },
    { signal: ending.signal },
  );
  return {
    last: () => (systemClock.now() < (last.value?.until ?? 0) ? last.value : undefined),
    close: () => ending.abort(),
  };
}

/** Answers the call that was meant, when it rings here; returns what ends that. */
export function answerWhatWasPressed(phone: Phone): () => void {
  const presses = hearPresses();
  const off = effect(() => {
    for (const call of phone.calls.value) {
      if (call.phase.value.is !== 'ringing here') continue;
      void closePushNotes();
      if (bare(presses.last()?.from) === bare(call.with.peek().address)) call.answer();
    }
  });
  return () => {
    off();
    presses.close();
  };
}

async function closePushNotes(): Promise<void> {
  const registration = await navigator.serviceWorker?.getRegistration();
  for (const note of (await registration?.getNotifications({ tag: pushTag })) ?? []) note.close();
}

function bare(address: string | undefined): string | undefined {
  return address
    ?.replace(/^sips?:/i, '')
    .split(/[;?]/)[0]
    ?.toLowerCase();
}

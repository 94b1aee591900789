// What of a call is on its time axis: the moments in which something happens, and where the axis ends.
import type { CallDocument } from '@offhook/sip/trace';
import type { CallIndex, CallItem } from './call-index.ts';

/** Timers that only wait for repeats of what is over. */
const lingering = /^(?:Timer [DHIJKLM] fires|transaction ended)$/;

function isLingering(item: CallItem): boolean {
  return item.kind === 'step' && lingering.test(item.of.change.event);
}

/** Where the axis of a whole call ends: nobody wants to see how machines rest after it. */
export function endOf(document: CallDocument, index: CallIndex, live: number | undefined): number {
  const last = Math.max(
    ...momentsOf(index),
    ...document.streams.map(({ endedAt }) => endedAt),
    live ?? 0,
    document.startedAt + 10,
  );
  return last + Math.min(40, Math.max(5, (last - document.startedAt) * 0.01));
}

/** What the pauses lie between: media goes on in them, and is drawn as short as they are. */
export function momentsOf(index: CallIndex): readonly number[] {
  return index.items.filter((item) => !isLingering(item)).map(({ at }) => at);
}

// Which usage of a dialog gets a SUBSCRIBE or a NOTIFY (RFC 6665 §4.1.3, RFC 3515 §2.4.6).
import { usageNamed } from '../dialog/table.ts';
import type { DialogEntry } from '../dialog/table.ts';
import type { DialogUsage } from '../endpoint/usage.ts';
import { notifierName, subscriberName } from './event.ts';
import type { EventId } from './event.ts';

/** The subscription of ours that a NOTIFY about `event` belongs to. */
export function subscriberIn(
  entry: DialogEntry<DialogUsage>,
  event: EventId,
): DialogUsage | undefined {
  const exact = usageNamed(entry, subscriberName(event));
  if (exact !== undefined || event.package !== 'refer') return exact;
  // RFC 3515 §2.4.6: to the first REFER of a dialog the id may be there or not.
  const plain = subscriberName({ package: 'refer' });
  return event.id === undefined
    ? entry.usages.find(({ usage }) => usage.startsWith(`${plain};`))
    : usageNamed(entry, plain);
}

/** The subscription to us that a SUBSCRIBE about `event` belongs to. */
export function notifierIn(
  entry: DialogEntry<DialogUsage>,
  event: EventId,
): DialogUsage | undefined {
  return usageNamed(entry, notifierName(event));
}

// Which event a request is about: the package and the id of its Event header (RFC 6665 §8.2.1).
import { own } from '../base/bytes.ts';
import { event } from '../message/header/event.ts';
import type { Message } from '../message/message.ts';

/** An event package, and the id that tells subscriptions to it apart within one dialog. */
export interface EventId {
  /** Such as `presence`, `dialog` or `refer`. */
  readonly package: string;
  readonly id?: string | undefined;
}

/** The event of a request; undefined when it names none. */
export function eventOf(message: Message): EventId | undefined {
  const value = message.get(event);
  if (value === undefined) return undefined;
  const id = value.parameters.get('id');
  return { package: own(value.value), ...(id === undefined ? {} : { id: own(id) }) };
}

/** The event as it stands in a header. */
export function formatEvent(about: EventId): string {
  return about.id === undefined ? about.package : `${about.package};id=${about.id}`;
}

/** What the usage that gets the NOTIFYs of this event is called in its dialog. */
export function subscriberName(about: EventId): string {
  return `subscriber ${formatEvent(about)}`;
}

/** What the usage that gets the SUBSCRIBEs of this event is called in its dialog. */
export function notifierName(about: EventId): string {
  return `notifier ${formatEvent(about)}`;
}

/** RFC 6665 §8.2.1: compared byte by byte, with or without an id. */
export function sameEvent(a: EventId, b: EventId): boolean {
  return a.package === b.package && a.id === b.id;
}

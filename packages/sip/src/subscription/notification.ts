// One notification, as its subscriber gets it (RFC 6665 §4.1.3).
import { own, utf8 } from '../base/bytes.ts';
import { contentType } from '../message/header/content-type.ts';
import type { Message } from '../message/message.ts';
import type { StateOfSubscription } from './state.ts';

/** A state of what was subscribed to. */
export interface Notification extends StateOfSubscription {
  /** Such as `application/dialog-info+xml`, in lower case; undefined when there is no body. */
  readonly contentType: string | undefined;
  readonly body: Uint8Array;
  /** The body as UTF-8 text. */
  readonly text: string;
  /** The remote tag: which of several notifiers it comes from, when the SUBSCRIBE forked. */
  readonly fork: string;
}

/** Reads what a NOTIFY brings; nothing of it keeps the message alive. */
export function readNotification(notify: Message, state: StateOfSubscription): Notification {
  const type = notify.body.length === 0 ? undefined : notify.get(contentType);
  const body = notify.body.slice();
  return {
    ...state,
    contentType: type === undefined ? undefined : own(`${type.type}/${type.subtype}`),
    body,
    text: utf8(body),
    fork: own(notify.fromTag ?? ''),
  };
}

// The session description in the body of a message (RFC 3261 §13, RFC 5621).
import { findPart } from '../message/multipart.ts';
import type { Message } from '../message/message.ts';

/** The media type of session descriptions. */
export const sdpType = 'application/sdp';

/** The SDP of `message`, in a multipart body too; undefined when it carries none that can be read. */
export function sdpOf(message: Message): string | undefined {
  if (message.body.length === 0) return undefined;
  const found = findPart(message, sdpType);
  return found.ok ? found.value?.text : undefined;
}

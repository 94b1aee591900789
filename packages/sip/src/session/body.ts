// The session description in the body of a message (RFC 3261 §13, RFC 5621).
import type { HeaderInit } from '../message/build.ts';
import { findPart } from '../message/multipart.ts';
import type { Message } from '../message/message.ts';

const sdpType = 'application/sdp';

/** The SDP of `message`, in a multipart body too; undefined when it carries none that can be read. */
export function sdpOf(message: Message): string | undefined {
  if (message.body.length === 0) return undefined;
  const found = findPart(message, sdpType);
  return found.ok ? found.value?.text : undefined;
}

/** The Content-Type that goes with `sdp`; nothing when there is none. */
export function typeOf(sdp: string | undefined): readonly HeaderInit[] {
  return sdp === undefined ? [] : [['Content-Type', sdpType]];
}

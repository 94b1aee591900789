// Short, owned copies of texts from the network, so that keeping a row never keeps a datagram.
import { own } from '../../base/bytes.ts';

/** A 53-bit hash of `text`; tells texts apart within one call, and is no defence against one who makes texts alike on purpose. */
export function textHash(text: string): number {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    high = Math.imul(high ^ code, 2654435761);
    low = Math.imul(low ^ code, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return 4294967296 * (2097151 & low) + (high >>> 0);
}

/** A hash that is equal for the same message at both ends of a hop: what the receiver writes into Via does not count (RFC 3581 §4, RFC 6223 §4.1). */
export function messageHash(text: string): number {
  return textHash(
    text.replace(
      /;(?:rport(?:=\d{0,5})?|keep(?:=\d{0,9})?|received=[^;,\s]{0,64})(?=[;,\s])/gi,
      '',
    ),
  );
}

/** `text` as a key of bounded length: itself, or its beginning with the hash of the whole. */
export function keyOf(text: string): string {
  return text.length <= 96 ? own(text) : `${own(text.slice(0, 64))}#${textHash(text).toString(36)}`;
}

/** At most `length` characters of `text`, for showing. */
export function clip(text: string, length: number): string {
  return own(text.length <= length ? text : text.slice(0, length));
}

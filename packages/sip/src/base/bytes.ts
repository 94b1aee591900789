// Bytes and text. SIP text is handled as latin1 (one character a byte), so that every one of the 256 byte values survives;
// UTF-8 is decoded only where a person reads it.

/** Turns bytes into text and back, one character for each byte. Edges may inject a faster one. */
export interface Latin1 {
  /** The bytes from `start` to `end` (the whole unless said) as text. */
  decode(bytes: Uint8Array, start?: number, end?: number): string;
  /** The low eight bits of each character as bytes. */
  encode(text: string): Uint8Array;
}

/** Works everywhere. `TextDecoder('latin1')` is not used because it decodes windows-1252. */
export const portableLatin1: Latin1 = {
  decode(bytes, start = 0, end = bytes.length) {
    let text = '';
    for (let at = start; at < end; at += 4096) {
      text += textOf(bytes.subarray(at, Math.min(at + 4096, end)));
    }
    return text;
  },
  encode(text) {
    const bytes = new Uint8Array(text.length);
    for (let at = 0; at < text.length; at += 1) bytes[at] = text.charCodeAt(at);
    return bytes;
  },
};

// All codes at once: engines take them nine times faster as they lie in the array than spread out as arguments.
function textOf(codes: Uint8Array): string {
  return String(Reflect.apply(String.fromCharCode, undefined, codes));
}

let current: Latin1 = portableLatin1;

/** Replaces the codec for the whole process; `@offhook/sip/node` does so with Buffer's. */
export function useLatin1(codec: Latin1): void {
  current = codec;
}

/** Bytes as latin1 text. */
export function latin1(bytes: Uint8Array, start?: number, end?: number): string {
  return current.decode(bytes, start, end);
}

/** Latin1 text as bytes. */
export function latin1Bytes(text: string): Uint8Array {
  return current.encode(text);
}

const utf8Encoder = new TextEncoder();
const utf8Decoder = new TextDecoder('utf-8');

/** Text as UTF-8 bytes. */
export function utf8Bytes(text: string): Uint8Array {
  return utf8Encoder.encode(text);
}

/** UTF-8 bytes as text; what is not UTF-8 shows as U+FFFD. */
export function utf8(bytes: Uint8Array): string {
  return utf8Decoder.decode(bytes);
}

/** A character of several bytes in UTF-8, as latin1 text. */
const character =
  /[\u00c2-\u00df][\u0080-\u00bf]|[\u00e0-\u00ef][\u0080-\u00bf]{2}|[\u00f0-\u00f4][\u0080-\u00bf]{3}/g;

/** Latin1 text that holds UTF-8 bytes, as a person should read it; what is no UTF-8 is what old devices mean by it, latin1. */
export function readable(text: string): string {
  return text.replace(character, (bytes) => utf8(latin1Bytes(bytes)));
}

/** Text that a person wrote, as the latin1 text of its UTF-8 bytes, ready for a message. */
export function writable(text: string): string {
  return /[^\0-\u007f]/.test(text) ? latin1(utf8Bytes(text)) : text;
}

/** A real copy of `text`. A slice of a datagram keeps the whole datagram in memory; what outlives a message is copied. */
export function own(text: string): string {
  // Engines copy short slices by themselves; what is joined of two pieces they build anew, without a slice around it.
  return text.length < 13 ? text : [text.slice(0, 1), text.slice(1)].join('');
}

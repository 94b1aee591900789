// Call-ID (RFC 3261 §20.8).
import { single } from './field.ts';
import type { HeaderField } from './field.ts';

/** The name that all messages of a dialog, or of a registration, share; compared letter by letter. */
export const callId: HeaderField<string> = single('Call-ID', (value) => readCallId(value), String);

/** Reads the value from `start` to `end`; undefined when it is empty or holds blanks or control characters. */
export function readCallId(text: string, start = 0, end: number = text.length): string | undefined {
  for (let at = start; at < end; at += 1) {
    const code = text.charCodeAt(at);
    if (code <= 32 || code === 127) return undefined;
  }
  return start === end ? undefined : text.slice(start, end);
}

// Call-ID (RFC 3261 §20.8).
import { single } from './field.ts';
import type { HeaderField } from './field.ts';

/** The name that all messages of a dialog, or of a registration, share; compared letter by letter. */
export const callId: HeaderField<string> = single('Call-ID', readCallId, String);

/** Reads the value; undefined when it is empty or holds blanks or control characters. */
export function readCallId(text: string): string | undefined {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code <= 32 || code === 127) return undefined;
  }
  return text.length === 0 ? undefined : text;
}

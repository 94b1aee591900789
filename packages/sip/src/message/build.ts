// New messages from their parts, as text that is scanned like any other.
import { bodyText } from './apply.ts';
import { defaultLimits } from './limits.ts';
import type { MessageLimits } from './limits.ts';
import { headerId, headerName } from './names.ts';
import { lineFor } from './rows.ts';
import { Source } from './source.ts';

/** A header of a new message: its name, and one row's value. */
export type HeaderInit = readonly [name: string, value: string];

// Our own messages are as large as their maker wants.
const unlimited: MessageLimits = {
  ...defaultLimits,
  row: Number.MAX_SAFE_INTEGER,
  headers: Number.MAX_SAFE_INTEGER,
  headerCount: Number.MAX_SAFE_INTEGER,
};

/** Header rows of our own as text. Throws a TypeError when a name or value could break out of its line. */
export function headerText(headers: readonly HeaderInit[]): string {
  const known = fixed.get(headers);
  if (known !== undefined) return known;
  let text = '';
  for (const [name, value] of headers) {
    const line = lineFor(headerName(name), name, value);
    if (headerName(name).id !== headerId.contentLength) text += `${line}\r\n`;
  }
  return text;
}

const fixed = new WeakMap<readonly HeaderInit[], string>();

/** Header rows that go out as they are again and again; they are checked once. Throws as `headerText` does. */
export function fixedHeaders(headers: readonly HeaderInit[]): readonly HeaderInit[] {
  const list = [...headers];
  fixed.set(list, headerText(list));
  return Object.freeze(list);
}

/** A whole message; `rows` is text in which each row has its CRLF. Content-Length is added (RFC 3261 §20.14). */
export function buildSource(
  startLine: string,
  rows: string,
  body: Uint8Array | string = '',
): Source {
  const payload = bodyText(body);
  const head = `${startLine}\r\n${rows}Content-Length: ${payload.length}\r\n\r\n`;
  return new Source(head + payload, startLine.length + 2, head.length, unlimited);
}

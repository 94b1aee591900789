// Text from the network, made harmless and cut to the cells of a terminal.
import { readable } from '../../base/bytes.ts';

// Controls, DEL, C1, format characters (bidirectional overrides, zero width), line separators, surrogates, private and unassigned.
const unsafe = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}]/gu;

/** Latin1 text from a message as a person should see it: UTF-8 decoded, and what could steer a terminal written as `\u{1b}`. */
export function harmless(text: string, unicode: boolean): string {
  const shown = readable(text).normalize('NFC').replace(unsafe, escapeOf);
  return unicode ? shown : shown.replace(/[^\x20-\x7e]/gu, escapeOf);
}

/** How many cells of a terminal `text` takes. */
export function cells(text: string): number {
  let count = 0;
  for (const char of text) count += cellsOf(char);
  return count;
}

/** At most `width` cells of `text`; a cut text ends in `mark`. */
export function cut(text: string, width: number, mark: string): string {
  if (cells(text) <= width) return text;
  const room = width - cells(mark);
  let taken = '';
  let used = 0;
  let marks = 0;
  for (const char of text) {
    const size = cellsOf(char);
    // A pile of combining marks takes no cells and covers the lines around it.
    marks = size === 0 ? marks + 1 : 0;
    if (marks > 2) continue;
    if (used + size > room) break;
    taken += char;
    used += size;
  }
  return room < 0 ? '' : taken + mark;
}

/** `text` with spaces up to `width` cells. */
export function fill(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - cells(text)));
}

/** `text` broken at spaces into lines of at most `width` cells; a longer word is cut. */
export function wrap(text: string, width: number, mark: string): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const joined = line === '' ? word : `${line} ${word}`;
    if (cells(joined) <= width) {
      line = joined;
      continue;
    }
    if (line !== '') lines.push(line);
    line = cut(word, width, mark);
  }
  if (line !== '') lines.push(line);
  return lines;
}

function escapeOf(char: string): string {
  return `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`;
}

function cellsOf(char: string): number {
  const code = char.codePointAt(0) ?? 0;
  if (code < 0x300) return 1;
  if (/\p{Mn}|\p{Me}/u.test(char)) return 0;
  const wide =
    (code >= 0x1100 && code <= 0x115f) ||
    (code >= 0x2e80 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0xffe0 && code <= 0xffe6) ||
    (code >= 0x1f300 && code <= 0x1faff) ||
    (code >= 0x20000 && code <= 0x3fffd);
  return wide ? 2 : 1;
}

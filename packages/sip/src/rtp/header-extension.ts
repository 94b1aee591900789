// The elements in a header extension: which ones there are, and the same under other numbers (RFC 8285 §4.2, §4.3).
import type { RtpExtension } from './packet.ts';

/** One element; what its number means was said in SDP. */
export interface HeaderExtension {
  /** 1 to 14 in the short form, 1 to 255 in the long one. */
  readonly id: number;
  /** A view into the packet; up to 16 octets in the short form, 255 in the long one. */
  readonly content: Uint8Array;
}

const shortForm = 0xbede;
const longForm = 0x1000;
const longFormMask = 0xfff0;

/** The elements of an extension; none for one of another kind. What lies behind a length that lies is left out. */
export function parseHeaderExtensions({
  profile,
  content,
}: RtpExtension): readonly HeaderExtension[] {
  if (profile === shortForm) return parseElements(content, shortHead);
  if ((profile & longFormMask) === longForm) return parseElements(content, longHead);
  return [];
}

/** Elements as an extension, in the short form if they fit into it; undefined for none. Throws a RangeError on what fits into neither. */
export function formatHeaderExtensions(
  elements: readonly HeaderExtension[],
): RtpExtension | undefined {
  if (elements.length === 0) return undefined;
  if (elements.some(({ id, content }) => id < 1 || id > 255 || content.length > 255))
    throw new RangeError('A header extension has a number from 1 to 255 and at most 255 octets');
  const isShort = elements.every(
    ({ id, content }) => id <= 14 && content.length >= 1 && content.length <= 16,
  );
  const bytes = elements.flatMap(({ id, content }) =>
    isShort ? [(id << 4) | (content.length - 1), ...content] : [id, content.length, ...content],
  );
  while (bytes.length % 4 !== 0) bytes.push(0);
  return { profile: isShort ? shortForm : longForm, content: Uint8Array.from(bytes) };
}

/** The elements that the other side knows, under its numbers; undefined when none is left (RFC 8285 §6). */
export function mapHeaderExtensions(
  extension: RtpExtension | undefined,
  numbers: ReadonlyMap<number, number>,
): RtpExtension | undefined {
  if (extension === undefined || numbers.size === 0) return undefined;
  return formatHeaderExtensions(
    parseHeaderExtensions(extension).flatMap(({ id, content }) => {
      const number = numbers.get(id);
      return number === undefined ? [] : [{ id: number, content }];
    }),
  );
}

interface Head {
  readonly id: number;
  readonly start: number;
  readonly length: number;
}

function shortHead(content: Uint8Array, at: number): Head | undefined {
  const octet = content[at] ?? 0;
  // RFC 8285 §4.1.2, §4.2: from such an element on nothing is read; plain zeros are padding and do not come here.
  if (octet >> 4 === 15 || octet >> 4 === 0) return undefined;
  return { id: octet >> 4, start: at + 1, length: (octet & 15) + 1 };
}

function longHead(content: Uint8Array, at: number): Head | undefined {
  const [id, length] = [content[at] ?? 0, content[at + 1]];
  return length === undefined ? undefined : { id, start: at + 2, length };
}

function parseElements(
  content: Uint8Array,
  headAt: (content: Uint8Array, at: number) => Head | undefined,
): readonly HeaderExtension[] {
  const elements: HeaderExtension[] = [];
  for (let at = 0; at < content.length;) {
    // Zeros between elements fill up to a boundary.
    if (content[at] === 0) {
      at += 1;
      continue;
    }
    const head = headAt(content, at);
    if (head === undefined || head.start + head.length > content.length) break;
    const end = head.start + head.length;
    elements.push({ id: head.id, content: content.subarray(head.start, end) });
    at = end;
  }
  return elements;
}

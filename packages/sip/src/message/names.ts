// Header names: which long name a compact one stands for, and which headers hold comma lists (RFC 3261 §7.3, §20).
import { own } from '../base/bytes.ts';
import { isToken } from './scan.ts';

/** What is known of a header by its name. */
export interface HeaderName {
  /** In lower case. */
  readonly lower: string;
  /** The letter that stands for it, in lower case. */
  readonly compact: string | undefined;
  /** True when its rows may be joined with commas. */
  readonly list: boolean;
  /** 1 and up for the headers that the parser notes while it scans; 0 for the rest. */
  readonly id: number;
  /** True when it is a token, as every header name must be. */
  readonly sound: boolean;
}

/** Ids of the headers that the parser looks at in each message. */
export const headerId = {
  via: 1,
  from: 2,
  to: 3,
  callId: 4,
  cseq: 5,
  maxForwards: 6,
  contentLength: 7,
  route: 8,
  recordRoute: 9,
  contact: 10,
} as const;

/** One more than the highest id. */
export const headerIdCount = 11;

/** A header that the parser notes, as RFC 3261 writes it. */
export interface NotedHeader {
  readonly written: string;
  readonly id: number;
}

const noted: readonly NotedHeader[] = [
  { written: 'Via', id: headerId.via },
  { written: 'From', id: headerId.from },
  { written: 'To', id: headerId.to },
  { written: 'Call-ID', id: headerId.callId },
  { written: 'CSeq', id: headerId.cseq },
  { written: 'Max-Forwards', id: headerId.maxForwards },
  { written: 'Content-Length', id: headerId.contentLength },
  { written: 'Route', id: headerId.route },
  { written: 'Record-Route', id: headerId.recordRoute },
  { written: 'Contact', id: headerId.contact },
];

// No two of them have both length and last letter in common.
const notedBySight: (NotedHeader | undefined)[] = Array(16 * 32).fill(undefined);
for (const one of noted)
  notedBySight[sight(one.written.length, one.written.charCodeAt(one.written.length - 1))] = one;

function sight(length: number, lastCode: number): number {
  return length * 32 + (lastCode & 31);
}

/** The noted header that a name of this length and last letter could be. */
export function notedHeader(length: number, lastCode: number): NotedHeader | undefined {
  return length < 16 ? notedBySight[sight(length, lastCode)] : undefined;
}

const compactNames: readonly (readonly [string, string])[] = [
  ['a', 'accept-contact'],
  ['b', 'referred-by'],
  ['c', 'content-type'],
  ['d', 'request-disposition'],
  ['e', 'content-encoding'],
  ['f', 'from'],
  ['i', 'call-id'],
  ['j', 'reject-contact'],
  ['k', 'supported'],
  ['l', 'content-length'],
  ['m', 'contact'],
  ['n', 'identity-info'],
  ['o', 'event'],
  ['r', 'refer-to'],
  ['s', 'subject'],
  ['t', 'to'],
  ['u', 'allow-events'],
  ['v', 'via'],
  ['x', 'session-expires'],
  ['y', 'identity'],
];

const lists = [
  'accept',
  'accept-contact',
  'accept-encoding',
  'accept-language',
  'alert-info',
  'allow',
  'allow-events',
  'call-info',
  'contact',
  'content-encoding',
  'content-language',
  'diversion',
  'error-info',
  'history-info',
  'in-reply-to',
  'p-asserted-identity',
  'path',
  'privacy',
  'proxy-require',
  'reason',
  'record-route',
  'recv-info',
  'reject-contact',
  'request-disposition',
  'require',
  'route',
  'service-route',
  'supported',
  'unsupported',
  'via',
  'warning',
];

const known = new Map<string, HeaderName>();
const byLetter: (HeaderName | undefined)[] = [];

for (const lower of [
  ...lists,
  ...noted.map(({ written }) => written.toLowerCase()),
  ...compactNames.map(([, name]) => name),
]) {
  const compact = compactNames.find(([, name]) => name === lower)?.[0];
  const written = noted.find((one) => one.written.toLowerCase() === lower);
  const id = written?.id ?? 0;
  const entry: HeaderName = { lower, compact, list: lists.includes(lower), id, sound: true };
  known.set(lower, entry);
  if (written !== undefined) known.set(written.written, entry);
  if (compact !== undefined) {
    known.set(compact, entry);
    byLetter[compact.charCodeAt(0)] = entry;
  }
}

// Names as our own code writes them are few; what else is asked for is not remembered.
const mostNames = 512;

/** What is known of `name`, long or compact, in any letter case. */
export function headerName(name: string): HeaderName {
  return known.get(name) ?? unknownSpelling(name);
}

function unknownSpelling(name: string): HeaderName {
  const lower = name.toLowerCase();
  const made = { lower, compact: undefined, list: false, id: 0, sound: isToken(name) };
  const found = known.get(lower) ?? made;
  if (known.size < mostNames && found.sound) known.set(own(name), found);
  return found;
}

/** The header that a compact name stands for; `code` is its letter's character code. */
export function compactHeader(code: number): HeaderName | undefined {
  return byLetter[code | 32];
}

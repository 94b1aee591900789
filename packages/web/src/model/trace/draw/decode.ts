// A message taken apart to be read: its headers in groups, its SDP in blocks. It reads what is no SIP, too: nothing here fails.

/** A header line as it stands. */
export interface DecodedHeader {
  /** Its full name, where the message has a short one. */
  readonly name: string;
  readonly value: string;
  /** How it is written, when that is different: `v`. */
  readonly written: string | undefined;
  /** Lines that it goes on in (RFC 3261 §7.3.1), itself among them. */
  readonly lines: number;
}

/** Headers that belong together. */
export interface HeaderGroup {
  readonly name: string;
  readonly headers: readonly DecodedHeader[];
}

/** A message taken apart. */
export interface DecodedMessage {
  readonly startLine: string;
  readonly groups: readonly HeaderGroup[];
  readonly body: string;
  readonly contentType: string;
}

/** Short forms (RFC 3261 §7.3.3 and the registry of header fields). */
const short: Readonly<Record<string, string>> = {
  a: 'Accept-Contact',
  b: 'Referred-By',
  c: 'Content-Type',
  d: 'Request-Disposition',
  e: 'Content-Encoding',
  f: 'From',
  i: 'Call-ID',
  j: 'Reject-Contact',
  k: 'Supported',
  l: 'Content-Length',
  m: 'Contact',
  n: 'Identity-Info',
  o: 'Event',
  r: 'Refer-To',
  s: 'Subject',
  t: 'To',
  u: 'Allow-Events',
  v: 'Via',
  x: 'Session-Expires',
  y: 'Identity',
};

const groups: readonly (readonly [string, readonly string[]])[] = [
  [
    'Way',
    [
      'via',
      'route',
      'record-route',
      'max-forwards',
      'path',
      'service-route',
      'history-info',
      'diversion',
    ],
  ],
  [
    'Dialog',
    [
      'from',
      'to',
      'call-id',
      'cseq',
      'contact',
      'session-id',
      'replaces',
      'join',
      'target-dialog',
      'refer-to',
      'referred-by',
    ],
  ],
  [
    'Session and timers',
    [
      'session-expires',
      'min-se',
      'rseq',
      'rack',
      'reason',
      'expires',
      'min-expires',
      'retry-after',
      'event',
      'subscription-state',
    ],
  ],
  [
    'Who',
    [
      'authorization',
      'proxy-authorization',
      'www-authenticate',
      'proxy-authenticate',
      'authentication-info',
      'p-asserted-identity',
      'p-preferred-identity',
      'privacy',
      'identity',
      'user-agent',
      'server',
      'organization',
    ],
  ],
  [
    'Abilities',
    [
      'allow',
      'supported',
      'require',
      'proxy-require',
      'unsupported',
      'allow-events',
      'accept',
      'accept-encoding',
      'accept-language',
    ],
  ],
  [
    'Body',
    [
      'content-type',
      'content-length',
      'content-disposition',
      'content-encoding',
      'content-language',
      'mime-version',
    ],
  ],
];

/** Takes `text` (latin1, as a document has it) apart. */
export function decodeMessage(text: string): DecodedMessage {
  const end = /\r?\n\r?\n/.exec(text);
  const head = end === null ? text : text.slice(0, end.index);
  const body = end === null ? '' : text.slice(end.index + end[0].length);
  const [startLine = '', ...lines] = head.split(/\r?\n/);
  const headers = unfold(lines);
  const grouped = groups.map(([name, members]) => ({
    name,
    headers: headers.filter((header) => members.includes(header.name.toLowerCase())),
  }));
  const known = new Set(groups.flatMap(([, members]) => members));
  const others = headers.filter(({ name }) => !known.has(name.toLowerCase()));
  return {
    startLine,
    groups: [...grouped, { name: 'Other', headers: others }].filter(
      (group) => group.headers.length > 0,
    ),
    body,
    contentType:
      headers.find(({ name }) => name.toLowerCase() === 'content-type')?.value.toLowerCase() ?? '',
  };
}

function unfold(lines: readonly string[]): readonly DecodedHeader[] {
  const headers: { name: string; value: string; written: string | undefined; lines: number }[] = [];
  for (const line of lines) {
    const last = headers.at(-1);
    if (/^[ \t]/.test(line) && last !== undefined) {
      last.value = `${last.value} ${line.trim()}`;
      last.lines += 1;
      continue;
    }
    const colon = line.indexOf(':');
    const written = (colon < 0 ? line : line.slice(0, colon)).trim();
    const name = short[written.toLowerCase()] ?? written;
    const value = colon < 0 ? '' : line.slice(colon + 1).trim();
    headers.push({ name, value, written: name === written ? undefined : written, lines: 1 });
  }
  return headers;
}

/** One line of an SDP body. */
export interface SdpRow {
  readonly type: string;
  /** The name of an attribute: `rtpmap`. */
  readonly attribute: string | undefined;
  readonly value: string;
}

/** The session part of an SDP body, or one media line with what belongs to it. */
export interface SdpBlock {
  readonly title: string;
  readonly rows: readonly SdpRow[];
}

/** The blocks of an SDP body; undefined when it is none. */
export function decodeSdp(body: string): readonly SdpBlock[] | undefined {
  if (!body.startsWith('v=')) return undefined;
  const blocks: { title: string; rows: SdpRow[] }[] = [{ title: 'Session', rows: [] }];
  for (const line of body.split(/\r?\n/)) {
    if (line === '') continue;
    const type = line.slice(0, 1);
    const value = line.slice(2);
    if (type === 'm')
      blocks.push({ title: `Line ${blocks.length}: ${value.split(' ')[0] ?? ''}`, rows: [] });
    const colon = value.indexOf(':');
    const isNamed = type === 'a' && colon > 0;
    blocks.at(-1)?.rows.push({
      type,
      attribute: isNamed ? value.slice(0, colon) : type === 'a' ? value : undefined,
      value: isNamed ? value.slice(colon + 1) : type === 'a' ? '' : value,
    });
  }
  return blocks;
}

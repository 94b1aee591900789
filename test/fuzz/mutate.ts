// Changes that turn a good message into an odd one: bits, bytes, numbers, lines. As values, so that they shrink and print.
import * as fc from 'fast-check';

/** One change to a text of bytes; places are taken modulo what is there. */
export type Change =
  | { readonly do: 'flip'; readonly at: number; readonly bit: number }
  | { readonly do: 'cut'; readonly at: number }
  | { readonly do: 'drop'; readonly at: number; readonly length: number }
  | {
      readonly do: 'repeat';
      readonly at: number;
      readonly length: number;
      readonly times: number;
    }
  | { readonly do: 'insert'; readonly at: number; readonly text: string }
  | { readonly do: 'number'; readonly at: number; readonly text: string }
  | { readonly do: 'word'; readonly at: number; readonly text: string }
  | { readonly do: 'swap'; readonly line: number; readonly other: number }
  | { readonly do: 'double'; readonly line: number; readonly times: number }
  | { readonly do: 'remove'; readonly line: number }
  | { readonly do: 'add'; readonly line: number; readonly text: string }
  | { readonly do: 'fold'; readonly at: number };

/** Bytes and words that parsers stumble over. */
// prettier-ignore
export const oddWords: readonly string[] = [
  '\0', '\r', '\n', '\r\n', '\r\n\r\n', '\r\n ', '\t', ' ', '  ', '"', '""', '\\', '\\"', '<', '>', '<>', ';', ';;', ',', ',,',
  ':', '::', '@', '[', ']', '[::1]', '?', '&', '=', '*', '%', '%00', '%0d%0a', '%zz', '(', ')', '/', '.', '..', '-', '+', '#', '\x7f',
  '\x80', '\xff', '\xc3\xa9', '\xef\xbb\xbf', '\u00e2\u0080\u00ae', '\x1b[2J', 'sip:', 'sips:a@b', 'tel:+1', 'http://x', 'urn:x',
  'sip:%00@x', 'sip:a@256.1.1.1', 'sip:a@[::1]:5060', '<sip:a@b>', '"', ';tag=x', ';tag=', ';lr', ';maddr=10.0.0.9', ';ttl=0',
  ';transport=tcp', ';transport=x', ';branch=z9hG4bK', ';branch=', ';received=::1', ';received=10.0.0.2', ';rport', ';rport=1',
  ';q=0.5', ';q=7', ';expires=0', ';expires=-1', '__proto__', 'constructor', 'toString', 'SIP/2.0', 'SIP/3.0', 'sip/2.0', 'INVITE',
  'ACK', 'CANCEL', 'BYE', 'OPTIONS', 'REGISTER', 'x'.repeat(300), 'z9hG4bK', 'application/sdp', 'multipart/mixed;boundary=a',
  'message/sipfrag', 'Digest', 'auth-int', 'MD5-sess', '0.0.0.0', '127.0.0.1', '255.255.255.255', 'localhost', 'a'.repeat(64),
];

// prettier-ignore
const oddNumbers: readonly string[] = [
  '0', '1', '-1', '00', '007', '255', '256', '65535', '65536', '70000', '2147483647', '2147483648', '4294967295', '4294967296',
  '9007199254740993', '18446744073709551616', '9'.repeat(40), '0x10', '1e9', '1.5', '+5', '5, 7', '',
];

// prettier-ignore
const oddLines: readonly string[] = [
  'Content-Length: 0', 'Content-Length: 5', 'Content-Length: 99999', 'l: 3', 'Content-Length : 0', 'Via: SIP/2.0/UDP 10.0.0.9',
  'Via: SIP/2.0/TCP x;branch=z9hG4bKx', 'v: SIP/2.0/UDP [::1];received=1', 'Route: <sip:10.0.0.9;lr>', 'Route: <sip:10.0.0.9>',
  'Route: <sip:10.0.0.2;lr>', 'Record-Route: <sip:10.0.0.9;lr>', 'Record-Route: <sip:x>', 'Contact: *', 'Contact: <sip:a@10.0.0.9>',
  'm: sip:b@10.0.0.9;expires=5', 'Contact: <tel:+1>', 'Contact:', 'Require: 100rel', 'Require: x, y', 'Proxy-Require: z',
  'Supported: 100rel, timer, path', 'Expires: 0', 'Expires: 7', 'Expires: x', 'Max-Forwards: 0', 'Max-Forwards: 256', 'CSeq: 1 X',
  'CSeq: 4294967296 INVITE', 'From: <sip:x@y>', 'To: <sip:x@y>;tag=t', 't: x', 'Call-ID: z', 'Content-Type: application/sdp',
  'Content-Type: text/plain', 'Content-Type: multipart/mixed;boundary=b', 'Content-Encoding: gzip', 'Content-Disposition: x',
  'Accept: text/plain', 'Replaces: a;to-tag=b;from-tag=c', 'Path: <sip:10.0.0.9;lr>', 'Path: x', 'Max-Breadth: 0', 'Date: x',
  'Authorization: Digest username="alice"', 'Authorization: Digest', 'Proxy-Authorization: Digest realm="example.com"', 'Timestamp: 1',
  'WWW-Authenticate: Digest realm="example.com", nonce="n"', 'Proxy-Authenticate: Digest realm="x", nonce="", qop="auth,,auth-int"',
  'WWW-Authenticate: Basic', 'Min-Expires: 4294967295', 'Retry-After: 0', 'RSeq: 1', 'RAck: 1 1 INVITE', 'Session-Expires: 1',
  'Min-SE: 90', 'Refer-To: <sip:a@b?Replaces=x>', 'Event: x', 'Subscription-State: active', 'Reason: SIP;cause=200', 'Warning: x',
  ': x', 'X', 'X:', ' folded', '\tfolded', '__proto__: x', 'Subject: \xff\x00', `Subject: ${'x'.repeat(9000)}`, 'x-a: b, c;d="',
];

const place = fc.nat(5000);
const few = fc.nat(40);

/** Any one change. */
export const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ do: fc.constant('flip' as const), at: place, bit: fc.nat(7) }),
  fc.record({ do: fc.constant('cut' as const), at: place }),
  fc.record({ do: fc.constant('drop' as const), at: place, length: few }),
  fc.record({
    do: fc.constant('repeat' as const),
    at: place,
    length: few,
    times: fc.oneof(fc.nat(3), fc.nat(400)),
  }),
  fc.record({ do: fc.constant('insert' as const), at: place, text: fc.constantFrom(...oddWords) }),
  fc.record({
    do: fc.constant('insert' as const),
    at: place,
    text: fc.nat(255).map((code) => String.fromCharCode(code)),
  }),
  fc.record({ do: fc.constant('number' as const), at: few, text: fc.constantFrom(...oddNumbers) }),
  fc.record({ do: fc.constant('word' as const), at: place, text: fc.constantFrom(...oddWords) }),
  fc.record({ do: fc.constant('swap' as const), line: few, other: few }),
  fc.record({
    do: fc.constant('double' as const),
    line: few,
    times: fc.oneof(fc.nat(2), fc.nat(300)),
  }),
  fc.record({ do: fc.constant('remove' as const), line: few }),
  fc.record({ do: fc.constant('add' as const), line: few, text: fc.constantFrom(...oddLines) }),
  fc.record({ do: fc.constant('fold' as const), at: place }),
);

/** One of `texts` with up to `most` changes. */
export function changed(texts: readonly string[], most = 5): fc.Arbitrary<string> {
  return fc
    .record({ of: fc.nat(texts.length - 1), changes: fc.array(change, { maxLength: most }) })
    .map(({ of, changes }) => mutate(texts[of] ?? '', changes));
}

/** The text after all changes, in order. Texts stand for bytes, one character each. */
export function mutate(text: string, changes: readonly Change[]): string {
  return changes.reduce(mutateOnce, text).slice(0, 70_000);
}

function mutateOnce(text: string, one: Change): string {
  switch (one.do) {
    case 'flip': {
      const at = one.at % Math.max(1, text.length);
      const code = (text.charCodeAt(at) || 0) ^ (1 << one.bit);
      return text.slice(0, at) + String.fromCharCode(code & 255) + text.slice(at + 1);
    }
    case 'cut':
      return text.slice(0, one.at % (text.length + 1));
    case 'drop': {
      const at = one.at % (text.length + 1);
      return text.slice(0, at) + text.slice(at + one.length);
    }
    case 'repeat': {
      const at = one.at % (text.length + 1);
      return text.slice(0, at) + text.slice(at, at + one.length).repeat(one.times) + text.slice(at);
    }
    case 'insert': {
      const at = one.at % (text.length + 1);
      return text.slice(0, at) + one.text + text.slice(at);
    }
    case 'number':
      return replaceNth(text, /\d+/g, one.at, one.text);
    case 'word':
      return replaceNth(text, /[\w.+%!~*'`-]+/g, one.at, one.text);
    case 'fold': {
      const spaces = text.split(' ');
      const at = one.at % spaces.length;
      return at === 0 ? text : `${spaces.slice(0, at).join(' ')}\r\n ${spaces.slice(at).join(' ')}`;
    }
    case 'swap':
    case 'double':
    case 'remove':
    case 'add':
      return mutateLines(text, one);
  }
}

function mutateLines(
  text: string,
  one: Extract<Change, { do: 'swap' | 'double' | 'remove' | 'add' }>,
): string {
  const lines = text.split('\r\n');
  const at = one.line % lines.length;
  const line = lines[at] ?? '';
  switch (one.do) {
    case 'swap': {
      const other = one.other % lines.length;
      lines[at] = lines[other] ?? '';
      lines[other] = line;
      break;
    }
    case 'double':
      lines.splice(at, 0, ...Array.from({ length: one.times }, () => line));
      break;
    case 'remove':
      lines.splice(at, 1);
      break;
    case 'add':
      lines.splice(Math.max(1, at), 0, one.text);
      break;
  }
  return lines.join('\r\n');
}

function replaceNth(text: string, pattern: RegExp, nth: number, put: string): string {
  const found = [...text.matchAll(pattern)];
  const match = found[nth % Math.max(1, found.length)];
  if (match === undefined) return text;
  return text.slice(0, match.index) + put + text.slice(match.index + match[0].length);
}

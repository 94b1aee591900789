// The typed headers: what each reads, refuses and writes.
import { describe, expect, test } from 'vitest';
import { parameters } from '../parameters.ts';
import { sipUri } from '../uri.ts';
import { accept } from './accept.ts';
import { allow } from './allow.ts';
import { authenticationInfo } from './authentication-info.ts';
import { authorization } from './authorization.ts';
import { contact } from './contact.ts';
import { contentDisposition } from './content-disposition.ts';
import { contentType } from './content-type.ts';
import { cseq } from './cseq.ts';
import { event } from './event.ts';
import type { HeaderField } from './field.ts';
import { from } from './from.ts';
import { inReplyTo } from './in-reply-to.ts';
import { minExpires } from './min-expires.ts';
import { minSe } from './min-se.ts';
import { rack } from './rack.ts';
import { reason } from './reason.ts';
import { recordRoute } from './record-route.ts';
import { referSub } from './refer-sub.ts';
import { replaces } from './replaces.ts';
import { targetDialog } from './target-dialog.ts';
import { retryAfter } from './retry-after.ts';
import { sessionExpires } from './session-expires.ts';
import { sessionId } from './session-id.ts';
import { subject } from './subject.ts';
import { subscriptionState } from './subscription-state.ts';
import { supported } from './supported.ts';
import { timestamp } from './timestamp.ts';
import { formatVia, via } from './via.ts';
import { warning } from './warning.ts';
import { wwwAuthenticate } from './www-authenticate.ts';

function read<T>(field: HeaderField<T>, ...rows: string[]): T {
  const result = field.parse(rows);
  if (!result.ok) throw new Error(result.error.text);
  return result.value;
}

// Fields of different types side by side, which only read and write.
function rewrite<T>(
  field: HeaderField<T>,
): (rows: readonly string[]) => readonly string[] | undefined {
  return (rows) => {
    const result = field.parse(rows);
    return result.ok ? field.format(result.value) : undefined;
  };
}

describe('each header', () => {
  test.each([
    ['Via', rewrite(via), 'SIP/2.0/UDP h:5060;rport=1;branch=z9hG4bKx;received=::1'],
    ['From', rewrite(from), '"A \\"b\\"" <sip:a@h;x>;tag=1;y="z"'],
    ['CSeq', rewrite(cseq), '1 INVITE'],
    ['Contact', rewrite(contact), '<sip:a@h>;q=0.500;expires=60;+sip.instance="<urn:x>"'],
    ['Contact', rewrite(contact), '*'],
    ['Record-Route', rewrite(recordRoute), '<sip:a@h;lr>'],
    ['Supported', rewrite(supported), '100rel, timer'],
    ['Accept', rewrite(accept), 'application/sdp;level=1, text/*'],
    ['Content-Type', rewrite(contentType), 'multipart/mixed;boundary="a b"'],
    ['Content-Disposition', rewrite(contentDisposition), 'session;handling=required'],
    ['Event', rewrite(event), 'presence;id=1'],
    ['Subscription-State', rewrite(subscriptionState), 'terminated;reason=noresource'],
    ['Reason', rewrite(reason), 'Q.850;cause=16;text="Terminated"'],
    ['Retry-After', rewrite(retryAfter), '120;duration=60'],
    ['Warning', rewrite(warning), '370 h:5060 "a \\"b\\""'],
    ['Timestamp', rewrite(timestamp), '54.21 0.5'],
    ['RAck', rewrite(rack), '776656 1 INVITE'],
    ['Session-Expires', rewrite(sessionExpires), '1800;refresher=uac'],
    [
      'Session-ID',
      rewrite(sessionId),
      'ab30317f1a784dc48ff824d0d3715d86;remote=00000000000000000000000000000000',
    ],
    ['Session-ID', rewrite(sessionId), 'ab30317f1a784dc48ff824d0d3715d86'],
    ['Min-SE', rewrite(minSe), '90'],
    ['Replaces', rewrite(replaces), 'a@b;to-tag=1;from-tag=2;early-only'],
    ['Refer-Sub', rewrite(referSub), 'false;x=1'],
    ['Target-Dialog', rewrite(targetDialog), 'a@b;local-tag=1;remote-tag=2'],
    ['In-Reply-To', rewrite(inReplyTo), 'a@b'],
    ['Subject', rewrite(subject), ''],
    [
      'WWW-Authenticate',
      rewrite(wwwAuthenticate),
      'Digest realm="r", nonce="n", stale=true, algorithm=SHA-256',
    ],
    [
      'Authorization',
      rewrite(authorization),
      'Digest username="u", uri="sip:h", qop=auth, nc=00000001',
    ],
    ['Authentication-Info', rewrite(authenticationInfo), 'nextnonce="n", qop=auth'],
  ] as const)('%s is written as it was read', (_, again, row) => {
    expect(again([row])).toEqual([row]);
  });

  test.each([
    [
      'Via',
      rewrite(via),
      ['', 'SIP/2.0/UDP', 'SIP/2.0/UDP h,', 'SIP/2.0/UDP h;a;a', 'SIP/2.0 /UDP', 'X/2.0/UDP h'],
    ],
    ['From', rewrite(from), ['', '<sip:a@h', 'a <b>', '"a']],
    ['CSeq', rewrite(cseq), ['', '1', 'INVITE', '1INVITE', '1 IN VITE', '1 INVITE x']],
    [
      'Contact',
      rewrite(contact),
      ['', '*, <sip:a@h>', '<sip:a@h>;q=2', '<sip:a@h>;q=x', '<sip:a@h>,'],
    ],
    ['Supported', rewrite(supported), ['a b', 'a,,b', '"a"', ',']],
    ['Accept', rewrite(accept), ['text', 'text/', '/x', 'a/b;']],
    ['Content-Type', rewrite(contentType), ['', 'text', 'text/plain;a=1;A=2', 'a/b, c/d']],
    ['Min-Expires', rewrite(minExpires), ['', '-1', '1.5', '1 s']],
    ['Retry-After', rewrite(retryAfter), ['', 'soon', '1 (a', '1 x']],
    [
      'Warning',
      rewrite(warning),
      ['', '37 h "x"', '3700 h "x"', '370 h x', '370 "x"', '370 h "x', '1812 overture "x"'],
    ],
    ['Timestamp', rewrite(timestamp), ['', 'x', '1 2 3', '1.2.3']],
    [
      'RAck',
      rewrite(rack),
      ['', '1 2', '4294967296 1 INVITE', '1 2147483648 INVITE', 'x 1 INVITE'],
    ],
    ['Session-Expires', rewrite(sessionExpires), ['', 'x', ';refresher=uac']],
    [
      'Session-ID',
      rewrite(sessionId),
      ['', 'AB30317F1A784DC48FF824D0D3715D86', 'ab30', `${'0'.repeat(32)};remote=1`],
    ],
    [
      'Replaces',
      rewrite(replaces),
      ['', 'a', 'a;to-tag=1', ';to-tag=1;from-tag=2', 'a;to-tag=1;from-tag=2;to-tag=3'],
    ],
    [
      'Authorization',
      rewrite(authorization),
      ['', 'Digest a', 'Digest a=1,', 'Digest a=1 b=2', 'Digest a=1, A=2', 'Digest a="1', '="'],
    ],
    ['Reason', rewrite(reason), ['', ';cause=1', 'SIP;;']],
  ] as const)('a malformed %s is refused', (_, again, rows) => {
    expect(rows.filter((row) => again([row]) !== undefined)).toEqual([]);
  });

  test('a header that stands once is malformed when it stands twice', () => {
    expect(rewrite(event)(['a', 'a'])).toBeUndefined();
    expect(rewrite(contact)(['*', '*'])).toBeUndefined();
  });

  test('lists that may be empty are (RFC 3261 §20.1, §20.5, §20.37)', () => {
    expect(read(accept, '')).toEqual([]);
    expect(read(allow, '', 'INVITE, ACK')).toEqual(['INVITE', 'ACK']);
    expect(read(supported, '')).toEqual([]);
  });
});

describe('details', () => {
  test('RFC 3261 §25.1: blanks are allowed where the grammar has LWS', () => {
    expect(read(via, 'SIP / 2.0 / tcp  h : 5070 ; branch = x , SIP/2.0/UDP [::1]')).toMatchObject([
      { protocol: 'TCP', host: 'h', port: 5070, branch: 'x' },
      { protocol: 'UDP', host: '::1' },
    ]);
    expect(read(from, 'A  B<sip:a@h> ; tag = 1')).toMatchObject({ displayName: 'A  B', tag: '1' });
    expect(read(authorization, 'Digest  a = "1" ,b=2')[0]?.parameters).toEqual(
      parameters({ a: '1', b: '2' }),
    );
  });

  test('RFC 3261 §20.43: a Warning code has three digits', () => {
    expect(read(warning, '399 h "x", 370 i "y"')).toMatchObject([
      { code: 399 },
      { code: 370, agent: 'i', text: 'y' },
    ]);
  });

  test('RFC 3261 §20.33: a comment in Retry-After is read over', () => {
    expect(read(retryAfter, '18000 (in (a) \\) meeting);duration=3600')).toEqual({
      seconds: 18_000,
      parameters: parameters({ duration: '3600' }),
    });
  });

  test('a Via is written from its parts, which override its parameters', () => {
    const bare = {
      protocol: 'UDP',
      host: '2001:db8::1',
      parameters: parameters({ rport: undefined }),
    };
    expect(formatVia({ ...bare, port: 5061, branch: 'b', received: '::1', rport: 9 })).toBe(
      'SIP/2.0/UDP [2001:db8::1]:5061;rport=9;branch=b;received=::1',
    );
    expect(() => formatVia({ ...bare, host: 'h\r\n' })).toThrow(TypeError);
    expect(() => formatVia({ ...bare, protocol: 'U P' })).toThrow(TypeError);
    expect(() => formatVia({ ...bare, branch: 'a\r\nb' })).toThrow(TypeError);
  });

  test('a Contact is written from its parts', () => {
    const [row] = contact.format([
      { uri: sipUri('sip:a@h'), parameters: parameters({}), q: 0.5, expires: 60 },
    ]);
    expect(row).toBe('<sip:a@h>;q=0.5;expires=60');
  });

  test('unquoted display names may hold more than the grammar has, but no comma (RFC 4475 §3.1.2.15)', () => {
    expect(read(from, 'M\u00c3\u00bcller @ home (1) <sip:a@h>').displayName).toBe(
      'M\u00c3\u00bcller @ home (1)',
    );
    expect(rewrite(from)(['Bell, Alexander <sip:a@h>'])).toBeUndefined();
  });

  test('RFC 7616 §3.4: values of credentials stand without quotes, and are written with them where they belong', () => {
    const row =
      'Digest username="a \\"b\\"", realm="r", nonce="n", uri="sip:h", response="1", algorithm=MD5, qop=auth, nc=00000001, cnonce="c"';
    const [found] = read(authorization, row);
    expect(found?.parameters.get('username')).toBe('a "b"');
    expect(authorization.format(found === undefined ? [] : [found])).toEqual([row]);
  });
});

// Good rows of each typed header, and good URIs: where their fuzzing starts.

const address = [
  '<sip:alice@example.com>;tag=1928',
  '"Al \\"ice\\" \xc3\xa9" <sips:alice:pw@example.com:5061;transport=tcp?Subject=x>;tag=x;y',
  'sip:alice@[2001:db8::1]:5060;tag=88',
  'Alice B <tel:+1-201-555-0123;phone-context=x>',
];
const addresses = [...address, '<sip:a@h>, "b, c" <sip:b@h;lr>;x="a,b"', 'sip:a@h;p=1,<sip:b@h>'];
const tokens = ['timer', '100rel, path ,outbound', ''];
const words = ['timer', '100rel, path ,outbound'];
const numbers = ['0', '60', '4294967295'];
const text = ['', 'A line of text; with, marks "and" more', '\xc3\xa9 \\'];
const typed = [
  'application/sdp',
  'text/plain;charset="utf-8"',
  'multipart/mixed; boundary="a b";x',
];
const challenge = [
  'Digest realm="a\\"b", nonce="n", opaque="", qop="auth,auth-int", algorithm=SHA-256, stale=false, domain="sip:a sip:b"',
  'Basic realm="x"',
];
const credentials = [
  'Digest username="Al \\\\ ice", realm="r", nonce="n", uri="sip:b@h", response="00", qop=auth, nc=00000001, cnonce="c"',
  'Basic YWxpY2U6eA==',
];
const info = ['<http://x/a.wav>', '<cid:a@b>;purpose=icon, <http://y>;a="b"'];

// prettier-ignore
/** Rows for each header by its long name. */
export const samples: Readonly<Record<string, readonly string[]>> = {
  'Accept': ['application/sdp;level=1, text/*;q=0.5, */*', ''],
  'Accept-Encoding': ['gzip, identity;q=0.5', ''],
  'Accept-Language': ['en, de-CH;q=0.5, *', ''],
  'Alert-Info': info,
  'Allow': ['INVITE, ACK, BYE, FROB', ''],
  'Allow-Events': ['presence, refer.winfo'],
  'Authentication-Info': ['nextnonce="n", qop=auth, rspauth="0", cnonce="c", nc=00000001'],
  'Authorization': credentials,
  'Call-ID': ['a84b4c76e66710@pc33.example.com', 'x'],
  'Call-Info': info,
  'Contact': ['*', '<sip:a@h>;q=0.7;expires=3600, "b" <mailto:b@h>;q=0.1', 'sip:a@h;q=1', ...address],
  'Content-Disposition': ['session', 'render;handling=optional;x="y"'],
  'Content-Encoding': ['gzip, x'],
  'Content-Length': ['0', '349'],
  'Content-Type': typed,
  'CSeq': ['4711 INVITE', '0 FROB'],
  'Date': ['Sat, 13 Nov 2010 23:29:00 GMT'],
  'Diversion': addresses,
  'Error-Info': info,
  'Event': ['presence;id=x', 'refer.winfo'],
  'Expires': numbers,
  'Flow-Timer': ['126'],
  'From': address,
  'History-Info': ['<sip:a@h?Reason=SIP%3Bcause%3D302>;index=1, <sip:b@h>;index=1.1;mp=1'],
  'In-Reply-To': ['70710@saturn, 17320@saturn'],
  'Info-Package': ['dtmf;x=y'],
  'MIME-Version': ['1.0'],
  'Max-Forwards': ['0', '70', '255'],
  'Min-Expires': numbers,
  'Min-SE': ['90;x=y'],
  'Organization': text,
  'P-Asserted-Identity': ['"A" <sip:a@h>, tel:+1201'],
  'P-Preferred-Identity': ['"A" <sip:a@h>'],
  'Path': ['<sip:p1.example;lr>,<sip:p2.example;lr;ob>'],
  'Priority': ['emergency', 'x'],
  'Privacy': ['none', 'session;id'],
  'Proxy-Authenticate': challenge,
  'Proxy-Authorization': credentials,
  'Proxy-Require': words,
  'RAck': ['776656 1 INVITE'],
  'RSeq': ['988789'],
  'Reason': ['SIP ;cause=200 ;text="Call, completed"', 'Q.850;cause=16, SIP;cause=486'],
  'Record-Route': ['<sip:p2;lr>,<sip:p1;lr>;x="y"'],
  'Recv-Info': ['dtmf, x', ''],
  'Refer-To': ['<sip:a@h?Replaces=1%3Bto-tag%3D2>;x', 'sip:a@h'],
  'Referred-By': ['<sip:a@h>;cid="20398823.2UWQFN309shb3@h"'],
  'Replaces': ['98732@h;from-tag=r33th4x0r;to-tag=ff87ff;early-only'],
  'Reply-To': address,
  'Require': words,
  'Retry-After': ['120', '18000;duration=3600', '120 (I am (in) a meeting);x'],
  'Route': ['<sip:p1;lr>,"x" <sip:p2>;y'],
  'SIP-ETag': ['dx200xyz'],
  'SIP-If-Match': ['dx200xyz'],
  'Server': ['Thing/1.0 (of \\( any) kind'],
  'Refer-Sub': ['false', 'true ;x=1'],
  'Target-Dialog': ['fa77as7dad8-sd98ajzz@host.example.com;local-tag=kkaz-;remote-tag=6544'],
  'Service-Route': ['<sip:p1;lr>, <sip:p2;lr>'],
  'Session-Expires': ['1800;refresher=uac', '90'],
  'Session-ID': [
    'ab30317f1a784dc48ff824d0d3715d86;remote=47755a9de7794ba387653f2099600ef2',
    'ab30317f1a784dc48ff824d0d3715d86',
    `${'0'.repeat(32)};remote=${'0'.repeat(32)};x=y`,
  ],
  'Subject': text,
  'Subscription-State': ['active;expires=60', 'terminated;reason=timeout;retry-after=1'],
  'Supported': tokens,
  'Timestamp': ['54', '54.21 0.5', '1.'],
  'To': address,
  'Unsupported': words,
  'User-Agent': ['Thing/1.0 (of \\( any) kind'],
  'Via': [
    'SIP/2.0/UDP erlang.example.com:5060;received=192.0.2.207;branch=z9hG4bK87asdks7',
    'SIP / 2.0 / TCP [2001:db8::1] : 5061 ;rport;ttl=16;maddr=224.2.0.1, SIP/2.0/WS a.invalid;branch="x"',
  ],
  'WWW-Authenticate': challenge,
  'Warning': ['307 isi.example.com "Session \\"parameter\\" foo", 301 [::1]:5060 "x"'],
};

/** Good URIs of the three kinds. */
export const uris: readonly string[] = [
  'sip:alice@example.com',
  'sip:al%20ice;x=1:p%3aw@example.com:5060;transport=tcp;lr;x=%41?Subject=a%20b&To=x',
  'sips:1212@[2001:db8::1]:5061;maddr=[::1];ttl=1',
  'sip:192.0.2.1',
  'sip:a.b.example.com.;METHOD=INVITE',
  'tel:+1-201-555-0123;ext=5;phone-context=example.com',
  'tel:7042;phone-context=+1',
  'urn:service:sos',
  'http://example.com/a?b#c',
];

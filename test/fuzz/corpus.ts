// The messages that fuzzing starts from: the torture messages of RFC 4475 and RFC 5118, and good ones of every method.
import { readFileSync, readdirSync } from 'node:fs';
import { latin1 } from '../../packages/sip/src/base/bytes.ts';

/** Every torture message as latin1 text. */
export const torture: readonly string[] = ['rfc4475', 'rfc5118', 'rfc5118/fixed'].flatMap(
  (folder) =>
    readdirSync(new URL(`../vectors/${folder}/`, import.meta.url))
      .filter((file) => file.endsWith('.dat'))
      .map((file) =>
        latin1(
          new Uint8Array(readFileSync(new URL(`../vectors/${folder}/${file}`, import.meta.url))),
        ),
      ),
);

/** Descriptions as phones write them. */
// prettier-ignore
export const descriptions: readonly string[] = [
  [
    'v=0', 'o=alice 2890844526 2890844526 IN IP4 10.0.0.9', 's=-', 'c=IN IP4 10.0.0.9', 't=0 0', 'm=audio 49170 RTP/AVP 0 8 101',
    'a=rtpmap:0 PCMU/8000', 'a=rtpmap:8 PCMA/8000', 'a=rtpmap:101 telephone-event/8000', 'a=fmtp:101 0-15', 'a=ptime:20', 'a=sendrecv', '',
  ],
  [
    'v=0', 'o=- 1 1 IN IP6 2001:db8::9', 's= ', 'i=x', 'u=http://x', 'e=a@b', 'p=+1', 'b=AS:64', 't=1 2', 'r=7d 1h 0 25h',
    'z=2882844526 -1h', 'k=clear:x', 'a=recvonly', 'm=audio 4000/2 RTP/AVP 96 0', 'c=IN IP6 2001:db8::9', 'b=TIAS:64000',
    'a=rtpmap:96 opus/48000/2', 'a=fmtp:96 useinbandfec=1', 'a=rtcp:4001 IN IP6 2001:db8::9', 'a=sendonly',
    'm=video 0 RTP/AVP 31', 'm=image 5000 udptl t38', 'a=T38FaxVersion:0', '',
  ],
  [
    'v=0', 'o=- 3 4 IN IP4 10.0.0.9', 's=-', 'c=IN IP4 0.0.0.0', 't=0 0', 'm=audio 9 UDP/TLS/RTP/SAVPF 111', 'a=rtpmap:111 opus/48000/2',
    'a=mid:0', 'a=setup:actpass', 'a=ice-ufrag:x', 'a=ice-pwd:yyyyyyyyyyyyyyyyyyyyyyyy', 'a=rtcp-mux',
    'a=candidate:1 1 UDP 2130706431 10.0.0.9 9 typ host', 'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x', 'a=inactive', '',
  ],
].map((lines) => lines.join('\r\n'));

/** Who a good message is from and for. */
export interface Parties {
  /** Request-URI and To. */
  readonly uri: string;
  readonly from: string;
  /** Host and port of Via and Contact. */
  readonly peer: string;
  readonly branch: string;
}

const usual: Parties = {
  uri: 'sip:bob@10.0.0.2',
  from: 'sip:alice@example.com',
  peer: '10.0.0.9:5060',
  branch: 'z9hG4bKfuzz',
};

/** A good request of each method, and some with unusual headers. */
export function goodRequests(parties: Partial<Parties> = {}): readonly string[] {
  const all = { ...usual, ...parties };
  const request = (method: string, headers: readonly string[] = [], body = ''): string =>
    requestText(all, { method, headers, body });
  const sdp = ['Content-Type: application/sdp'];
  const [audio = '', rich = '', web = ''] = descriptions;
  return [
    request('INVITE', [...sdp, 'Supported: 100rel, timer', 'Allow: INVITE, ACK, BYE'], audio),
    request('INVITE', [...sdp, 'Session-Expires: 1800;refresher=uac', 'Min-SE: 90'], rich),
    request(
      'INVITE',
      [...sdp, 'Subject: \xc3\xa9', 'Priority: urgent', 'Accept: application/sdp'],
      web,
    ),
    request('INVITE'),
    request('INVITE', ['Record-Route: <sip:10.0.0.8;lr>, <sip:10.0.0.7>', 'Require: 100rel']),
    request('INVITE', ['Content-Type: multipart/mixed;boundary="b 1"'], multipart('b 1', audio)),
    request('ACK'),
    request('CANCEL', ['Reason: SIP;cause=200;text="elsewhere"']),
    request('BYE'),
    request('OPTIONS', [
      'Accept: application/sdp, text/plain;q=0.5',
      'Accept-Language: en, de;q=0.3',
    ]),
    request('REGISTER', ['Expires: 60', 'Path: <sip:10.0.0.8;lr>', 'Supported: path, outbound']),
    request('REGISTER', [
      'Authorization: Digest username="alice", realm="example.com", nonce="0f", uri="sip:example.com", response="00000000000000000000000000000000", qop=auth, nc=00000001, cnonce="x"',
    ]),
    request('REGISTER', [
      'Contact: <sip:b@10.0.0.9>;q=0.5;expires=120, "x" <sip:c@10.0.0.9>;+sip.instance="<urn:uuid:1>";reg-id=1',
      'Expires: 7200',
    ]),
    request(
      'MESSAGE',
      ['Content-Type: text/plain;charset=utf-8', 'Date: Sat, 13 Nov 2010 23:29:00 GMT'],
      'hello',
    ),
    request('SUBSCRIBE', ['Event: presence;id=7', 'Expires: 600']),
    request(
      'NOTIFY',
      ['Event: refer', 'Subscription-State: active;expires=60', 'Content-Type: message/sipfrag'],
      'SIP/2.0 200 OK',
    ),
    request('REFER', [
      'Refer-To: <sip:carol@example.com?Replaces=x%3Bto-tag%3D1%3Bfrom-tag%3D2>',
      'Referred-By: <sip:a@b>',
    ]),
    request('PRACK', ['RAck: 1 1 INVITE']),
    request('UPDATE', sdp, audio),
    request('INFO', ['Info-Package: dtmf', 'Content-Type: application/dtmf-relay'], 'Signal=5\r\n'),
    request('PUBLISH', ['Event: presence', 'SIP-If-Match: x']),
    request('FROB', ['X-Odd: ;;,,"', 'Warning: 307 host "text, \\" more"', 'Timestamp: 1.5 0.2']),
  ];
}

/** Good responses to a request of ours, one for each class and more. */
export function goodResponses(
  cseq = '1 INVITE',
  parties: Partial<Parties> = {},
): readonly string[] {
  const { uri, from, peer, branch } = { ...usual, ...parties };
  const response = (line: string, headers: readonly string[] = [], body = ''): string =>
    [
      `SIP/2.0 ${line}`,
      `Via: SIP/2.0/UDP ${peer};branch=${branch};rport=5060;received=10.0.0.2`,
      `From: <${from}>;tag=f`,
      `To: <${uri}>;tag=t`,
      'Call-ID: fuzz@10.0.0.9',
      `CSeq: ${cseq}`,
      ...headers,
      `Content-Length: ${body.length}`,
      '',
      body,
    ].join('\r\n');
  return [
    response('100 Trying', ['Timestamp: 1']),
    response('180 Ringing', ['Contact: <sip:bob@10.0.0.9>', 'Require: 100rel', 'RSeq: 1']),
    response('183 Session Progress', ['Content-Type: application/sdp'], descriptions[0]),
    response(
      '200 OK',
      ['Contact: <sip:bob@10.0.0.9>', 'Content-Type: application/sdp'],
      descriptions[0],
    ),
    response('200 OK', ['Contact: <sip:a@10.0.0.9>;expires=60, <sip:b@10.0.0.9>;q=0.1', 'Date: x']),
    response('302 Moved Temporarily', ['Contact: <sip:carol@10.0.0.9>;q=0.5, <tel:+1>']),
    response('401 Unauthorized', [
      'WWW-Authenticate: Digest realm="example.com", nonce="n", qop="auth,auth-int", algorithm=SHA-256',
    ]),
    response('407 Proxy Authentication Required', [
      'Proxy-Authenticate: Digest realm="p", nonce="m", opaque="o", stale=true',
    ]),
    response('423 Interval Too Brief', ['Min-Expires: 3600']),
    response('491 Request Pending'),
    response('503 Service Unavailable', ['Retry-After: 5 (busy);duration=10']),
    response('603 Decline', ['Reason: Q.850;cause=21', 'Warning: 399 x "y"']),
    response('699 '),
  ];
}

/** A multipart body with a text and a description. */
export function multipart(boundary: string, sdp: string): string {
  return [
    'preamble',
    `--${boundary}`,
    'Content-Type: text/plain',
    '',
    'text',
    `--${boundary}`,
    'Content-Type: application/sdp',
    'Content-Disposition: session',
    '',
    sdp,
    `--${boundary}`,
    'Content-Type: multipart/alternative; boundary=in',
    '',
    '--in',
    '',
    'plain',
    '--in--',
    `--${boundary}--`,
    'epilogue',
  ].join('\r\n');
}

/** The same message as a repeat of another transaction. */
export function withBranch(text: string, branch: string): string {
  return text.replace(/;branch=[^;,\r\n]*/, () => `;branch=${branch}`);
}

function requestText(
  { uri, from, peer, branch }: Parties,
  {
    method,
    headers,
    body,
  }: { readonly method: string; readonly headers: readonly string[]; readonly body: string },
): string {
  const to = method === 'ACK' || method === 'BYE' ? `<${uri}>;tag=t` : `<${uri}>`;
  return [
    `${method} ${uri} SIP/2.0`,
    `Via: SIP/2.0/UDP ${peer};rport;branch=${branch}`,
    'Max-Forwards: 70',
    `From: "Al \\"ice\\"" <${from}>;tag=f`,
    `To: ${to}`,
    'Call-ID: fuzz@10.0.0.9',
    `CSeq: 1 ${method}`,
    `Contact: <sip:peer@${peer}>`,
    ...headers,
    `Content-Length: ${body.length}`,
    '',
    body,
  ].join('\r\n');
}

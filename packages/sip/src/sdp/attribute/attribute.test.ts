// The attributes of browsers, as Chromium and Firefox write them, and as nobody should.
import { expect, test } from 'vitest';
import { parseSdp } from '../parse.ts';
import { formatSdp } from '../serialize.ts';
import { formatCandidate, parseCandidate } from './candidate.ts';
import { parseExtensionMap } from './extmap.ts';
import { parseFingerprint, parseSetup } from './fingerprint.ts';
import { groupsOf } from './group.ts';
import { iceCredentials, iceOptions } from './ice.ts';
import { parseMsid } from './msid.ts';
import { parseRtcpFeedback } from './rtcp-fb.ts';
import { sourcesOf } from './ssrc.ts';

const sha256 = Array.from({ length: 32 }, (_, index) => (index + 160).toString(16)).join(':');

const offer = [
  'v=0',
  'o=- 4611731400430051336 2 IN IP4 127.0.0.1',
  's=-',
  't=0 0',
  'a=group:BUNDLE 0 1',
  'a=extmap-allow-mixed',
  'a=msid-semantic: WMS stream',
  'm=audio 54609 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126',
  'c=IN IP4 192.0.2.7',
  'a=rtcp:9 IN IP4 0.0.0.0',
  'a=candidate:3859917557 1 udp 2122260223 192.0.2.7 54609 typ host generation 0 network-id 1',
  'a=candidate:842163049 1 udp 1677729535 203.0.113.7 49203 typ srflx raddr 192.0.2.7 rport 54609 generation 0',
  'a=ice-ufrag:ETEn',
  'a=ice-pwd:OtSK0WpNtpUjkY4+86js7Z/l',
  'a=ice-options:trickle ice2',
  `a=fingerprint:SHA-256 ${sha256}`,
  'a=setup:actpass',
  'a=mid:0',
  'a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level vad=on',
  'a=extmap:4/recvonly urn:ietf:params:rtp-hdrext:sdes:mid',
  'a=sendrecv',
  'a=msid:stream track',
  'a=rtcp-mux',
  'a=rtcp-rsize',
  'a=rtpmap:111 opus/48000/2',
  'a=rtcp-fb:111 transport-cc',
  'a=rtcp-fb:* ccm fir',
  'a=fmtp:111 minptime=10;useinbandfec=1',
  'a=ssrc:3570614608 cname:4TOk42mSjXCkVIa6',
  'a=ssrc:3570614608 msid:stream track',
  'm=video 9 UDP/TLS/RTP/SAVPF 96',
  'c=IN IP4 0.0.0.0',
  'a=mid:1',
  'a=rid:h send pt=96;max-br=2500000',
  'a=simulcast:send h;m;~l',
  'a=imageattr:96 send * recv [x=640,y=480]',
  'a=sctp-port:5000',
  'y=unheard of',
];

test('RFC 8866 §5: every line of a browser is kept, in its order, octet by octet', () => {
  const text = `${offer.join('\r\n')}\r\n`;
  const parsed = parseSdp(text);
  expect(parsed.ok && formatSdp(parsed.value)).toBe(text);
});

test('what a browser says can be read', () => {
  const parsed = parseSdp(offer.join('\r\n'));
  if (!parsed.ok) throw new Error(parsed.error.text);
  const session = parsed.value;
  const [audio] = session.media;
  if (audio === undefined) throw new Error('There is no audio');
  const values = (name: string): readonly string[] =>
    audio.attributes.flatMap((each) => (each.name === name ? [each.value ?? ''] : []));
  expect(groupsOf(session)).toEqual([{ semantics: 'BUNDLE', mids: ['0', '1'] }]);
  expect(values('candidate').map(parseCandidate)).toMatchObject([
    { component: 1, address: '192.0.2.7', port: 54_609, type: 'host', related: undefined },
    {
      type: 'srflx',
      related: { address: '192.0.2.7', port: 54_609 },
      extensions: [['generation', '0']],
    },
  ]);
  for (const value of values('candidate')) {
    const candidate = parseCandidate(value);
    expect(candidate && formatCandidate(candidate)).toBe(value);
  }
  expect(iceCredentials(audio, session)).toEqual({
    ufrag: 'ETEn',
    password: 'OtSK0WpNtpUjkY4+86js7Z/l',
  });
  expect(iceOptions(audio)).toEqual(['trickle', 'ice2']);
  expect(parseFingerprint(values('fingerprint')[0] ?? '')).toEqual({
    hash: 'sha-256',
    value: sha256.toUpperCase(),
  });
  expect(parseSetup(values('setup')[0] ?? '')).toBe('actpass');
  expect(values('extmap').map(parseExtensionMap)).toEqual([
    {
      id: 1,
      direction: undefined,
      uri: 'urn:ietf:params:rtp-hdrext:ssrc-audio-level',
      attributes: 'vad=on',
    },
    {
      id: 4,
      direction: 'recvonly',
      uri: 'urn:ietf:params:rtp-hdrext:sdes:mid',
      attributes: undefined,
    },
  ]);
  expect(parseMsid(values('msid')[0] ?? '')).toEqual({ stream: 'stream', track: 'track' });
  expect(values('rtcp-fb').map(parseRtcpFeedback)).toEqual([
    { payloadType: 111, type: 'transport-cc', parameter: undefined },
    { payloadType: undefined, type: 'ccm', parameter: 'fir' },
  ]);
  expect(sourcesOf(audio)).toEqual(
    new Map([
      [
        3_570_614_608,
        [
          ['cname', '4TOk42mSjXCkVIa6'],
          ['msid', 'stream track'],
        ],
      ],
    ]),
  );
});

test('what breaks its grammar is none, and costs no time (A10)', () => {
  const long = 'x '.repeat(30_000);
  for (const [parse, texts] of [
    [
      parseCandidate,
      [
        '',
        '1 1 udp 1 192.0.2.1 9',
        '1 1 udp 1 192.0.2.1 9 typ',
        '1 0 udp 1 192.0.2.1 9 typ host',
        '1 1 udp 0 192.0.2.1 9 typ host',
        '1 1 udp 1 192.0.2.1 65536 typ host',
        '1 1 udp 1 192.0.2.1 9 type host',
        '1 1 udp 1 192.0.2.1 9 typ host generation',
        '! 1 udp 1 192.0.2.1 9 typ host',
        long,
      ],
    ],
    [
      parseFingerprint,
      [
        '',
        'sha-256',
        'sha-256 AB',
        'sha-256 AB:CD',
        `sha-1 ${sha256}`,
        `sha-256 ${sha256} x`,
        long,
      ],
    ],
    [parseSetup, ['', 'both', long]],
    [parseMsid, ['', 'a b c', 'a\u00e4', long]],
    [parseRtcpFeedback, ['', '*', '128 nack', 'x nack', '111', long]],
    [parseExtensionMap, ['', '1', '0 urn:x', '1/up urn:x', '10000 urn:x', 'x urn:x', long]],
  ] as const) {
    for (const text of texts) expect(parse(text), text.slice(0, 40)).toBeUndefined();
  }
});

test('a malformed line among good ones is passed over', () => {
  const parsed = parseSdp(
    [
      ...['v=0', 'o=- 1 1 IN IP4 192.0.2.1', 's=-', 't=0 0', 'a=group:', 'a=group:BUNDLE a'],
      ...['a=ice-pwd:tooShort', 'm=audio 9 RTP/AVP 0', 'a=ice-ufrag:good', 'a=ssrc:x cname:y'],
      ...['a=ssrc:99999999999 cname:y', 'a=ssrc:7 cname:y', 'a=ssrc'],
    ].join('\n'),
  );
  const [audio] = parsed.ok ? parsed.value.media : [];
  if (!parsed.ok || audio === undefined) throw new Error('It cannot be read');
  expect(groupsOf(parsed.value)).toEqual([{ semantics: 'BUNDLE', mids: ['a'] }]);
  expect(iceCredentials(audio, parsed.value)).toBeUndefined();
  expect([...sourcesOf(audio).keys()]).toEqual([7]);
});

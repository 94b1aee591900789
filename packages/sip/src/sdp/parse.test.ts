// Reading SDP: what is kept, what is understood, and sixty broken descriptions that must hurt nobody.
import { describe, expect, test } from 'vitest';
import type { SessionDescription } from './description.ts';
import { parseSdp } from './parse.ts';
import { formatSdp } from './serialize.ts';

const head = ['v=0', 'o=- 1 1 IN IP4 192.0.2.1', 's=-', 'c=IN IP4 192.0.2.1', 't=0 0'];
const usual = [
  ...head,
  'm=audio 4000 RTP/AVP 0 8 101',
  'a=rtpmap:101 telephone-event/8000',
  'a=fmtp:101 0-15',
];

function text(lines: readonly string[]): string {
  return lines.map((line) => `${line}\r\n`).join('');
}

function read(lines: readonly string[]): SessionDescription {
  const parsed = parseSdp(text(lines));
  if (!parsed.ok) throw new Error(parsed.error.text);
  return parsed.value;
}

describe('A description', () => {
  test('RFC 8866 §5: every line comes back in its order, the unknown ones too', () => {
    const lines = [
      'v=0',
      'o=jdoe 3724394400 3724394405 IN IP4 198.51.100.1',
      's=Call to John Smith',
      'i=SDP Offer #1',
      'u=http://www.jdoe.example.com/home.html',
      'e=Jane Doe <jane@jdoe.example.com>',
      'p=+1 617 555-6011',
      'c=IN IP4 198.51.100.1',
      'b=CT:128',
      'b=X-YZ:nonsense',
      't=2873397496 2873404696',
      'r=7d 1h 0 25h',
      'z=2882844526 -1h 2898848070 0',
      't=0 0',
      'k=clear:secret',
      'a=recvonly',
      'y=0100000001',
      'm=audio 49170/2 RTP/AVP 0',
      'i=the first',
      'c=IN IP4 233.252.0.1/127/3',
      'c=IN IP4 233.252.0.4/127',
      'b=AS:64',
      'a=unheard-of:\u00e9 : = ',
      'f=v/////a/1/8/1',
      'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
      'a=sctp-port:5000',
      '',
    ];
    const description = read(lines);
    expect(formatSdp(description)).toBe(text(lines));
    expect(description.origin).toEqual({
      username: 'jdoe',
      sessionId: '3724394400',
      sessionVersion: '3724394405',
      netType: 'IN',
      addressType: 'IP4',
      address: '198.51.100.1',
    });
    expect(description.sessionName).toBe('Call to John Smith');
    expect(description.times).toEqual([
      { start: '2873397496', stop: '2873404696' },
      { start: '0', stop: '0' },
    ]);
    expect(description.bandwidth).toEqual([{ type: 'CT', value: 128 }]);
    const [audio, channel] = description.media;
    expect(audio).toMatchObject({
      media: 'audio',
      port: 49_170,
      portCount: 2,
      protocol: 'RTP/AVP',
      formats: ['0'],
    });
    expect(audio?.connection).toMatchObject({ address: '233.252.0.1', ttl: 127, count: 3 });
    expect(audio?.direction).toBe('recvonly');
    expect(audio?.attribute('unheard-of')).toBe('\u00e9 : = ');
    expect(channel?.connection?.address).toBe('198.51.100.1');
    expect(channel?.rtpFormats()).toEqual([]);
  });

  test('RFC 8866 §5: bare LF is accepted, and CRLF written', () => {
    const parsed = parseSdp(usual.join('\n'));
    expect(parsed.ok && formatSdp(parsed.value)).toBe(text(usual));
  });

  test('RFC 8866 §6.7: direction is that of the media, else of the session, else sendrecv', () => {
    const two = read([
      ...head,
      'a=inactive',
      'm=audio 4000 RTP/AVP 0',
      'a=sendonly',
      'm=audio 4002 RTP/AVP 0',
    ]);
    expect(two.media.map(({ direction }) => direction)).toEqual(['sendonly', 'inactive']);
    expect(read(usual).media[0]?.direction).toBe('sendrecv');
    expect(read([...usual, 'a=sendonly:yes']).media[0]?.direction).toBe('sendrecv');
  });

  test('RFC 8866 §6.6: payload types have codecs by rtpmap, and the static ones without', () => {
    const media = read([
      ...head,
      'm=audio 4000 RTP/AVP 0 8 9 13 96 97 98',
      'a=rtpmap:96 opus/48000/2',
      'a=fmtp:96 useinbandfec=1; stereo=0',
      'a=rtpmap:98 Telephone-Event/8000',
      'a=rtpmap:98 iLBC/8000',
    ]).media[0];
    expect(
      media
        ?.rtpFormats()
        .map(({ payloadType, name, clockRate }) => `${payloadType} ${name}/${clockRate}`),
    ).toEqual([
      '0 PCMU/8000',
      '8 PCMA/8000',
      '9 G722/8000',
      '13 CN/8000',
      '96 opus/48000',
      '98 Telephone-Event/8000',
    ]);
    expect(media?.rtpmaps().get(96)).toMatchObject({
      channels: 2,
      fmtp: 'useinbandfec=1; stereo=0',
    });
  });

  test('RFC 8866 §6.4: ptime and maxptime are read when they make sense', () => {
    const ptime = (value: string): number | undefined =>
      read([...usual, `a=ptime:${value}`]).media[0]?.ptime;
    expect(['20', '2.5', '1000'].map(ptime)).toEqual([20, 2.5, 1000]);
    expect(['0', '-20', '1001', '4294967296', '1e3', 'NaN', '', '20 '].map(ptime)).toEqual(
      Array(8).fill(undefined),
    );
    expect(read([...usual, 'a=maxptime:40']).media[0]?.maxPtime).toBe(40);
  });

  test('what peers leave out although they must does not matter', () => {
    const description = read([
      'v=0',
      'o=John Q Public 1 1 IN IP4 192.0.2.1',
      'm=audio 4000 RTP/AVP 0',
    ]);
    expect(description.sessionName).toBe('');
    expect(description.times).toEqual([]);
    expect(description.origin.username).toBe('John Q Public');
  });
});

const many = (count: number, line: string): readonly string[] =>
  Array.from({ length: count }, () => line);

/** Broken descriptions that are no descriptions, by the kind of problem. */
const refused: readonly (readonly [string, string, string])[] = [
  ['nothing', '', 'version'],
  ['one line end', '\r\n', 'version'],
  ['a lone LF', '\n', 'version'],
  ['not SDP', 'hello', 'line'],
  ['XML', '<sdp/>\r\n', 'line'],
  ['a byte order mark', `\u00ef\u00bb\u00bf${text(usual)}`, 'line'],
  ['NUL only', '\0', 'bytes'],
  ['NUL in fmtp', text([...usual, 'a=fmtp:101 0-\x0015']), 'bytes'],
  ['NUL in o=', text(['v=0', 'o=- 1 1 IN IP4 192.0.2.1\0']), 'bytes'],
  ['CR in a line', text([...usual, 'a=x:\ra=y']), 'bytes'],
  ['CR as the only line end', usual.join('\r'), 'bytes'],
  ['version 1', text(['v=1', ...usual.slice(1)]), 'version'],
  ['no version', text(usual.slice(1)), 'version'],
  ['a version that is a word', text(['v=zero', ...usual.slice(1)]), 'version'],
  ['no equals sign', text([...usual, 'a']), 'line'],
  ['a space before the equals sign', text([...usual, 'a =sendonly']), 'line'],
  ['a folded line', text([...usual, 'a=x', ' folded']), 'line'],
  ['no origin', text(['v=0', 's=-', 't=0 0']), 'origin'],
  ['an empty origin', text(['v=0', 'o=']), 'origin'],
  ['an origin of five parts', text(['v=0', 'o=1 1 IN IP4 192.0.2.1']), 'origin'],
  ['a session id that is a word', text(['v=0', 'o=- x 1 IN IP4 192.0.2.1']), 'origin'],
  ['a negative session version', text(['v=0', 'o=- 1 -1 IN IP4 192.0.2.1']), 'origin'],
  [
    'a session id of 60 000 digits',
    text(['v=0', `o=- ${'9'.repeat(60_000)} 1 IN IP4 192.0.2.1`]),
    'origin',
  ],
  ['an empty time', text([...head.slice(0, 4), 't=']), 'time'],
  ['half a time', text([...head.slice(0, 4), 't=0']), 'time'],
  ['a negative time', text([...head.slice(0, 4), 't=-1 0']), 'time'],
  ['an empty connection', text([...head, 'm=audio 4000 RTP/AVP 0', 'c=']), 'connection'],
  [
    'a connection of two parts',
    text([...head, 'm=audio 4000 RTP/AVP 0', 'c=IN IP4']),
    'connection',
  ],
  [
    'a connection of four parts',
    text([...head, 'm=audio 4000 RTP/AVP 0', 'c=IN IP4 192.0.2.1 x']),
    'connection',
  ],
  [
    'a TTL that is a word',
    text([...head, 'm=audio 4000 RTP/AVP 0', 'c=IN IP4 233.252.0.1/x']),
    'connection',
  ],
  [
    'three slashes in an address',
    text([...head, 'm=audio 4000 RTP/AVP 0', 'c=IN IP4 a/1/2/3']),
    'connection',
  ],
  ['an empty m=', text([...head, 'm=']), 'media'],
  ['an m= without formats', text([...head, 'm=audio 4000 RTP/AVP']), 'media'],
  ['an m= without protocol', text([...head, 'm=audio 4000']), 'media'],
  ['port 65536', text([...head, 'm=audio 65536 RTP/AVP 0']), 'media'],
  ['port 4294967296', text([...head, 'm=audio 4294967296 RTP/AVP 0']), 'media'],
  ['port -1', text([...head, 'm=audio -1 RTP/AVP 0']), 'media'],
  ['port 0x1000', text([...head, 'm=audio 0x1000 RTP/AVP 0']), 'media'],
  ['a port of 60 000 digits', text([...head, `m=audio ${'1'.repeat(60_000)} RTP/AVP 0`]), 'media'],
  ['no ports in a range', text([...head, 'm=audio 4000/0 RTP/AVP 0']), 'media'],
  ['a range past the last port', text([...head, 'm=audio 65530/20 RTP/AVP 0']), 'media'],
  ['a range of 99 999 ports', text([...head, 'm=audio 4000/99999 RTP/AVP 0']), 'media'],
  ['a range without a number', text([...head, 'm=audio 4000/ RTP/AVP 0']), 'media'],
  ['10 000 attributes', text([...usual, ...many(10_000, 'a=crypto:1')]), 'too large'],
  ['10 000 attributes within the length', text([...usual, ...many(10_000, 'a=')]), 'too large'],
  ['60 000 empty lines', text(usual) + '\n'.repeat(60_000), 'too large'],
  ['one line of 100 000 characters', text([...usual, `a=${'x'.repeat(100_000)}`]), 'too large'],
  ['1000 media lines', text([...head, ...many(1000, 'm=audio 4000 RTP/AVP 0')]), 'too large'],
  ['2000 formats', text([...head, `m=audio 4000 RTP/AVP${' 0'.repeat(2000)}`]), 'too large'],
];

/** Broken lines that are passed over; the call goes on with PCMU and PCMA. */
const passedOver: readonly (readonly [string, readonly string[]])[] = [
  ['payload type 4294967296 in rtpmap', ['a=rtpmap:4294967296 PCMU/8000']],
  ['payload type -1 in rtpmap', ['a=rtpmap:-1 PCMU/8000']],
  ['payload type 128 in fmtp', ['a=fmtp:128 x=y']],
  ['an empty rtpmap', ['a=rtpmap', 'a=rtpmap:', 'a=rtpmap: ']],
  ['an rtpmap without a rate', ['a=rtpmap:96 opus', 'a=rtpmap:96 opus/']],
  ['an rtpmap of rate 0', ['a=rtpmap:96 opus/0/2']],
  ['an rtpmap of an absurd rate', ['a=rtpmap:96 opus/99999999999/2']],
  [
    'an rtpmap of 0 and 4294967296 channels',
    ['a=rtpmap:96 opus/48000/0', 'a=rtpmap:96 opus/48000/4294967296'],
  ],
  ['an rtpmap of 60 000 slashes', [`a=rtpmap:96 ${'/'.repeat(60_000)}`]],
  ['an rtpmap with a name of 60 000 letters', [`a=rtpmap:96 ${'x'.repeat(60_000)}/8000`]],
  ['RED without rtpmap', ['a=fmtp:97 0/0']],
  ['an fmtp of no payload type', ['a=fmtp', 'a=fmtp:', 'a=fmtp:x y', 'a=fmtp:96']],
  ['an absurd ptime', ['a=ptime:4294967295', 'a=maxptime:-1', 'a=ptime']],
  ['65 crypto lines', many(65, 'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AAAA')],
  ['an absurd rtcp', ['a=rtcp:99999', 'a=rtcp', 'a=rtcp:1 IN IP4']],
  ['an attribute without a name', ['a=', 'a=:x', 'a=:']],
  ['a bandwidth that is none', ['b=', 'b=AS', 'b=AS:-1', 'b=:1', 'b=AS:99999999999']],
  ['2000 times the same rtpmap', many(2000, 'a=rtpmap:96 opus/48000/2')],
];

describe('A broken description', () => {
  test.each(refused)('is a value with a reason: %s (A10)', (_, broken, kind) => {
    const parsed = parseSdp(broken);
    expect(parsed.ok ? 'taken' : parsed.error.kind).toBe(kind);
  });

  test.each(passedOver)('costs no more than its line: %s (A10)', (_, lines) => {
    const media = read([...head, 'm=audio 4000 RTP/AVP 0 8 96 97 4294967296 128 -1 00 x', ...lines])
      .media[0];
    expect(media?.ptime).toBeUndefined();
    const names = media?.rtpFormats().map(({ name }) => name) ?? [];
    expect(names.filter((name) => name !== 'opus')).toEqual(['PCMU', 'PCMA']);
  });

  test('names the line', () => {
    const parsed = parseSdp(text([...usual, 'm=audio 70000 RTP/AVP 0']));
    expect(parsed).toMatchObject({ ok: false, error: { kind: 'media', line: 9 } });
  });

  test('may be larger when the limits say so', () => {
    const large = text([...usual, ...many(10_000, 'a=x')]);
    expect(parseSdp(large, { length: 100_000, lines: 20_000 }).ok).toBe(true);
  });
});

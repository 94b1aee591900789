// The cost of hostile bytes grows with their length and not faster, for the readers beyond the message (A07).
import { describe, expect, test } from 'vitest';
import { latin1Bytes } from '../../packages/sip/src/base/bytes.ts';
import { isLinear } from '../../packages/sip/src/testing/growth.test-kit.ts';
import type { Observation } from '../../packages/sip/src/base/tap.ts';
import { parseRtcp, parseRtp } from '../../packages/sip/src/rtp/index.ts';
import { parseSdp } from '../../packages/sip/src/sdp/index.ts';
import { canonicalHost } from '../../packages/sip/src/transport/address.ts';
import { StreamFramer } from '../../packages/sip/src/transport/framing.ts';
import { parseEventList } from '../../packages/sip/src/rtp/telephone-event.ts';
import { parseStun } from '../../packages/sip/src/stun/message.ts';
import { ladder, parseTapLine, redactMessage } from '../../packages/sip/src/trace/index.ts';

// prettier-ignore
const units = [
  ',', ' ', '\t', '"', '\\', '<', '>', ';', ';a', ';a=b', '%', '\r\n ', ' ,', '\\"', '""', '<>', '(', ':', '::', '[', '@', 'a@', '?',
  '=', '1', '0', 'a', '.', '-', '--', 'a: b\r\n', 'a\r\n', '\r\n', '\n', '\r', '\0', '/', '\xff', 'm=audio 1 RTP/AVP 0\r\n', 'a=x:y\r\n',
  'a=rtpmap:0 x/1\r\n', 'a=fmtp:0 a;b\r\n', '1-2,', '\x80\xc8\0\0', 'INVITE ',
] as const;

const description = 'v=0\r\no=- 1 1 IN IP4 10.0.0.9\r\ns=-\r\nc=IN IP4 10.0.0.9\r\nt=0 0\r\n';
const audio = `${description}m=audio 4000 RTP/AVP 0\r\n`;

const readers: Readonly<Record<string, (text: string) => unknown>> = {
  'a whole description': (text) => parseSdp(text),
  'a line of a description': (text) => parseSdp(`${description}i=${text}`),
  'a media line': (text) => parseSdp(`${description}m=audio 4000 RTP/AVP ${text}`),
  'an rtpmap': (text) => parseSdp(`${audio}a=rtpmap:${text}`),
  'an fmtp': (text) => parseSdp(`${audio}a=fmtp:0 ${text}`),
  'media attributes': (text) => parseSdp(`${audio}${text}`),
  'a stream': (text) => new StreamFramer().push(latin1Bytes(text)),
  'the header of a stream message': (text) =>
    new StreamFramer().push(latin1Bytes(`INVITE sip:a SIP/2.0\r\nX: ${text}`)),
  'an RTP packet': (text) => parseRtp(latin1Bytes(`\x80\0${text}`)),
  'an RTCP packet': (text) => parseRtcp(latin1Bytes(`\x80\xc8${text}`)),
  'a list of telephone events': (text) => parseEventList(text),
  'a STUN message': (text) => parseStun(latin1Bytes(`\0\x01\xff\xfc\x21\x12\xa4\x42${text}`)),
  'a line of a stored trace': (text) => parseTapLine(`{"v":1,"kind":"message","text":"${text}`),
  'a message whose secrets are masked': (text) =>
    redactMessage(`INVITE sip:a SIP/2.0\r\nAuthorization: Digest ${text}\r\n\r\na=crypto:${text}`),
  'a message that is drawn': (text) => ladder([drawn(text)]),
  'a host': (text) => canonicalHost(text),
};

function drawn(text: string): Observation {
  const local = { host: '10.0.0.1', port: 5060 };
  const remote = { host: '10.0.0.9', port: 5060 };
  const head = `INVITE sip:a@h SIP/2.0\r\nFrom: "${text}" <sip:b@h>;tag=${text}\r\nCall-ID: ${text}\r\nCSeq: 1 INVITE\r\n`;
  return { v: 1, kind: 'message', at: 0, endpoint: 'a', direction: 'in', protocol: 'UDP', flow: 'f', local, remote, text: `${head}\r\n` }; // prettier-ignore
}

test('the measure finds a reader whose cost grows with the square', () => {
  const square = (text: string): number => {
    let count = 0;
    for (let at = 0; at < text.length; at += 6)
      for (let before = 0; before < at; before += 6) count += text.charCodeAt(before);
    return count;
  };
  expect(isLinear(square, 'a')).toBe(false);
  expect(isLinear((text) => text.indexOf('!'), 'a')).toBe(true);
});

describe('Hostile bytes', () => {
  test.each(Object.entries(readers))(
    'in %s of 64 KiB cost under 10 ms, or as much as their length (A07)',
    (_, read) => {
      expect(units.filter((unit) => !isLinear(read, unit))).toEqual([]);
    },
  );
});

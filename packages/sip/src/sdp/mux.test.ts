// RTCP on the port of RTP, and how long a packet may be, by offer and answer (RFC 5761, RFC 8866 §6.4, §6.5).
import { describe, expect, test } from 'vitest';
import { randomFrom } from '../base/random.ts';
import { acceptAnswer } from './accept.ts';
import { createAnswer } from './answer.ts';
import type { SessionDescription } from './description.ts';
import type { NegotiatedStream } from './match.ts';
import { createOffer } from './offer.ts';
import { LocalOrigin } from './origin.ts';
import { parseSdp } from './parse.ts';
import type { MediaSlot } from './slot.ts';

const slot: MediaSlot = {
  media: 'audio',
  codecs: [{ name: 'PCMU', clockRate: 8000, payloadType: 0 }],
  local: { host: '192.0.2.1', port: 4000 },
  direction: 'sendrecv',
  rtcpMux: true,
};
const plain: MediaSlot = { ...slot, rtcpMux: undefined };

function terms(mine: MediaSlot) {
  const random = randomFrom((length) => new Uint8Array(length).fill(1));
  return { origin: new LocalOrigin({ random, host: '192.0.2.1' }), slots: [mine] };
}

function sdp(...attributes: readonly string[]): SessionDescription {
  const parsed = parseSdp(
    [
      ...['v=0', 'o=peer 5 9 IN IP4 192.0.2.9', 's=-', 'c=IN IP4 192.0.2.9', 't=0 0'],
      ...['m=audio 5000 RTP/AVP 0', ...attributes, ''],
    ].join('\r\n'),
  );
  if (!parsed.ok) throw new Error(parsed.error.text);
  return parsed.value;
}

function answered(mine: MediaSlot, ...attributes: readonly string[]): NegotiatedStream | undefined {
  const made = createAnswer(sdp(...attributes), terms(mine));
  return made.ok ? made.value.streams[0] : undefined;
}

function accepted(mine: MediaSlot, ...attributes: readonly string[]): NegotiatedStream | undefined {
  const made = acceptAnswer(createOffer(terms(mine)), sdp(...attributes));
  return made.ok ? made.value.agreement.streams[0] : undefined;
}

describe('RFC 5761 §5.1.1: RTCP shares the port when both say so', () => {
  test.each([
    ['an offer with it is answered with it', answered, slot, ['a=rtcp-mux'], 5000],
    ['an offer without it is answered without it', answered, slot, [], 5001],
    ['one who cannot passes over it', answered, plain, ['a=rtcp-mux'], 5001],
    ['an answer with it', accepted, slot, ['a=rtcp-mux'], 5000],
    ['an answer without it', accepted, slot, [], 5001],
    ['an answer with it, that was not asked', accepted, plain, ['a=rtcp-mux'], 5001],
    [
      'a=rtcp beside it is for those who cannot',
      answered,
      slot,
      ['a=rtcp-mux', 'a=rtcp:6000'],
      5000,
    ],
    ['a=rtcp where it is not agreed on', answered, plain, ['a=rtcp-mux', 'a=rtcp:6000'], 6000],
  ] as const)('%s', (_, act, mine, attributes, port) => {
    const stream = act(mine, ...attributes);
    expect(stream?.rtcpMux).toBe(port === 5000);
    expect(stream?.remoteRtcp).toEqual({ host: '192.0.2.9', port });
    expect(stream?.localRtcp?.port).toBe(port === 5000 ? 4000 : 4001);
  });

  test('an answer never has it when the offer has not', () => {
    const made = createAnswer(sdp(), terms(slot));
    expect(made.ok && made.value.local.media[0]?.attribute('rtcp-mux')).toBeUndefined();
    const with_ = createAnswer(sdp('a=rtcp-mux'), terms(slot));
    expect(with_.ok && with_.value.local.media[0]?.attribute('rtcp-mux')).toBe('');
  });

  test('RFC 3264 §8.4: a hold by address takes RTCP away too', () => {
    const held = answered(slot, 'c=IN IP4 0.0.0.0', 'a=rtcp-mux');
    expect(held).toMatchObject({ rtcpMux: true, remote: undefined, remoteRtcp: undefined });
  });
});

test.each([
  [[], undefined],
  [['a=ptime:30'], 30],
  [['a=maxptime:10'], 10],
  [['a=maxptime:60'], 20],
  [['a=ptime:60', 'a=maxptime:40'], 40],
  [['a=ptime:0'], undefined],
  [['a=ptime:4294967296'], undefined],
  [['a=ptime:-20', 'a=maxptime:99999'], undefined],
  [['a=ptime:20.5'], 20.5],
  [['a=ptime:x', 'a=maxptime:'], undefined],
])('RFC 8866 §6.4, §6.5: %j asks for packets of %s ms (A10)', (attributes, milliseconds) => {
  expect(answered(slot, ...attributes)?.ptime).toBe(milliseconds);
});

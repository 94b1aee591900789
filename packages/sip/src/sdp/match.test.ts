// Offers, answers and what they agree on: the rules of RFC 3264 §5 to §8 one by one.
import { describe, expect, test } from 'vitest';
import { randomFrom } from '../base/random.ts';
import { acceptAnswer } from './accept.ts';
import { createAnswer, refuseOffer } from './answer.ts';
import type { SessionDescription } from './description.ts';
import type { Agreement, NegotiatedStream } from './match.ts';
import type { Direction } from './negotiator.ts';
import { createOffer } from './offer.ts';
import { sameFormat } from './payload.ts';
import { LocalOrigin } from './origin.ts';
import { parseSdp } from './parse.ts';
import { formatSdp } from './serialize.ts';
import { telephoneEvent } from './slot.ts';
import type { Codec, MediaSlot } from './slot.ts';

const pcmu: Codec = { name: 'PCMU', clockRate: 8000, payloadType: 0 };
const pcma: Codec = { name: 'PCMA', clockRate: 8000, payloadType: 8 };
const opus: Codec = {
  name: 'opus',
  clockRate: 48_000,
  channels: 2,
  payloadType: 96,
  fmtp: 'useinbandfec=1',
};

const phone: MediaSlot = {
  media: 'audio',
  codecs: [pcma, pcmu, telephoneEvent()],
  local: { host: '192.0.2.1', port: 4000 },
  direction: 'sendrecv',
  ptime: 20,
};

function origin(host = '192.0.2.1'): LocalOrigin {
  return new LocalOrigin({ random: randomFrom((length) => new Uint8Array(length).fill(1)), host });
}

function sdp(...lines: readonly string[]): SessionDescription {
  const head = ['v=0', 'o=peer 5 9 IN IP4 192.0.2.9', 's=-', 'c=IN IP4 192.0.2.9'];
  const timing = lines.some((line) => line.startsWith('t=')) ? [] : ['t=0 0'];
  const parsed = parseSdp([...head, ...timing, ...lines, ''].join('\r\n'));
  if (!parsed.ok) throw new Error(parsed.error.text);
  return parsed.value;
}

function answer(
  offer: SessionDescription,
  slot: MediaSlot = phone,
  previous?: Agreement,
): Agreement {
  const answered = createAnswer(offer, { origin: origin(), slots: [slot], previous });
  if (!answered.ok) throw new Error(answered.error.text);
  return answered.value;
}

function refusal(...lines: readonly string[]): number | undefined {
  const answered = createAnswer(sdp(...lines), { origin: origin(), slots: [phone] });
  return answered.ok ? undefined : answered.error.warning;
}

function stream(agreement: Agreement): NegotiatedStream {
  const [first] = agreement.streams;
  if (first === undefined) throw new Error('No stream');
  return first;
}

const directions: readonly Direction[] = ['sendrecv', 'sendonly', 'recvonly', 'inactive'];

describe('An answer', () => {
  test('RFC 3264 §6: has the lines of the offer in their order and its t=, refused ones with port 0 (C135)', () => {
    const offer = sdp(
      't=3000000000 3000003600',
      'm=video 5000 RTP/AVP 31 32',
      'm=audio 5002 RTP/AVP 0 8',
      'm=audio 5004 RTP/AVP 0',
      'm=image 5006 udptl t38',
      'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
      'm=audio 0 RTP/AVP 0',
    );
    const { local, streams } = answer(offer);
    expect(local.media.map(({ lines }) => lines[0])).toEqual([
      'm=video 0 RTP/AVP 31',
      'm=audio 4000 RTP/AVP 0 8',
      'm=audio 0 RTP/AVP 0',
      'm=image 0 udptl t38',
      'm=application 0 UDP/DTLS/SCTP webrtc-datachannel',
      'm=audio 0 RTP/AVP 0',
    ]);
    expect(local.times).toEqual(offer.times);
    expect(streams.map(({ codec }) => codec)).toEqual([
      undefined,
      'PCMU',
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('RFC 3264 §6: to an offer without lines, or with all removed, has as many lines (C135)', () => {
    expect(answer(sdp()).local.media).toEqual([]);
    expect(answer(sdp('m=audio 0 RTP/AVP 0')).local.media.map(({ port }) => port)).toEqual([0]);
  });

  test('RFC 3264 §6.1: the direction is what both allow (C136)', () => {
    const answers = directions.map((offered) =>
      directions.map((wish) => {
        const agreed = answer(sdp('m=audio 5000 RTP/AVP 0', `a=${offered}`), {
          ...phone,
          direction: wish,
        });
        expect(stream(agreed).direction).toBe(agreed.local.media[0]?.direction);
        return agreed.local.media[0]?.direction;
      }),
    );
    expect(answers).toEqual([
      ['sendrecv', 'sendonly', 'recvonly', 'inactive'],
      ['recvonly', 'inactive', 'recvonly', 'inactive'],
      ['sendonly', 'sendonly', 'inactive', 'inactive'],
      ['inactive', 'inactive', 'inactive', 'inactive'],
    ]);
  });

  test('RFC 3264 §8.4: c=0.0.0.0 is a hold: nothing is sent there, neither RTP nor RTCP (C136)', () => {
    const held = answer(sdp('m=audio 5000 RTP/AVP 0', 'c=IN IP4 0.0.0.0'));
    expect(held.local.media[0]).toMatchObject({ port: 4000, direction: 'sendrecv' });
    expect(stream(held)).toMatchObject({
      codec: 'PCMU',
      direction: 'recvonly',
      remote: undefined,
      remoteRtcp: undefined,
    });
  });

  test('RFC 3264 §6.1: keeps the numbers and the order of the offer, and only common formats (C138)', () => {
    const offer = sdp(
      'm=audio 5000 RTP/AVP 18 0 97 8 100',
      'a=rtpmap:97 opus/48000/2',
      'a=rtpmap:100 telephone-event/8000',
      'a=fmtp:100 0-16',
    );
    const agreed = answer(offer, { ...phone, codecs: [opus, pcma, pcmu, telephoneEvent()] });
    expect(formatSdp(agreed.local)).toBe(
      [
        'v=0',
        'o=- 1103823438081 1 IN IP4 192.0.2.1',
        's=-',
        'c=IN IP4 192.0.2.1',
        't=0 0',
        'm=audio 4000 RTP/AVP 0 97 8 100',
        'a=rtpmap:0 PCMU/8000',
        'a=rtpmap:97 opus/48000/2',
        'a=fmtp:97 useinbandfec=1',
        'a=rtpmap:8 PCMA/8000',
        'a=rtpmap:100 telephone-event/8000',
        'a=fmtp:100 0-15',
        'a=ptime:20',
        'a=sendrecv',
        '',
      ].join('\r\n'),
    );
    expect(stream(agreed)).toMatchObject({ codec: 'PCMU', send: { payloadType: 0 } });
    expect(stream(agreed).telephoneEvents).toMatchObject({
      send: { payloadType: 100, fmtp: '0-16' },
      receive: [{ payloadType: 100 }],
    });
  });

  test('RFC 3264 §8.3.2: a number that was another codec is not reused, though we send with the peer’s (C138)', () => {
    const first = answer(sdp('m=audio 5000 RTP/AVP 0 96', 'a=rtpmap:96 telephone-event/8000'));
    const slot = { ...phone, codecs: [pcmu, opus, telephoneEvent()] };
    const second = answer(sdp('m=audio 5000 RTP/AVP 96', 'a=rtpmap:96 opus/48000/2'), slot, first);
    expect(second.local.media[0]?.formats).toEqual(['97']);
    expect(stream(second).send).toMatchObject({ name: 'opus', payloadType: 96 });
    expect(stream(second).receiveFormats).toMatchObject([{ name: 'opus', payloadType: 97 }]);
    const { description } = createOffer({ origin: origin(), slots: [slot], previous: second });
    expect(description.media[0]?.formats).toEqual(['97', '0', '96']);
  });

  test('RFC 3264 §6.1: without a common codec the offer is refused, with the code for a Warning', () => {
    expect(refusal('m=audio 5000 RTP/AVP 18')).toBe(305);
    expect(refusal('m=audio 5000 RTP/AVP 4294967296')).toBe(305);
    expect(refusal('m=audio 5000 RTP/AVP 101', 'a=rtpmap:101 telephone-event/8000')).toBe(305);
    expect(refusal('m=video 5000 RTP/AVP 31')).toBe(304);
    expect(refusal('m=audio 5000 RTP/SAVP 0')).toBe(302);
    expect(refusal('m=audio 5000 RTP/AVP 0', 'c=IN IP4 233.252.0.1/127')).toBe(330);
    expect(refusal('m=audio 5000 RTP/AVP 0', 'c=IN IP6 ff02::1')).toBe(330);
    expect(refusal('m=audio 5000 RTP/AVP 0', 'c=IN IP6 2001:db8::9')).toBe(301);
    expect(refusal('m=audio 5000 RTP/AVP 0', 'c=IN IP4 300.0.0.1')).toBe(301);
    expect(refusal('m=audio 5000 RTP/AVP 0', 'c=ATM NSAP 47.0091')).toBe(301);
  });

  test('RFC 6337 §5.2.4: an offer that only an answer can refuse gets all its lines with port 0 (C133)', () => {
    const refused = refuseOffer(
      sdp('m=audio 5000 RTP/AVP 18', 'm=video 5002 RTP/AVP 31'),
      origin(),
    );
    expect(refused.media.map(({ lines }) => lines)).toEqual([
      ['m=audio 0 RTP/AVP 18'],
      ['m=video 0 RTP/AVP 31'],
    ]);
  });

  test('RFC 4585 §5: AVPF is answered as AVPF, without feedback of ours', () => {
    const { local } = answer(sdp('m=audio 5000 RTP/AVPF 0', 'a=rtcp-fb:* nack', 'a=rtcp-mux'));
    expect(local.media[0]?.protocol).toBe('RTP/AVPF');
    expect(local.media[0]?.attributes.map(({ name }) => name)).toEqual([
      'rtpmap',
      'ptime',
      'sendrecv',
    ]);
  });

  test('RFC 3264 §5.1: tells a media engine where to send, what, and how much of it', () => {
    const agreed = answer(
      sdp(
        'm=audio 5000 RTP/AVP 0',
        'c=IN IP4 192.0.2.77',
        'a=rtcp:5555 IN IP4 192.0.2.78',
        'a=ptime:30',
        'a=maxptime:20',
      ),
    );
    expect(stream(agreed)).toMatchObject({
      local: { host: '192.0.2.1', port: 4000 },
      localRtcp: { host: '192.0.2.1', port: 4001 },
      remote: { host: '192.0.2.77', port: 5000 },
      remoteRtcp: { host: '192.0.2.78', port: 5555 },
      ptime: 20,
      send: { name: 'PCMU', clockRate: 8000, channels: 1, payloadType: 0 },
    });
    expect(stream(answer(sdp('m=audio 5000 RTP/AVP 0', 'a=rtcp:99999'))).remoteRtcp?.port).toBe(
      5001,
    );
    expect(stream(answer(sdp('m=audio 65535 RTP/AVP 0'))).remoteRtcp).toBeUndefined();
  });

  test('RFC 8866 §5.7: works over IPv6', () => {
    const slot = { ...phone, local: { host: '2001:db8::1', port: 4000 } };
    const agreed = answer(sdp('m=audio 5000 RTP/AVP 0', 'c=IN IP6 2001:db8::9'), slot);
    expect(agreed.local.lines).toContain('c=IN IP6 2001:db8::1');
    expect(stream(agreed).remote).toEqual({ host: '2001:db8::9', port: 5000 });
  });
});

describe('A later offer', () => {
  const video: MediaSlot = {
    media: 'video',
    codecs: [{ name: 'H264', clockRate: 90_000, payloadType: 99 }],
    local: { host: '192.0.2.1', port: 4002 },
    direction: 'sendrecv',
  };

  test('RFC 3264 §8: differs in o= only by the version, one more if anything changed (C137, M6)', () => {
    const own = origin();
    const previous = answer(sdp('m=audio 5000 RTP/AVP 8 0'));
    const offers = (['sendrecv', 'sendrecv', 'sendonly', 'sendonly', 'sendrecv'] as const).map(
      (direction) =>
        createOffer({ origin: own, slots: [{ ...phone, direction }], previous }).description,
    );
    expect(offers.map(({ origin: { sessionVersion } }) => sessionVersion)).toEqual([
      '1',
      '1',
      '2',
      '2',
      '3',
    ]);
    expect(
      new Set(offers.map(({ origin: o }) => JSON.stringify({ ...o, sessionVersion: '' }))).size,
    ).toBe(1);
    expect(offers[1] && formatSdp(offers[1])).toBe(offers[0] && formatSdp(offers[0]));
  });

  test('RFC 3264 §8.2: removes no line, and puts a new one last (C137)', () => {
    const previous = answer(sdp('m=image 5006 udptl t38', 'm=audio 5002 RTP/AVP 0'));
    const lines = (...slots: readonly MediaSlot[]): readonly (string | undefined)[] =>
      createOffer({ origin: origin(), slots, previous }).description.media.map(
        (media) => media.lines[0],
      );
    expect(lines(phone, video)).toEqual([
      'm=image 0 udptl t38',
      'm=audio 4000 RTP/AVP 0 8 101',
      'm=video 4002 RTP/AVP 99',
    ]);
    expect(lines()).toEqual(['m=image 0 udptl t38', 'm=audio 0 RTP/AVP 0']);
    expect(lines({ ...phone, local: { ...phone.local, port: 0 } })).toEqual([
      'm=image 0 udptl t38',
      'm=audio 0 RTP/AVP 0',
    ]);
  });

  test('RFC 3264 §8.3.2: begins with the codec that is spoken, so that a hold does not change it', () => {
    const previous = answer(sdp('m=audio 5000 RTP/AVP 0 8'));
    const held = createOffer({
      origin: origin(),
      slots: [{ ...phone, direction: 'sendonly' }],
      previous,
    });
    expect(phone.codecs[0]?.name).toBe('PCMA');
    expect(held.description.media[0]?.formats).toEqual(['0', '8', '101']);
  });

  test('RFC 3264 §8.1: takes up a refused line again instead of adding one each time', () => {
    const slots = [phone, video];
    let previous: Agreement | undefined;
    for (let round = 0; round < 3; round += 1) {
      const offer = createOffer({ origin: origin(), slots, previous });
      expect(offer.description.media.map(({ port }) => port)).toEqual([4000, 4002]);
      const accepted = acceptAnswer(offer, sdp('m=audio 5000 RTP/AVP 8', 'm=video 0 RTP/AVP 99'));
      if (!accepted.ok) throw new Error(accepted.error.text);
      expect(accepted.value.agreement.streams.map(({ slot }) => slot)).toEqual([0, undefined]);
      previous = accepted.value.agreement;
    }
  });

  test('RFC 3264 §8.4: a hold is sendonly, or inactive when the peer holds already, and stays as it was (C136)', () => {
    const hold = { ...phone, direction: 'sendonly' as const };
    const after = (previous: Agreement): Direction | undefined =>
      createOffer({ origin: origin(), slots: [hold], previous }).description.media[0]?.direction;
    expect(after(answer(sdp('m=audio 5000 RTP/AVP 0')))).toBe('sendonly');
    expect(after(answer(sdp('m=audio 5000 RTP/AVP 0', 'a=sendonly')))).toBe('inactive');
    expect(after(answer(sdp('m=audio 5000 RTP/AVP 0', 'a=inactive')))).toBe('inactive');
    expect(after(answer(sdp('m=audio 5000 RTP/AVP 0', 'c=IN IP4 0.0.0.0')))).toBe('inactive');
    const holding = createOffer({ origin: origin(), slots: [hold] });
    const answered = acceptAnswer(holding, sdp('m=audio 5000 RTP/AVP 0', 'a=inactive'));
    expect(answered.ok && after(answered.value.agreement)).toBe('sendonly');
  });

  test('RFC 6337 §5.3: resuming is always offered as sendrecv', () => {
    for (const offered of directions) {
      const previous = answer(sdp('m=audio 5000 RTP/AVP 0', `a=${offered}`));
      const { description } = createOffer({ origin: origin(), slots: [phone], previous });
      expect(description.media[0]?.direction).toBe('sendrecv');
    }
  });

  test('RFC 3264 §8.3.2: keeps the numbers that the peer gave to our codecs (C138)', () => {
    const previous = answer(sdp('m=audio 5000 RTP/AVP 0 98', 'a=rtpmap:98 telephone-event/8000'));
    const slot = { ...phone, codecs: [pcmu, { ...opus, payloadType: 98 }, telephoneEvent()] };
    const { description } = createOffer({ origin: origin(), slots: [slot], previous });
    const formats = description.media[0]
      ?.rtpFormats()
      .map(({ payloadType, name }) => `${payloadType} ${name}`);
    expect(formats).toEqual(['0 PCMU', '96 opus', '98 telephone-event']);
  });
});

describe('The answer to our offer', () => {
  const offered = (slot: MediaSlot = phone): ReturnType<typeof createOffer> =>
    createOffer({ origin: origin(), slots: [slot] });

  test('RFC 3264 §7: is sent with its numbers and its order, and only common formats (C138)', () => {
    const accepted = acceptAnswer(
      offered(),
      sdp('m=audio 5000 RTP/AVP 18 0 8 96', 'a=rtpmap:96 telephone-event/8000', 'a=recvonly'),
    );
    if (!accepted.ok) throw new Error(accepted.error.text);
    const agreed = stream(accepted.value.agreement);
    expect(agreed.sendFormats.map(({ payloadType }) => payloadType)).toEqual([0, 8, 96]);
    expect(agreed.receiveFormats.map(({ payloadType }) => payloadType)).toEqual([8, 0, 101]);
    expect(agreed).toMatchObject({ slot: 0, codec: 'PCMU', direction: 'sendonly' });
    expect(agreed.telephoneEvents).toMatchObject({
      send: { payloadType: 96 },
      receive: [{ payloadType: 101 }],
    });
    expect(accepted.value.problems).toEqual([]);
  });

  test('RFC 3264 §6.1: an illegal direction is told, and what both allow is in force (C136)', () => {
    const results = directions.map((ours) =>
      directions.map((theirs) => {
        const offer = offered({ ...phone, direction: ours });
        const accepted = acceptAnswer(offer, sdp('m=audio 5000 RTP/AVP 8', `a=${theirs}`));
        if (!accepted.ok) throw new Error(accepted.error.text);
        const { agreement, problems } = accepted.value;
        return stream(agreement).direction + problems.map(({ kind }) => ` (${kind})`).join('');
      }),
    );
    expect(results).toEqual([
      ['sendrecv', 'recvonly', 'sendonly', 'inactive'],
      ['sendonly (direction)', 'inactive (direction)', 'sendonly', 'inactive'],
      ['recvonly (direction)', 'recvonly', 'inactive (direction)', 'inactive'],
      ['inactive (direction)', 'inactive (direction)', 'inactive (direction)', 'inactive'],
    ]);
  });

  test.each([
    ['line count', 'm=audio 5000 RTP/AVP 8\r\nm=video 0 RTP/AVP 31'],
    ['media type', 'm=video 5000 RTP/AVP 31'],
    ['format', 'm=audio 5000 RTP/AVP 18'],
    ['format', 'm=audio 5000 RTP/AVP 101\r\na=rtpmap:101 telephone-event/8000'],
    ['protocol', 'm=audio 5000 RTP/SAVP 8'],
    ['address', 'm=audio 5000 RTP/AVP 8\r\nc=IN IP4 233.252.0.1'],
    ['address', 'm=audio 5000 RTP/AVP 8\r\nc=IN IP6 2001:db8::1'],
  ])('RFC 3264 §6: cannot be used with a wrong %s (C135)', (kind, lines) => {
    const accepted = acceptAnswer(offered(), sdp(...lines.split('\r\n')));
    expect(accepted.ok ? [] : accepted.error.problems.map((problem) => problem.kind)).toEqual([
      kind,
    ]);
  });

  test('RFC 3264 §6: that refuses every line is no session', () => {
    expect(acceptAnswer(offered(), sdp('m=audio 0 RTP/AVP 8'))).toMatchObject({
      ok: false,
      error: { problems: [] },
    });
  });

  test('RFC 3264 §6: another t= and a line brought back to life are passed over', () => {
    const previous = answer(sdp('m=image 5000 udptl t38', 'm=audio 5002 RTP/AVP 0'));
    const offer = createOffer({ origin: origin(), slots: [phone], previous });
    const accepted = acceptAnswer(
      offer,
      sdp('t=1 2', 'm=image 5000 udptl t38', 'm=audio 5002 RTP/AVP 0'),
    );
    expect(accepted.ok && accepted.value.problems.map(({ kind }) => kind)).toEqual([
      'revived',
      'time',
    ]);
    expect(accepted.ok && accepted.value.agreement.streams.map(({ codec }) => codec)).toEqual([
      undefined,
      'PCMU',
    ]);
  });
});

test('RFC 6184 §8.2.2: formats of H.264 fit when profile and packetization mode are the same, whatever the level', () => {
  const h264 = (fmtp: string | undefined): Parameters<typeof sameFormat>[0] => {
    return { name: 'H264', clockRate: 90_000, fmtp };
  };
  const offered = h264('level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f');
  expect(sameFormat(offered, h264('profile-level-id=42E028;packetization-mode=1'))).toBe(true);
  expect(sameFormat(offered, h264('profile-level-id=42e01f;packetization-mode=0'))).toBe(false);
  expect(sameFormat(offered, h264('profile-level-id=64001f;packetization-mode=1'))).toBe(false);
  expect(sameFormat(h264(undefined), h264('profile-level-id=42000a'))).toBe(true);
  const vp9 = (fmtp?: string): Parameters<typeof sameFormat>[0] => {
    return { name: 'VP9', clockRate: 90_000, fmtp };
  };
  expect(sameFormat(vp9(), vp9('profile-id=0'))).toBe(true);
  expect(sameFormat(vp9('profile-id=2'), vp9('profile-id=0'))).toBe(false);
});

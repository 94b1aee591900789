// What must hold for any text: nothing throws, nothing is lost, and each offer gets an answer of its own shape.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { randomFrom } from '../base/random.ts';
import { acceptAnswer } from './accept.ts';
import { isIpv4, isIpv6 } from './address.ts';
import { createAnswer, refuseOffer } from './answer.ts';
import type { SessionDescription } from './description.ts';
import { createOffer } from './offer.ts';
import { LocalOrigin } from './origin.ts';
import { parseSdp } from './parse.ts';
import { formatSdp } from './serialize.ts';
import { telephoneEvent } from './slot.ts';
import type { MediaSlot } from './slot.ts';

const byte = fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code));
const anyText = fc.string({ unit: byte, maxLength: 400 });
const value = fc.string({ unit: byte.filter((each) => !'\0\r\n'.includes(each)), maxLength: 40 });
const number = fc
  .oneof(fc.nat(130), fc.nat(70_000), fc.constantFrom(-1, 4_294_967_296, 0.5))
  .map(String);
const direction = fc.constantFrom('sendrecv', 'sendonly', 'recvonly', 'inactive');
const codec = fc.constantFrom(
  'PCMU/8000',
  'pcma/8000',
  'telephone-event/8000',
  'opus/48000/2',
  'x',
  '',
  '/',
  'G722/8000',
);
const address = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.constantFrom(
      'IN IP4 192.0.2.9',
      'IN IP4 0.0.0.0',
      'IN IP6 2001:db8::9',
      'IN IP4 233.252.0.1/127',
      'IN IP4 x',
    ),
  },
  { weight: 1, arbitrary: value },
);

const line = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(number, codec).map(([type, name]) => `a=rtpmap:${type} ${name}`),
  },
  { weight: 2, arbitrary: direction.map((each) => `a=${each}`) },
  { weight: 1, arbitrary: fc.tuple(number, value).map(([type, rest]) => `a=fmtp:${type} ${rest}`) },
  { weight: 1, arbitrary: number.map((each) => `a=ptime:${each}`) },
  { weight: 1, arbitrary: value.map((each) => `a=rtcp:${each}`) },
  { weight: 1, arbitrary: address.map((each) => `c=${each}`) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom('a', 'b', 'i', 'k', 'y', 'Z'), value)
      .map(([type, rest]) => `${type}=${rest}`),
  },
);

const media = fc
  .record({
    media: fc.constantFrom('audio', 'audio', 'video', 'image'),
    port: fc.oneof(fc.nat(65_535), fc.constant(0)),
    protocol: fc.constantFrom('RTP/AVP', 'RTP/AVP', 'RTP/AVPF', 'RTP/SAVP', 'udptl'),
    formats: fc.array(fc.oneof(number, fc.constantFrom('0', '8', '101', 't38')), {
      minLength: 1,
      maxLength: 8,
    }),
    lines: fc.array(line, { maxLength: 8 }),
  })
  .map(({ media: kind, port, protocol, formats, lines }) => [
    `m=${kind} ${port} ${protocol} ${formats.join(' ')}`,
    ...lines,
  ]);

function descriptions(parts: fc.Arbitrary<string[][]>): fc.Arbitrary<string> {
  const head = ['v=0', 'o=- 1 1 IN IP4 192.0.2.9', 's=-', 'c=IN IP4 192.0.2.9', 't=0 0'];
  return fc
    .tuple(fc.array(line, { maxLength: 3 }), parts)
    .map(([session, all]) => [...head, ...session, ...all.flat(), ''].join('\r\n'));
}

const likely = descriptions(fc.array(media, { maxLength: 5 }));
const likelyAnswer = descriptions(media.map((only) => [only]));

const slot: MediaSlot = {
  media: 'audio',
  codecs: [
    { name: 'PCMA', clockRate: 8000, payloadType: 8 },
    { name: 'PCMU', clockRate: 8000, payloadType: 0 },
    { name: 'opus', clockRate: 48_000, channels: 2, payloadType: 96 },
    telephoneEvent(),
  ],
  local: { host: '192.0.2.1', port: 4000 },
  direction: 'sendrecv',
};

function origin(): LocalOrigin {
  return new LocalOrigin({
    random: randomFrom((length) => new Uint8Array(length)),
    host: '192.0.2.1',
  });
}

function reread(description: SessionDescription): SessionDescription {
  const parsed = parseSdp(formatSdp(description));
  if (!parsed.ok) throw new Error(parsed.error.text);
  return parsed.value;
}

test('any bytes are a description or a value, and what was read is written as it came', () => {
  const check = (text: string): void => {
    const parsed = parseSdp(text);
    if (!parsed.ok) return;
    for (const each of parsed.value.media) each.rtpFormats();
    // The last line may lack its end, or half of it.
    const lines = text.replaceAll('\r\n', '\n').replace(/[\r\n]$/, '');
    expect(formatSdp(parsed.value)).toBe(`${lines.replaceAll('\n', '\r\n')}\r\n`);
  };
  fc.assert(fc.property(anyText, check));
  fc.assert(fc.property(anyText, (text) => check(`v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\n${text}`)));
  fc.assert(fc.property(likely, check), { numRuns: 300 });
});

test('a description with a piece changed, cut or doubled never throws', () => {
  fc.assert(
    fc.property(likely, fc.nat(), fc.nat(60), anyText, (text, at, length, put) => {
      const start = at % (text.length + 1);
      parseSdp(text.slice(0, start) + put.slice(0, 20) + text.slice(start + length));
    }),
    { numRuns: 300 },
  );
});

test('RFC 3264 §6: whatever is offered, an answer has its lines, and its own offerer can use it (C135)', () => {
  fc.assert(
    fc.property(likely, (text) => {
      const parsed = parseSdp(text);
      if (!parsed.ok) return;
      const offer = parsed.value;
      const shape = offer.media.map(({ media: kind }) => kind);
      const refused = reread(refuseOffer(offer, origin()));
      expect(refused.media.map(({ media: kind, port }) => `${kind} ${port}`)).toEqual(
        shape.map((kind) => `${kind} 0`),
      );
      const answered = createAnswer(offer, { origin: origin(), slots: [slot] });
      if (!answered.ok) return;
      const { local, streams } = answered.value;
      const answer = reread(local);
      expect(answer.media.map(({ media: kind }) => kind)).toEqual(shape);
      expect(answer.times).toEqual(offer.times);
      expect(streams.filter(({ codec: name }) => name !== undefined).length).toBe(
        answer.media.filter(({ port }) => port !== 0).length,
      );
      const judged = acceptAnswer({ description: offer, slots: [], previous: undefined }, answer);
      if (judged.ok)
        expect(judged.value.problems.filter(({ kind }) => kind !== 'address')).toEqual([]);
      const again = createOffer({ origin: origin(), slots: [slot], previous: answered.value });
      expect(again.description.media.length).toBeGreaterThanOrEqual(shape.length);
      expect(again.description.media.slice(0, shape.length).map(({ media: kind }) => kind)).toEqual(
        shape,
      );
    }),
    { numRuns: 500 },
  );
});

test('RFC 3264 §7: whatever is answered to our offer is a value (C135)', () => {
  const offer = createOffer({ origin: origin(), slots: [slot] });
  fc.assert(
    fc.property(likelyAnswer, (text) => {
      const parsed = parseSdp(text);
      if (!parsed.ok) return;
      const accepted = acceptAnswer(offer, parsed.value);
      if (accepted.ok) expect(accepted.value.agreement.streams.length).toBe(1);
      else expect(accepted.error.text).not.toBe('');
    }),
    { numRuns: 500 },
  );
});

test('numeric addresses are told from names', () => {
  fc.assert(fc.property(fc.ipV4(), isIpv4));
  fc.assert(fc.property(fc.ipV6(), isIpv6));
  for (const text of [
    '1.2.3',
    '1.2.3.256',
    '01.2.3.4',
    '1.2.3.4.5',
    '',
    ':',
    '1::2::3',
    '1:2:3:4:5:6:7',
    'fe80::1%eth0',
  ]) {
    expect([isIpv4(text), isIpv6(text)]).toEqual([false, false]);
  }
});

test('the worst texts take linear time', () => {
  const head = 'v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\n';
  const worst = [
    `${head}m=audio 1 RTP/AVP${' 0'.repeat(250)}\r\n${'a=rtpmap:96 opus/48000/2\r\n'.repeat(2400)}`,
    `${head}${'m=audio 1 RTP/AVP 0\r\n'.repeat(64)}${'a=\r\n'.repeat(4000)}`,
    `${head}a=${' '.repeat(60_000)}x`,
    `${head}c=${'/'.repeat(60_000)}`,
    `${head}c=IN IP6 ${':'.repeat(60_000)}`,
    `${head}b=${':'.repeat(60_000)}`,
    `${head}m=audio 1 RTP/AVP 0\r\na=rtpmap:0 ${'/'.repeat(60_000)}`,
    `${head}m=audio 1 RTP/AVP 0\r\na=rtcp:${' '.repeat(60_000)}`,
  ];
  for (const text of worst) {
    // The shortest of three is what the text costs; with the square of its length it would be seconds.
    const times = [1, 2, 3].map(() => {
      const started = performance.now();
      const parsed = parseSdp(text);
      if (parsed.ok) createAnswer(parsed.value, { origin: origin(), slots: [slot] });
      return performance.now() - started;
    });
    expect(Math.min(...times), text.slice(0, 60)).toBeLessThan(1_000);
  }
});

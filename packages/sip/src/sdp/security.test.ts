// Keys for SRTP by offer and answer: which line is taken, which refused, and what both ends then have (RFC 4568).
import { describe, expect, test } from 'vitest';
import { randomFrom } from '../base/random.ts';
import { secret } from '../base/log.ts';
import { acceptAnswer } from './accept.ts';
import { createAnswer } from './answer.ts';
import { formatCrypto, parseCrypto } from './attribute/crypto.ts';
import type { SessionDescription } from './description.ts';
import type { Agreement } from './match.ts';
import { createOffer } from './offer.ts';
import type { OpenOffer } from './offer.ts';
import { LocalOrigin } from './origin.ts';
import { parseSdp } from './parse.ts';
import { cryptosOf } from './security.ts';
import type { MediaSecurity } from './security.ts';
import { formatSdp } from './serialize.ts';
import type { MediaSlot } from './slot.ts';

const suites = { long: 'AES_CM_128_HMAC_SHA1_80', short: 'AES_CM_128_HMAC_SHA1_32' };
const keyOf = (letter: string): string => letter.repeat(40);

function slot(policy: MediaSecurity['policy'] | 'off', letters = 'AB'): MediaSlot {
  const keys = [suites.long, suites.short].map((suite, index) => ({
    suite,
    keySalt: secret(keyOf(letters.charAt(index))),
  }));
  return {
    media: 'audio',
    codecs: [{ name: 'PCMU', clockRate: 8000, payloadType: 0 }],
    local: { host: '192.0.2.1', port: 4000 },
    direction: 'sendrecv',
    security: policy === 'off' ? undefined : { policy, keys },
  };
}

function origin(): LocalOrigin {
  const random = randomFrom((length) => new Uint8Array(length).fill(1));
  return new LocalOrigin({ random, host: '192.0.2.1' });
}

function offerOf(mine: MediaSlot, previous?: Agreement): OpenOffer {
  return createOffer({ origin: origin(), slots: [mine], previous });
}

function sdp(protocol: string, ...attributes: readonly string[]): SessionDescription {
  const parsed = parseSdp(
    [
      ...['v=0', 'o=peer 5 9 IN IP4 192.0.2.9', 's=-', 'c=IN IP4 192.0.2.9', 't=0 0'],
      `m=audio 5000 ${protocol} 0`,
      ...attributes,
      '',
    ].join('\r\n'),
  );
  if (!parsed.ok) throw new Error(parsed.error.text);
  return parsed.value;
}

/** The a=crypto lines of a description, and its profile. */
function said(description: SessionDescription): readonly string[] {
  const lines = description.media[0]?.lines ?? [];
  const cryptos = lines.filter((line) => line.startsWith('a=crypto:'));
  return [description.media[0]?.protocol ?? '', ...cryptos];
}

function answerTo(offer: SessionDescription, mine: MediaSlot): Agreement | string {
  const made = createAnswer(offer, { origin: origin(), slots: [mine] });
  return made.ok ? made.value : `${made.error.warning} ${made.error.text}`;
}

function accept(offer: OpenOffer, answer: SessionDescription): Agreement | string {
  const accepted = acceptAnswer(offer, answer);
  return accepted.ok ? accepted.value.agreement : accepted.error.text;
}

function keysIn(agreement: Agreement | string): readonly (string | undefined)[] | string {
  if (typeof agreement === 'string') return agreement;
  const crypto = agreement.streams[0]?.crypto;
  return [crypto?.suite, crypto?.localKey.reveal(), crypto?.remoteKey.reveal()];
}

const line = (tag: number, suite: string, letter: string, rest = ''): string =>
  `a=crypto:${tag} ${suite} inline:${keyOf(letter)}${rest}`;

test('RFC 4568 §5.1.2: an answer takes the first line that it can, with its tag and suite, and a key of its own (C199)', () => {
  const offer = sdp(
    'RTP/SAVP',
    line(3, 'AES_256_CM_HMAC_SHA1_80', 'x'),
    line(7, suites.short, 'y'),
    line(1, suites.long, 'z'),
  );
  const agreement = answerTo(offer, slot('optional'));
  expect(keysIn(agreement)).toEqual([suites.short, keyOf('B'), keyOf('y')]);
  expect(typeof agreement === 'string' ? [] : said(agreement.local)).toEqual([
    'RTP/SAVP',
    line(7, suites.short, 'B'),
  ]);
});

test('RFC 4568 §5.1.2: an offer of RTP/SAVP without a line that can be taken is refused (C199)', () => {
  for (const lines of [
    [],
    [line(1, 'F8_128_HMAC_SHA1_80', 'x')],
    ['a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:dG9vLXNob3J0'],
    [line(1, suites.long, 'x', '|2^49')],
    [line(1, suites.long, 'x', '|2^20|1:4')],
    [line(1, suites.long, 'x', ' UNENCRYPTED_SRTP')],
    [line(1, suites.long, 'x', ' KDR=3')],
    [line(1, suites.long, 'x', ' UNHEARD_OF')],
  ]) {
    expect(answerTo(sdp('RTP/SAVP', ...lines), slot('optional')), lines.join()).toMatch(/^302 /);
  }
  const harmless = sdp('RTP/SAVP', line(1, suites.long, 'x', '|2^31 WSH=128 -UNHEARD_OF'));
  expect(keysIn(answerTo(harmless, slot('optional')))).toEqual([
    suites.long,
    keyOf('A'),
    keyOf('x'),
  ]);
});

describe('RFC 4568 §7.1: what each policy offers and takes', () => {
  const plain = sdp('RTP/AVP');
  const either = sdp('RTP/AVP', line(1, suites.long, 'x'));
  const secure = sdp('RTP/SAVP', line(1, suites.long, 'x'));
  const encrypted = [suites.long, keyOf('A'), keyOf('x')];
  const clear = [undefined, undefined, undefined];

  test.each([
    ['off', ['RTP/AVP'], clear, clear, /^302 .*RTP\/SAVP is not spoken/],
    [
      'optional',
      ['RTP/AVP', line(1, suites.long, 'A'), line(2, suites.short, 'B')],
      clear,
      encrypted,
      encrypted,
    ],
    [
      'required',
      ['RTP/SAVP', line(1, suites.long, 'A'), line(2, suites.short, 'B')],
      /^302 .*not encrypted/,
      encrypted,
      encrypted,
    ],
  ] as const)('%s', (policy, offered, toPlain, toEither, toSecure) => {
    expect(said(offerOf(slot(policy)).description)).toEqual(offered);
    for (const [offer, expected] of [
      [plain, toPlain],
      [either, toEither],
      [secure, toSecure],
    ] as const) {
      const keys = keysIn(answerTo(offer, slot(policy)));
      if (expected instanceof RegExp) expect(keys).toMatch(expected);
      else expect(keys).toEqual(expected);
    }
  });
});

test('RFC 4568 §5.1.3: an answer must take exactly one of the lines offered, with its tag and suite (C199)', () => {
  const offer = offerOf(slot('required'));
  const answers: readonly (readonly [string, readonly string[], boolean])[] = [
    ['its first line', [line(1, suites.long, 'x')], true],
    ['its second line', [line(2, suites.short, 'x')], true],
    ['no line', [], false],
    ['a tag that was not offered', [line(3, suites.long, 'x')], false],
    ['a tag with the suite of another', [line(2, suites.long, 'x')], false],
    ['both lines', [line(1, suites.long, 'x'), line(2, suites.short, 'y')], false],
    ['a key that is too short', ['a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:QUJD'], false],
  ];
  for (const [what, lines, taken] of answers) {
    const accepted = accept(offer, sdp('RTP/SAVP', ...lines));
    expect(typeof accepted === 'object', what).toBe(taken);
  }
  expect(keysIn(accept(offer, sdp('RTP/SAVP', line(2, suites.short, 'x'))))).toEqual([
    suites.short,
    keyOf('B'),
    keyOf('x'),
  ]);
});

test('keys offered beside plain RTP: a peer that passes over them talks in the clear, and so do later offers', () => {
  const offer = offerOf(slot('optional'));
  const agreement = accept(offer, sdp('RTP/AVP'));
  expect(keysIn(agreement)).toEqual([undefined, undefined, undefined]);
  if (typeof agreement === 'string') throw new Error(agreement);
  expect(said(offerOf(slot('optional'), agreement).description)).toEqual(['RTP/AVP']);
  const wrong = accept(offer, sdp('RTP/AVP', line(1, 'F8_128_HMAC_SHA1_80', 'x')));
  expect(wrong).toMatch(/takes none of the keys/);
  const encrypted = accept(offer, sdp('RTP/AVP', line(1, suites.long, 'x')));
  if (typeof encrypted === 'string') throw new Error(encrypted);
  expect(said(offerOf(slot('optional'), encrypted).description)).toHaveLength(3);
});

test('RFC 4568 §9: a=crypto is read and written, and what breaks its grammar is no key', () => {
  for (const text of [
    '1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj|1048576|1:4 FEC_ORDER=FEC_SRTP',
    '1 F8_128_HMAC_SHA1_80 inline:MTIzNDU2Nzg5QUJDREUwMTIzNDU2Nzg5QUJjZGVm|1:4;inline:QUJjZGVmMTIzNDU2Nzg5QUJDREUwMTIzNDU2Nzg5|2:4',
    '999999999 X inline:QQ==',
  ]) {
    const parsed = parseCrypto(text);
    expect(parsed && formatCrypto(parsed)).toBe(text);
  }
  expect(parseCrypto(`1 ${suites.long} inline:${keyOf('x')}|2^20`)?.keys[0]?.lifetime).toBe(
    2 ** 20,
  );
  for (const text of [
    '',
    '1',
    `1 ${suites.long}`,
    `x ${suites.long} inline:QQ==`,
    `1234567890 ${suites.long} inline:QQ==`,
    `1 ${suites.long} url:http://example.com/`,
    `1 ${suites.long} inline:`,
    `1 ${suites.long} inline:Q Q`.replace('Q Q', 'Q\u00e4'),
    `1 ${suites.long} inline:QQ==|0`,
    `1 ${suites.long} inline:QQ==|2^49`,
    `1 ${suites.long} inline:QQ==|01`,
    `1 ${suites.long} inline:QQ==|1:0`,
    `1 ${suites.long} inline:QQ==|1:129`,
    `1 ${suites.long} inline:QQ==|20|1:4|9`,
    `1 ${suites.long} inline:QQ==|1:4|20`,
    `1 ${suites.long} inline:QQ==;inline:QQ==`,
    `1 ${suites.long} inline:QQ==|1:4;inline:QQ==|2:8`,
  ]) {
    expect(parseCrypto(text), text).toBeUndefined();
  }
});

test('65 and more a=crypto lines are read like any other (A10)', () => {
  const lines = Array.from({ length: 600 }, (_, tag) => line(tag, suites.long, 'x'));
  const offer = sdp('RTP/SAVP', ...lines);
  expect(cryptosOf(offer.media[0] ?? neverNull())).toHaveLength(600);
  expect(keysIn(answerTo(offer, slot('required')))).toEqual([suites.long, keyOf('A'), keyOf('x')]);
});

test('keys print as dots, whoever prints a stream', () => {
  const agreement = answerTo(sdp('RTP/SAVP', line(1, suites.long, 'x')), slot('required'));
  if (typeof agreement === 'string') throw new Error(agreement);
  const printed = JSON.stringify(agreement.streams);
  expect(printed).toContain(suites.long);
  expect(printed).not.toMatch(/xxxx|AAAA/);
  expect(formatSdp(agreement.local)).toContain(keyOf('A'));
});

function neverNull(): never {
  throw new Error('There is no media line');
}

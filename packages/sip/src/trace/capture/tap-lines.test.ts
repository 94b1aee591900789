// Observations to lines and back, and what never gets into a line.
import { describe, expect, test } from 'vitest';
import type { Observation } from '../../base/tap.ts';
import * as samples from '../sample/calls.ts';
import { ladder } from '../explain/ladder.ts';
import { redactMessage } from './redact.ts';
import { formatTapLine, parseTapLine } from './tap-lines.ts';

const everyKind: readonly Observation[] = [
  ...samples.basicCall(),
  ...samples.registration(),
  {
    v: 1,
    kind: 'flow',
    at: 1.5,
    endpoint: 'alice',
    flow: 'tcp 1',
    event: 'failed',
    protocol: 'TCP',
    local: { host: '::1', port: 1 },
    remote: { host: '::1', port: 2 },
    reason: 'ECONNREFUSED',
  },
  {
    v: 1,
    kind: 'dropped',
    at: 2,
    endpoint: 'alice',
    flow: 'f',
    remote: { host: '10.0.0.1', port: 1 },
    reason: 'why',
    text: '\u0000\u00FF',
  },
  {
    v: 1,
    kind: 'offer-answer',
    at: 3,
    endpoint: 'alice',
    id: 'o1',
    session: 'm1',
    event: 'offer sent',
    before: 'Stable',
    after: 'LocalOffer',
    actions: ['open local offer'],
    timers: [],
    streams: [
      {
        media: 'audio',
        codec: 'PCMU',
        direction: 'sendrecv',
        local: { host: '10.0.0.1', port: 4000 },
        remote: undefined,
      },
    ],
  },
  {
    v: 1,
    kind: 'subscription',
    at: 3.5,
    endpoint: 'alice',
    id: 's1',
    role: 'subscriber',
    package: 'refer;id=2',
    callId: 'c1',
    dialog: 'c1 a b',
    event: 'NOTIFY active',
    before: 'Notify wait',
    after: 'Active',
    actions: ['inform of notification'],
    timers: [{ name: 'expiry', due: 4 }],
  },
  {
    v: 1,
    kind: 'media',
    at: 4,
    endpoint: 'alice',
    session: 'm1',
    line: 0,
    sentPackets: 250,
    receivedPackets: 249,
    lostPackets: 1,
    jitterMilliseconds: 0.25,
    codec: 'PCMU',
  },
];

function readBack(observation: Observation): Observation {
  const parsed = parseTapLine(formatTapLine(observation, { redact: false }));
  if (!parsed.ok) throw new Error(parsed.error.text);
  return parsed.value;
}

describe('tap lines', () => {
  test('every kind of observation comes back as it was', () => {
    for (const observation of everyKind) {
      expect(JSON.parse(JSON.stringify(readBack(observation)))).toEqual(
        JSON.parse(JSON.stringify(observation)),
      );
    }
  });

  test('a stored call gives the same ladder', () => {
    const stored = samples.proxiedCall().map(readBack);
    expect(ladder(stored)).toBe(ladder(samples.proxiedCall()));
  });

  test('A line is one line of printable ASCII, whatever the message holds (A14)', () => {
    let text = 'SIP/2.0 200 ';
    for (let code = 0; code < 256; code += 1) text += String.fromCharCode(code);
    const dropped: Observation = { ...plain(), text: `${text}\u202E\u2028` };
    expect(formatTapLine(dropped)).toMatch(/^[\x20-\x7e]+$/);
    expect(readBack(dropped)).toEqual(dropped);
  });

  test.each([
    ['no JSON', 'SIP/2.0 200 OK', 'Not JSON'],
    ['another version', '{"v":2}', 'Not version 1'],
    ['an array', '[]', 'The line is no object'],
    ['null', 'null', 'The line is no object'],
    ['an unknown kind', '{"v":1,"at":1,"endpoint":"a","kind":"x"}', 'No observation of kind x'],
    ['a missing field', '{"v":1,"at":1,"kind":"x"}', 'endpoint is not text'],
    [
      'a wrong field inside a field',
      JSON.stringify({ ...plain(), remote: { host: 1, port: 2 } }),
      'remote.host is not text',
    ],
    [
      'a number beyond all bounds',
      JSON.stringify(plain()).replace('"at":5', '"at":1e999'),
      'at is not a number',
    ],
  ])('%s is a problem in words', (_what, line, text) => {
    const parsed = parseTapLine(line);
    expect(parsed.ok ? undefined : parsed.error.text).toBe(text);
  });

  test('a line without end is refused before it is read', () => {
    expect(parseTapLine('['.repeat(2_000_000)).ok).toBe(false);
    expect(parseTapLine('['.repeat(900_000)).ok).toBe(false);
  });

  test('fields named as those of Object are not fields', () => {
    expect(parseTapLine('{"__proto__":{"v":1,"at":1,"endpoint":"a","kind":"message"}}').ok).toBe(
      false,
    );
  });

  test('secrets are masked unless asked otherwise', () => {
    const message = samples
      .registration()
      .find((seen) => seen.kind === 'message' && seen.text.includes('Digest'));
    if (message === undefined) throw new Error('The sample has no credentials');
    expect(formatTapLine(message)).not.toContain('0123456789abcdef');
    expect(formatTapLine(message, { redact: false })).toContain('0123456789abcdef');
  });
});

describe('redaction', () => {
  const head = 'INVITE sip:bob:pass@example.com SIP/2.0\r\n';

  test.each([
    [
      'the response of a digest',
      'Authorization: Digest username="a", response="SECRET", uri="sip:x"',
      'username="a"',
    ],
    ['its nonces', 'Proxy-Authorization: Digest nonce="SECRET",cnonce=SECRET,qop=auth', 'qop=auth'],
    [
      'a quoted value with escapes',
      'Authorization: Digest response="\\"SECRET", realm="r"',
      'realm="r"',
    ],
    ['a value that never ends', 'Authorization: Digest realm="r", response="SECRET', 'realm="r"'],
    [
      'blanks around the equals sign',
      'Authorization: Digest realm="r", response = "SECRET"',
      'realm="r"',
    ],
    ['capital letters', 'AUTHORIZATION: DIGEST realm="r", RESPONSE="SECRET"', 'realm="r"'],
    ['folded rows', 'Authorization: Digest realm="r",\r\n response="SECRET"', 'realm="r"'],
    ['a token', 'Authorization: Bearer SECRET', 'Bearer'],
    ['cookies', 'Cookie: session=SECRET', 'Cookie'],
    [
      'passwords in URIs',
      'Contact: "A" <sip:alice:SECRET@example.com;transport=tcp>',
      ';transport=tcp>',
    ],
    [
      'push ids',
      'Contact: <sip:a@example.com;pn-provider=webpush;pn-prid=SECRET;ob>;expires=60',
      ';ob>;expires=60',
    ],
  ])('masks %s', (_what, row, kept) => {
    const text = `${head}${row}\r\n\r\n`;
    const masked = redactMessage(text);
    expect(masked).not.toContain('SECRET');
    expect(masked).not.toContain(':pass@');
    expect(masked).toContain(kept);
    expect(masked).toHaveLength(text.length);
  });

  test.each([
    ['SDES keys', 'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:SECRET|2^20|1:4', '|2^20|1:4'],
    [
      'every key of a line',
      'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:SECRET;inline:SECRET',
      'AES_CM_128',
    ],
    ['ICE passwords', 'a=ice-pwd:SECRET', 'a=ice-pwd:'],
    ['k= lines', 'k=clear:SECRET', 'k='],
  ])('masks %s in a body', (_what, line, kept) => {
    const text = `${head}Content-Type: application/sdp\r\n\r\nv=0\r\na=fingerprint:sha-256 AA\r\n${line}\r\n`;
    const masked = redactMessage(text);
    expect(masked).not.toContain('SECRET');
    expect(masked).toContain(kept);
    expect(masked).toContain('a=fingerprint:sha-256 AA');
    expect(masked).toHaveLength(text.length);
  });

  test('masks pressed keys in INFO', () => {
    const relay =
      'INFO sip:b SIP/2.0\r\nContent-Type: application/dtmf-relay\r\n\r\nSignal=5\r\nDuration=160\r\n';
    expect(redactMessage(relay)).toBe(relay.replace('Signal=5', 'Signal=*'));
    const single = 'INFO sip:b SIP/2.0\r\nContent-Type: application/dtmf\r\n\r\n5';
    expect(redactMessage(single)).toBe(single.replace(/5$/, '*'));
  });

  test('leaves a message without secrets as it is', () => {
    for (const observation of samples.proxiedCall()) {
      if (observation.kind === 'message')
        expect(redactMessage(observation.text)).toBe(observation.text);
    }
  });

  test('takes hostile text in linear time', () => {
    for (const part of [
      'sip:',
      'sip:a:',
      '=',
      '="\\',
      ', ',
      'a=crypto:inline:',
      ' response',
      '\r\n ',
    ]) {
      const many = part.repeat(20_000);
      // The shortest of three is what the text costs; with the square of its length it would be ten seconds.
      const times = [1, 2, 3].map(() => {
        const started = performance.now();
        redactMessage(`${head}Authorization: Digest ${many}\r\n\r\n${many}`);
        redactMessage(`${head}X: ${many}`);
        return performance.now() - started;
      });
      expect(Math.min(...times), JSON.stringify(part)).toBeLessThan(2_000);
    }
  });
});

function plain(): Extract<Observation, { kind: 'dropped' }> {
  return {
    v: 1,
    kind: 'dropped',
    at: 5,
    endpoint: 'a',
    flow: 'f',
    remote: { host: 'h', port: 1 },
    reason: 'r',
    text: 't',
  };
}

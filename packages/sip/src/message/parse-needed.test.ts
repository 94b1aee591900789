// The headers that every message needs, and what is refused for the lack of one (conformance items C012 to C015, C027).
import { describe, expect, test } from 'vitest';
import { contact } from './header/contact.ts';
import { expires } from './header/expires.ts';
import { knownMethods } from './method.ts';
import { parseMessage } from './parse.ts';
import { start, usual, text, parsed, request, refused, responseStart } from './parse.test-kit.ts';

describe('needed headers', () => {
  test.each(['Via', 'From', 'To', 'Call-ID', 'CSeq'] as const)(
    'RFC 3261 §8.1.1: a request without %s is refused, answered where a reply can be matched (A01) (C012)',
    (name) => {
      const problem = refused(text({ [name]: [] }));
      expect(problem.status).toBe(400);
      expect(problem.answer?.status).toBe(name === 'Via' || name === 'CSeq' ? undefined : 400);
      expect(refused(text({ [name]: [] }, [], responseStart)).answer).toBeUndefined();
      expect(
        refused(text({ [name]: [] }, [], { start: start.replace('INVITE', 'ACK') })).answer,
      ).toBeUndefined();
    },
  );

  test.each(knownMethods)(
    'a %s and its response with a needed header absent, empty or twice is a value (A01)',
    (method) => {
      const cseq = `31 ${method}`;
      for (const line of [`${method} sip:bob@example.com SIP/2.0`, 'SIP/2.0 200 OK']) {
        expect(parsed(text({ CSeq: [cseq] }, [], { start: line })).cseq.method).toBe(method);
        for (const name of ['Via', 'From', 'To', 'Call-ID', 'CSeq'] as const) {
          const value = name === 'CSeq' ? cseq : usual[name];
          const broken = name === 'Via' ? [[], ['']] : [[], [''], [value, value]];
          for (const rows of broken) {
            const problem = refused(text({ CSeq: [cseq], [name]: rows }, [], { start: line }));
            expect(problem.status).toBe(400);
          }
        }
        for (const name of ['Contact', 'Authorization']) {
          for (const rows of [[`${name}:`], [`${name}: x`, `${name}: x`]]) {
            expect(parsed(text({ CSeq: [cseq] }, rows, { start: line })).has(name)).toBe(true);
          }
        }
      }
    },
  );

  test('RFC 3261 §16.3: a request without Max-Forwards is processed (C012)', () => {
    expect(request(text({ 'Max-Forwards': [] })).maxForwards).toBeUndefined();
    expect(request(text()).maxForwards).toBe(70);
  });

  test.each(['From', 'To', 'Call-ID', 'CSeq', 'Max-Forwards'] as const)(
    'RFC 4475 §3.3.8: two %s rows are refused, equal or not (A01) (C013)',
    (name) => {
      const problem = refused(text({ [name]: [usual[name], usual[name]] }));
      expect([problem.status, problem.answer?.status]).toEqual([400, 400]);
      expect(
        refused(text({ [name]: [usual[name], usual[name]] }, [], responseStart)).answer,
      ).toBeUndefined();
      const compact = name === 'Call-ID' ? 'i' : name.charAt(0).toLowerCase();
      if (name !== 'Max-Forwards' && name !== 'CSeq') {
        expect(refused(text({}, [`${compact} : ${usual[name]}`])).status).toBe(400);
      }
    },
  );

  test.each(['From', 'To', 'Call-ID', 'CSeq', 'Max-Forwards', 'Via'] as const)(
    'RFC 3261 §8.1.1: an empty %s is refused (A01)',
    (name) => {
      expect(refused(text({ [name]: [''] })).status).toBe(400);
    },
  );

  test.each(['2147483648', '4294967296', '36893488147419103232', '-1', '1.5', 'x', '0x1', ''])(
    'RFC 3261 §8.1.1.5: a CSeq number %j is answered 400 in a request and dropped in a response (C014)',
    (number) => {
      expect(refused(text({ CSeq: [`${number} INVITE`] })).answer?.status).toBe(400);
      expect(
        refused(text({ CSeq: [`${number} INVITE`] }, [], responseStart)).answer,
      ).toBeUndefined();
    },
  );

  test('RFC 3261 §8.1.1.5: the largest CSeq number is 2^31-1, and leading zeros count for nothing (C014)', () => {
    expect(request(text({ CSeq: ['2147483647 INVITE'] })).cseq.number).toBe(2_147_483_647);
    expect(request(text({ CSeq: ['0009\t INVITE'] })).cseq).toEqual({
      number: 9,
      method: 'INVITE',
    });
  });

  test.each(['256', '300', '-1', 'x'])(
    'RFC 3261 §20.22: Max-Forwards %s is answered 400 (C014)',
    (value) => {
      expect(refused(text({ 'Max-Forwards': [value] })).answer?.status).toBe(400);
    },
  );

  test('RFC 3261 §20.19: an Expires beyond 2^32-1 is capped, never wrapped (C014)', () => {
    expect(request(text({}, [`Expires: 1${'0'.repeat(100)}`])).get(expires)).toBe(4_294_967_295);
    const found = request(text({}, ['Contact: <sip:a@b.example>;expires=280297596632815'])).get(
      contact,
    );
    expect(found).toMatchObject([{ expires: 4_294_967_295 }]);
    const bad = request(text({}, ['Contact: <sip:a@b.example>;expires=soon'])).get(contact);
    expect(bad).toMatchObject([{ expires: 3600 }]);
  });

  test('RFC 3261 §8.1.1.5: a CSeq method other than that of the request is answered 400 (C015)', () => {
    expect(refused(text({ CSeq: ['31 BYE'] })).answer?.status).toBe(400);
    expect(refused(text({ CSeq: ['31 invite'] })).answer?.status).toBe(400);
  });

  test.each([
    '"x <sip:a@b.example>',
    '<sip:a@b.example',
    'a,b <sip:a@b.example>',
    '< sip:a@b.example >',
    '<sip:a@b.example>;tag=1;tag=2',
    '<sip:a@b.example>;;',
    '<sip:a@b.example>;tag',
    '<sip:a@b.example>;tag=',
    '<sip:a@b.example>;=1',
    '<sip:a@b.example> x',
    '"x" sip:a@b.example',
    'sip:@b.example',
    '<>',
    '"',
  ])('RFC 3261 §20.20: the From %j is answered 400 (C011, C021)', (value) => {
    expect(refused(text({ From: [value] })).answer?.status).toBe(400);
  });

  test.each([
    ['SIP/2.0/UDP 192.0.2.15;;,;,,', 'SIP/2.0/UDP 192.0.2.15'],
    [
      'SIP/2.0/TCP [2001:db8::1]:5070;branch=z9hG4bKx;;',
      'SIP/2.0/TCP [2001:db8::1]:5070;branch=z9hG4bKx',
    ],
  ])(
    'RFC 4475 §3.1.2.1: the answer to the malformed Via %j has a well-formed one',
    (value, mended) => {
      const { answer } = refused(text({ Via: [value, usual.Via] }));
      expect(answer?.rows('Via')).toEqual([mended, usual.Via]);
      expect(parseMessage(answer?.toBytes() ?? new Uint8Array()).ok).toBe(true);
    },
  );

  test.each([
    'SIP/2.0/UDP 2001:db8::9:1;branch=z9hG4bKx',
    'SIP/2.0/UDP',
    'HTTP/1.1/TCP a',
    'SIP/2.0 a',
    ';',
  ])('RFC 5118 §4.5: a request with the Via %j is dropped (C027)', (value) => {
    const problem = refused(text({ Via: [value] }));
    expect(problem.status).toBe(400);
    expect(problem.answer).toBeUndefined();
  });

  test('RFC 5118 §4.5: received is taken with and without brackets (C027)', () => {
    for (const received of ['2001:db8::9:255', '[2001:db8::9:255]']) {
      const message = request(text({ Via: [`${usual.Via};received=${received};rport=40000`] }));
      expect([message.topVia.received, message.topVia.rport]).toEqual(['2001:db8::9:255', 40_000]);
    }
  });

  test.each(['branch', 'received', 'branch=', 'ttl;TTL'])(
    'RFC 3261 §25.1: a Via with ;%s is malformed (C021)',
    (parameter) => {
      expect(refused(text({ Via: [`SIP/2.0/UDP 192.0.2.1;${parameter}`] })).status).toBe(400);
    },
  );

  test('RFC 3581 §3: rport without value is asked for, and with a bad one malformed', () => {
    expect(request(text({ Via: [`${usual.Via};rport`] })).topVia.rport).toBe(true);
    for (const value of ['0', '65536', 'x']) {
      expect(refused(text({ Via: [`${usual.Via};rport=${value}`] })).status).toBe(400);
    }
  });
});

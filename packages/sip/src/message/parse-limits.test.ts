// The limits of the parser: sizes, counts, names (attacks A06 and A11).
import { describe, expect, test } from 'vitest';
import { contact } from './header/contact.ts';
import { usual, text, parsed, request, refused, responseStart } from './parse.test-kit.ts';

describe('limits', () => {
  test('a message over its size limit is answered 513 (A06)', () => {
    const problem = refused(text({}, [], { body: 'x'.repeat(65_536) }));
    expect([problem.code, problem.answer?.status]).toEqual(['SIP_TOO_LARGE', 513]);
    expect(problem.answer?.callId).toBe(usual['Call-ID']);
  });

  test.each([255, 256, 512, 4096])('fields of %i characters come back whole (A06)', (length) => {
    const long = 'x'.repeat(length);
    const message = request(
      text(
        {
          From: [`"${long}" <sip:a@example.com>;tag=1`],
          To: [`<sip:${long}@example.com>`],
          'Call-ID': [long],
          Via: [`SIP/2.0/UDP a.example;branch=z9hG4bK${long}`],
        },
        [`X-${long}: x`],
      ),
    );
    expect(message.callId).toBe(long);
    expect(message.from.displayName).toBe(long);
    expect(message.to.uri).toMatchObject({ user: long });
    expect(message.topVia.branch).toBe(`z9hG4bK${long}`);
    expect(message.rows(`X-${long}`)).toEqual(['x']);
  });

  test.each([16_384, 60_000])('fields of %i characters are answered 414 or 513 (A06)', (length) => {
    const long = 'x'.repeat(length);
    const line = refused(text({}, [], { start: `INVITE sip:${long}@example.com SIP/2.0` }));
    expect([line.status, line.answer?.status]).toEqual([414, 414]);
    expect(refused(text({}, [`X: ${long}`])).answer?.status).toBe(513);
    expect(refused(text({ 'Call-ID': [long] })).status).toBe(513);
  });

  test('256 headers are taken, 257 are refused (A11)', () => {
    const rows = (count: number): string[] =>
      Array.from({ length: count }, (_, at) => `X-${at}: y`);
    expect(request(text({}, rows(250))).headerNames).toHaveLength(256);
    expect(refused(text({}, rows(251))).answer?.status).toBe(513);
    expect(refused(text({}, rows(5000))).answer?.status).toBe(513);
  });

  test('all headers together have a limit of 32 KiB', () => {
    const rows = Array.from({ length: 5 }, (_, at) => `X-${at}: ${'y'.repeat(7000)}`);
    expect(refused(text({}, rows)).answer?.status).toBe(513);
  });

  test('64 parameters are taken, 65 are malformed (A11)', () => {
    const list = (count: number): string =>
      Array.from({ length: count }, (_, at) => `;p${at}=v`).join('');
    expect(request(text({ To: [`<sip:b@example.com>${list(64)}`] })).to.parameters.size).toBe(64);
    expect(refused(text({ To: [`<sip:b@example.com>${list(65)}`] })).status).toBe(400);
    expect(refused(text({ To: [`<sip:b@example.com${list(65)}>`] })).status).toBe(400);
  });

  test.each([
    ['Via', 70, 'SIP/2.0/UDP a.example;branch=z9hG4bK1'],
    ['Route', 30, '<sip:a.example;lr>'],
    ['Record-Route', 30, '<sip:a.example;lr>'],
    ['Contact', 10, '<sip:a@a.example>;x="1,2,3,4,5,6"'],
  ] as const)('more than the allowed %s values are answered 400', (name, most, value) => {
    const join = (count: number): string => Array.from({ length: count }, () => value).join(',');
    const here = name === 'Via' ? { Via: [join(most)] } : {};
    const rows = name === 'Via' ? [] : [`${name}: ${join(most)}`];
    expect(request(text(here, rows)).rows(name)).toHaveLength(1);
    expect(refused(text(here, [...rows, `${name}: ${value}`])).answer?.status).toBe(400);
  });

  test('a response may list more contacts than a request may bring', () => {
    const rows = Array.from({ length: 40 }, (_, at) => `Contact: <sip:a@${at}.example>`);
    expect(parsed(text({}, rows, responseStart)).get(contact)).toHaveLength(40);
  });

  test('headers and parameters named like parts of objects are plain names (A11)', () => {
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];
    const message = request(
      text(
        { To: [`<sip:b@example.com;${names.join(';')}>;${names.join('=x;')}=x`] },
        names.map((name) => `${name}: own`),
      ),
    );
    for (const name of names) {
      expect(message.rows(name)).toEqual(['own']);
      expect(message.to.parameters.get(name.toLowerCase())).toBe('x');
    }
    expect(message.rows('valueOf')).toEqual([]);
    expect(message.has('__proto__')).toBe(true);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});

// Whose a certificate is, for texts of subjectAltName that no openssl would write, too.
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../testing/seeded-random.ts';
import { covers, identityProblem, namesOf } from './identity.ts';
import type { NamedCertificate } from './identity.ts';

function certificate(subjectaltname: string | undefined, cn = ''): NamedCertificate {
  const subject = { C: '', ST: '', L: '', O: '', OU: '', CN: cn };
  return { subject, ...(subjectaltname === undefined ? {} : { subjectaltname }) };
}

describe('The names of a certificate', () => {
  test.each([
    ['DNS:a.test, DNS:B.test', ['a.test', 'b.test']],
    ['URI:sip:a.test;transport=tcp, DNS:b.test', ['a.test']],
    ['URI:sip:a.test:5061', ['a.test']],
    ['URI:sip:user@a.test, DNS:b.test', ['b.test']],
    ['URI:"sip:a.test\\u0000.b.test", DNS:c.test', ['a.test\u0000.b.test']],
    ['DNS:"a.test, DNS:evil.test"', ['a.test, dns:evil.test']],
    ['DNS:"a\\", DNS:evil.test"', ['a", dns:evil.test']],
    ['email:sip:a.test, othername:<unsupported>', []],
    ['', []],
  ])('RFC 5922 §7.1: %j names %j', (text, domains) => {
    expect(namesOf(certificate(text, 'cn.test')).domains).toEqual(domains);
  });

  test('RFC 5922 §7.1: the CN counts only where there is no subjectAltName, and only as a DNS name', () => {
    expect(namesOf(certificate(undefined, 'CN.test')).domains).toEqual(['cn.test']);
    for (const cn of ['*.test', 'a b', 'a.test\u0000.b', '', 'a..b'])
      expect(namesOf(certificate(undefined, cn)).domains).toEqual([]);
  });

  test('RFC 5922 §7.2: names are compared whole; a wildcard is a name like any other, and addresses by their bits', () => {
    const names = namesOf(certificate('DNS:*.a.test, DNS:.b.test, IP Address:0:0:0:0:0:0:0:1'));
    expect(['*.a.test', '.b.test', '::1'].map((name) => covers(names, name))).toEqual([
      true,
      true,
      true,
    ]);
    for (const name of ['x.a.test', 'a.test', 'x.b.test', 'b.test', '127.0.0.1', ''])
      expect(covers(names, name)).toBe(false);
    expect(identityProblem(certificate('DNS:a.test'), 'b.test')?.message).toBe(
      'The certificate of the peer is for "a.test", not for b.test',
    );
  });

  test('Whatever the text, it is read in linear time, throws nothing, and names nothing that it does not hold', () => {
    const random = seededRandom(7);
    const pieces = [
      'DNS:',
      'URI:sip:',
      'IP Address:',
      '"',
      '\\\\',
      ', ',
      ',',
      'a.test',
      '@',
      '\u0000',
      '\\\\u0000',
      ':',
      ' ',
    ];
    for (let round = 0; round < 5_000; round += 1) {
      let text = '';
      const length = Math.floor(random.fraction() * 12);
      for (let at = 0; at < length; at += 1)
        text += pieces[Math.floor(random.fraction() * pieces.length)] ?? '';
      for (const name of namesOf(certificate(text)).domains)
        expect(text.includes('a.test') || name !== 'a.test').toBe(true);
    }
    // One whose cost grows with the square takes many seconds; the shortest of three is what the text costs.
    const shortest = (text: string): number =>
      Math.min(
        ...[1, 2, 3].map(() => {
          const before = performance.now();
          namesOf(certificate(text));
          return performance.now() - before;
        }),
      );
    for (const piece of pieces)
      expect(shortest(`DNS:${piece.repeat(65_536)}`), JSON.stringify(piece)).toBeLessThan(1_000);
  });
});

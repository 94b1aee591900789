// The published vectors of digest authentication.
import { describe, expect, test } from 'vitest';
import { algorithmOf, digestHex, digestLength, digestResponse, sameText } from './digest.ts';
import type { DigestAlgorithm } from './digest.ts';
import { ha1 } from './ha1.ts';

const body = new Uint8Array(0);

function respond(
  hash: DigestAlgorithm,
  user: string,
  realm: string,
  password: string,
  rest: {
    nonce: string;
    cnonce: string;
    uri: string;
  },
): string {
  return digestResponse({
    algorithm: { hash, session: false },
    ha1: ha1(hash, user, realm, password),
    nonce: rest.nonce,
    method: 'GET',
    uri: rest.uri,
    protection: { qop: 'auth', nc: '00000001', cnonce: rest.cnonce, body },
  });
}

describe('digest arithmetic', () => {
  const example = {
    nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
    cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
    uri: '/dir/index.html',
  };

  test('RFC 7616 §3.9.1: the MD5 example', () => {
    const response = respond('MD5', 'Mufasa', 'http-auth@example.org', 'Circle of Life', example);
    expect(response).toBe('8ca523f5e9506fed4657c9700eebdbec');
  });

  test('RFC 7616 §3.9.1: the SHA-256 example', () => {
    const response = respond(
      'SHA-256',
      'Mufasa',
      'http-auth@example.org',
      'Circle of Life',
      example,
    );
    expect(response).toBe('753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1');
  });

  test('RFC 7616 §3.9.2: the SHA-512-256 example, as its erratum 4897 corrects it', () => {
    const user = 'J\u00e4s\u00f8n Doe';
    expect(digestHex('SHA-512-256', 'J\u00c3\u00a4s\u00c3\u00b8n Doe:api@example.org')).toBe(
      '793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b',
    );
    const response = respond('SHA-512-256', user, 'api@example.org', 'Secret, or not?', {
      nonce: '5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK',
      cnonce: 'NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v',
      uri: '/doe.json',
    });
    expect(response).toBe('3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5');
  });

  test('RFC 2617 §3.5: the example of the elder scheme', () => {
    const response = respond('MD5', 'Mufasa', 'testrealm@host.com', 'Circle Of Life', {
      nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093',
      cnonce: '0a4f113b',
      uri: '/dir/index.html',
    });
    expect(response).toBe('6629fae49393a05397450978507c4ef1');
  });

  test('RFC 8760 §2.6: an empty body hashes as the empty string', () => {
    expect(digestHex('MD5', body)).toBe('d41d8cd98f00b204e9800998ecf8427e');
    expect(digestHex('SHA-256', body)).toBe(
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    );
  });

  test('RFC 8760 §2.2: a response has 32 digits with MD5 and 64 with the others', () => {
    expect(
      ['MD5', 'SHA-256', 'SHA-512-256'].map((hash) => digestLength(hash as DigestAlgorithm)),
    ).toEqual([32, 64, 64]);
  });

  test('RFC 7616 §3.3: an absent algorithm is MD5, an unknown one nothing', () => {
    expect(algorithmOf(undefined)).toEqual({ hash: 'MD5', session: false });
    expect(algorithmOf('sha-256-SESS')).toEqual({ hash: 'SHA-256', session: true });
    expect(algorithmOf('__proto__')).toBeUndefined();
  });

  test('texts compare whole', () => {
    expect(sameText('abc', 'abc')).toBe(true);
    expect(sameText('abc', 'abd')).toBe(false);
    expect(sameText('abc', 'abcd')).toBe(false);
  });
});

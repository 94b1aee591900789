// URIs: what is taken, how they are written, and when two are the same.
import { describe, expect, test } from 'vitest';
import { ipv6Words } from '../base/ip.ts';
import { comparableHost, sameHost } from './host.ts';
import { parameters } from './parameters.ts';
import { sameUri } from './same-uri.ts';
import { escapeUser, formatUri, isSipUri, parseUri, requestUri, sipUri, userOf } from './uri.ts';
import type { Uri } from './uri.ts';

function uri(text: string): Uri {
  const result = parseUri(text);
  if (!result.ok) throw new Error(`${text}: ${result.error.text}`);
  return result.value;
}

describe('reading', () => {
  test('RFC 3261 §19.1.1: a sip URI falls into its parts', () => {
    expect(
      uri('sips:al%20ice;x=1:pa&ss@Example.com:5061;transport=TCP;lr?Subject=hi&Route=%3Ca%3E'),
    ).toEqual({
      scheme: 'sips',
      user: 'al%20ice;x=1',
      password: 'pa&ss',
      host: 'Example.com',
      port: 5061,
      parameters: parameters({ transport: 'TCP', lr: undefined }),
      headers: 'Subject=hi&Route=%3Ca%3E',
    });
  });

  test.each([
    'sip:example.com',
    'sip:bob@[2001:db8::1]:5060;lr',
    'sip:+1-415-555-0123;ext=1@gw.example.com;user=phone',
    'sip:*72#@example.com',
    'sip:a@my_container',
    'tel:+1-(415)-555.0123;ext=5',
    'tel:911;phone-context=example.com',
    'urn:service:sos',
    'http://www.example.com/a?b#c',
  ])('%s is written as it was read', (text) => {
    expect(formatUri(uri(text))).toBe(text);
  });

  test.each([
    '',
    'sip',
    'sip:',
    ':x',
    'sip:@h',
    'sip::p@h',
    'sip:a@',
    'sip:a@b@c',
    'sip:a b@c',
    'sip:a@b c',
    'sip:a@b;',
    'sip:a@b;;x',
    'sip:a@b;=x',
    'sip:a@b;x=',
    'sip:a@b;x;X',
    'sip:a@b;%78;x',
    'sip:a@b?',
    'sip:a@b:',
    'sip:a@b:x',
    'sip:a@b:65536',
    'sip:a@b:00000000005060',
    'sip:a%4@b',
    'sip:a%zz@b',
    'sip:a@b%41',
    'sip:[::1',
    'sip:[::1]x',
    'sip:[1::2::3]',
    'sip:[12345::]',
    'sip:[::1.2.3]',
    'sip:[::1.2.3.256]',
    'sip:[]',
    'sip:2001:db8::10',
    'sip:a@b\r\nX: y',
    'sip:a@b\0',
    '<sip:a@b>',
    'tel:',
    'tel:12+3',
    'tel:abcxyz',
    '1x:y',
    'x:',
    'x:a b',
    'x:<y>',
  ])('RFC 3261 §25.1: %j is malformed (C021, C022, C027)', (text) => {
    expect(parseUri(text)).toMatchObject({
      ok: false,
      error: { code: 'SIP_PARSE_URI', status: 400 },
    });
  });

  test('RFC 3261 §19.1.2: escapes are taken off once, and %00 cuts nothing off (C022)', () => {
    expect(userOf(sipUri('sip:%61lice%2541@h'))).toBe('alice%41');
    expect(userOf(sipUri('sip:a%00b@h'))).toBe('a\0b');
    expect(userOf(sipUri('sip:h'))).toBe('');
    expect(escapeUser('a b@c\u00ff#')).toBe('a%20b%40c%FF%23');
  });

  test('RFC 5118 §4.10: a third colon before an IPv4 part is read as two (C027)', () => {
    expect(sipUri('sip:[2001:db8:::192.0.2.1]').host).toBe('2001:db8::192.0.2.1');
  });

  test('RFC 3261 §19.1.4: parameter names lose only the escapes that need not be there', () => {
    const found = sipUri('sip:h;%6C%72;a%0a=1;n%61me=v%61lue');
    expect([...found.parameters.keys()]).toEqual(['lr', 'a%0a', 'name']);
    expect(formatUri(found)).toBe('sip:h;lr;a%0a=1;name=v%61lue');
  });

  test('parameters named like parts of objects are plain names (A11)', () => {
    const found = sipUri('sip:h;__proto__=x;constructor').parameters;
    expect([...found]).toEqual([
      ['__proto__', 'x'],
      ['constructor', undefined],
    ]);
  });
});

describe('writing', () => {
  test('RFC 3261 §19.1.2: what a part may not hold is escaped', () => {
    const base = sipUri('sip:a@h');
    expect(formatUri({ ...base, user: 'a b@c' })).toBe('sip:a%20b%40c@h');
    expect(formatUri({ ...base, parameters: parameters({ x: 'a;b' }) })).toBe('sip:a@h;x=a%3Bb');
  });

  test.each([
    { user: 'a\r\nX: y' },
    { user: 'a\0' },
    { password: '\n' },
    { host: 'h\r\n' },
    { host: 'h;lr' },
    { host: '' },
    { headers: 'a=b\r\n' },
    { parameters: new Map([['x', 'a\r\nb']]) },
    { parameters: new Map([['x\n', undefined]]) },
  ])('a part %j that could break out of its line throws (A12)', (part) => {
    expect(() => formatUri({ ...sipUri('sip:a@h'), ...part })).toThrow(TypeError);
  });

  test('our own text that is no sip URI throws', () => {
    expect(() => sipUri('tel:1')).toThrow(TypeError);
    expect(() => sipUri('sip:')).toThrow(TypeError);
    expect(() => formatUri({ scheme: 'x', text: 'x:\r\ny' })).toThrow(TypeError);
  });

  test('RFC 3261 §19.1.5: headers and method do not go into a request line (C024, C025)', () => {
    const asked = requestUri(uri('sip:a@h;method=REGISTER;lr?From=x&Subject=y'));
    expect(formatUri(asked)).toBe('sip:a@h;lr');
  });
});

describe('comparing', () => {
  test.each([
    ['sip:%61lice@atlanta.com;transport=TCP', 'sip:alice@AtlanTa.CoM;Transport=tcp'],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com;newparam=5'],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com;security=on'],
    ['sip:carol@chicago.com;newparam=5', 'sip:carol@chicago.com;security=on'],
    [
      'sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com',
      'sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com',
    ],
    [
      'sip:alice@atlanta.com?subject=project%20x&priority=urgent',
      'sip:alice@atlanta.com?priority=urgent&subject=project%20x',
    ],
    ['sip:a@[2001:db8::1]', 'sip:a@[2001:0DB8:0:0::0:1]'],
    ['sip:a%3bb@h', 'sip:a%3Bb@h'],
    ['tel:+1-415-555-0123', 'tel:+1(415)5550123'],
    ['tel:911;phone-context=+1;x=y', 'tel:911;X=y;phone-context=+1'],
    ['urn:service:sos', 'URN:service:sos'],
  ])('RFC 3261 §19.1.4: %s is the same as %s (C022, C023)', (a, b) => {
    expect([sameUri(uri(a), uri(b)), sameUri(uri(b), uri(a))]).toEqual([true, true]);
    expect(sameUri(uri(a), uri(a))).toBe(true);
  });

  test.each([
    ['SIP:ALICE@AtLanTa.CoM;Transport=udp', 'sip:alice@AtLanTa.CoM;Transport=UDP'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com:5060'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com;transport=udp'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com:6000;transport=tcp'],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com?Subject=next%20meeting'],
    ['sip:bob@phone21.boxesbybob.com', 'sip:bob@192.0.2.4'],
    ['sip:carol@chicago.com;security=off', 'sip:carol@chicago.com;security=on'],
    ['sip:a@h', 'sips:a@h'],
    ['sip:a@h', 'sip:h'],
    ['sip:a@h', 'sip:a:@h;x'],
    ['sip:a@h;user=phone', 'sip:a@h'],
    ['sip:a@h;ttl=1', 'sip:a@h'],
    ['sip:a@h;maddr=1.2.3.4', 'sip:a@h'],
    ['sip:a@h;method=INVITE', 'sip:a@h'],
    ['sip:a;b@h', 'sip:a%3Bb@h'],
    ['sip:a%2540@h', 'sip:a%40@h'],
    ['sip:%00@h', 'sip:%00%00@h'],
    ['sip:a@h?x=1', 'sip:a@h?x=1&x=1'],
    ['tel:+1', 'tel:1'],
    ['tel:1;ext=1', 'tel:1'],
    ['tel:1', 'sip:1@h'],
    ['urn:a', 'urn:A'],
  ])('RFC 3261 §19.1.4: %s is not the same as %s (C022, C023)', (a, b) => {
    const [left, right] = [uri(a), uri(b)];
    expect([sameUri(left, right), sameUri(right, left)]).toEqual([false, false]);
  });
});

describe('hosts', () => {
  test('RFC 5954 §4.2: IPv6 addresses compare as numbers', () => {
    expect(sameHost('2001:db8::9:1', '2001:DB8:0:0:0:0:9:1')).toBe(true);
    expect(sameHost('::ffff:192.0.2.1', '::ffff:c000:201')).toBe(true);
    expect(sameHost('2001:db8::1', '2001:db8::2')).toBe(false);
    expect(sameHost('Example.COM', 'example.com')).toBe(true);
  });

  test('RFC 5118 §4.9: for allow and deny lists an IPv4-mapped address is the IPv4 address (C027)', () => {
    const spellings = [
      '::ffff:127.0.0.1',
      '::FFFF:7f00:1',
      '0:0:0:0:0:ffff:127.0.0.1',
      '127.0.0.1',
    ];
    expect(new Set(spellings.map(comparableHost))).toEqual(new Set(['127.0.0.1']));
    expect(comparableHost('Example.com.')).toBe('example.com');
    expect(comparableHost('::1')).toBe('0:0:0:0:0:0:0:1');
  });

  test.each([
    '',
    ':',
    ':::',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1::2:3:4:5:6:7:8',
    'g::',
    '1.2.3.4',
    '::1%eth0',
    ':1::',
    '1:',
  ])('RFC 4291 §2.2: %j is no IPv6 address', (text) => {
    expect(ipv6Words(text)).toBeUndefined();
  });

  test('a sip URI is told by its type', () => {
    expect(isSipUri(uri('sip:h'))).toBe(true);
    expect(isSipUri(uri('tel:1'))).toBe(false);
  });
});

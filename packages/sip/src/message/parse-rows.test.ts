// How header rows are read: folds, compact names, lists, quotes (conformance items C003 to C011, attack A02).
import { describe, expect, test } from 'vitest';
import { setHeader } from './edit.ts';
import { allow } from './header/allow.ts';
import { contact } from './header/contact.ts';
import { route } from './header/route.ts';
import { supported } from './header/supported.ts';
import { via } from './header/via.ts';
import { wwwAuthenticate } from './header/www-authenticate.ts';
import { start, text, parsed, request, refused, responseStart } from './parse.test-kit.ts';

describe('header rows', () => {
  test('RFC 3261 §25.1: blanks may stand around both slashes of a Via', () => {
    for (const sentBy of ['SIP/2.0/ UDP h', 'SIP / 2.0/UDP h', 'SIP/2.0 /\tUDP h : 5070']) {
      const message = request(text({ Via: [`${sentBy};branch=z9hG4bKa;rport`] }));
      expect(message.topVia).toMatchObject({ protocol: 'UDP', host: 'h', rport: true });
      expect(message.branch).toBe('z9hG4bKa');
    }
  });

  test('what is read late is read from the right message, whatever was parsed in between', () => {
    const first = request(text({}, ['Contact: "A" <sip:a@[2001:db8::1]:5070;lr>;q=0.5']));
    request(text({ From: ['<tel:+123>;tag=other'], To: ['<sips:other@other:99;x=y>;tag=z'] }));
    expect([first.branch, first.fromTag, first.toTag]).toEqual(['z9hG4bK776', '1928', undefined]);
    expect([first.from.uri, first.to.uri]).toMatchObject([{ user: 'alice' }, { user: 'bob' }]);
    expect(first.uri).toMatchObject({ scheme: 'sip', user: 'bob', host: 'example.com' });
    expect(first.get(contact)).toMatchObject([
      { displayName: 'A', uri: { host: '2001:db8::1', port: 5070 }, q: 0.5 },
    ]);
  });

  test('a parameter name that stands twice is refused among few and among many', () => {
    const many = Array.from({ length: 20 }, (_, index) => `;p${index}=1`).join('');
    const uri = (list: string) => ({ To: [`<sip:b@h${list}>`] });
    const header = (list: string) => ({ To: [`<sip:b@h>${list}`] });
    for (const shape of [uri, header]) {
      expect(request(text(shape(many))).to.uri).toMatchObject({ user: 'b' });
      for (const list of [';a;A', ';tag=1;x;Tag=2', `${many};P3=2`, `${many};y;Y`]) {
        expect(refused(text(shape(list))).status).toBe(400);
      }
    }
    expect(refused(text(uri(';a=1;%61=2'))).status).toBe(400);
    expect(refused(text(uri(';%61=1;a=2'))).status).toBe(400);
  });

  test('RFC 3261 §7.3.3: compact names in any letter case are the long ones, mixed freely (C003)', () => {
    const source = [
      start,
      'v: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa',
      'VIA: SIP/2.0/UDP 192.0.2.2;branch=z9hG4bKb',
      'F: <sip:a@example.com>;tag=1',
      't: <sip:b@example.com>',
      'I: x',
      'cSEQ: 1 INVITE',
      'M: <sip:a@192.0.2.1>',
      'k: timer',
      'SUPPORTED: 100rel',
      'e: gzip',
      's: hello',
      'o: presence',
      'u: presence',
      'r: <sip:c@example.com>',
      'b: <sip:d@example.com>',
      'x: 90',
      'c: text/plain',
      'L: 2',
      '',
      'hi',
    ].join('\r\n');
    const message = request(source);
    expect(message.get(via)?.map((hop) => hop.host)).toEqual(['192.0.2.1', '192.0.2.2']);
    expect(message.get(supported)).toEqual(['timer', '100rel']);
    const names = ['Contact', 'Content-Encoding', 'Subject', 'Event', 'Allow-Events', 'Refer-To'];
    const more = [
      'Referred-By',
      'Session-Expires',
      'Content-Type',
      'Content-Length',
      'v',
      'CALL-ID',
    ];
    expect([...names, ...more].filter((name) => !message.has(name))).toEqual([]);
    expect(message.headerNames.slice(0, 4)).toEqual(['v', 'VIA', 'F', 't']);
    expect(message.toText()).toBe(source);
  });

  test.each(['X-Internal : 1', 'X-Internal\t: 1', 'x-INTERNAL \t :1', 'X-Internal:\r\n 1'])(
    'RFC 3261 §25.1: blanks before the colon are no part of the name in %j (A02) (C004)',
    (row) => {
      const message = request(text({}, [row]));
      expect(message.rows('X-Internal')).toEqual(['1']);
      expect(message.with(setHeader('X-Internal')).has('x-internal')).toBe(false);
      expect(message.with(setHeader('X-Internal')).toText()).not.toMatch(/internal/i);
    },
  );

  test('RFC 3261 §7.3.1: a fold between name and colon is refused, so that no filter can miss it (A02)', () => {
    expect(refused(text({}, ['X-Internal\r\n : 1'])).status).toBe(400);
  });

  test('RFC 3261 §7.3.1: a fold reads as one space and is never a header (C005)', () => {
    const message = request(text({}, ['Subject: one\r\n \t two\r\n\tVia: three  \r\n  ']));
    expect(message.rows('Subject')).toEqual(['one two Via: three']);
    expect(message.rows('Via')).toHaveLength(1);
  });

  test('RFC 3261 §7.3.1: rows, one comma list or a mix give the same values in order (C006)', () => {
    const values = [
      '<sip:a.example.com;lr>',
      '"x, y" <sip:b.example.com>',
      '<sip:c,d@example.com>;p="q,r"',
    ];
    const [one = '', two = '', three = ''] = values;
    const spellings = [[one, two, three], [`${one}, ${two} ,${three}`], [one, `${two},${three}`]];
    const read = spellings.map((rows) =>
      request(
        text(
          {},
          rows.map((row) => `Route: ${row}`),
        ),
      ).get(route),
    );
    expect(read[0]).toHaveLength(3);
    expect(read[1]).toEqual(read[0]);
    expect(read[2]).toEqual(read[0]);
  });

  test('RFC 3261 §7.3.1: challenges are never split at commas and never joined (C007)', () => {
    const rows = [
      'Digest realm="a, b", nonce="1", qop="auth,auth-int"',
      'Digest realm="c", nonce="2"',
    ];
    const message = parsed(
      text(
        {},
        rows.map((row) => `WWW-Authenticate: ${row}`),
        responseStart,
      ),
    );
    expect(message.rows('WWW-Authenticate')).toEqual(rows);
    const challenges = message.get(wwwAuthenticate) ?? [];
    expect(challenges.map((one) => one.parameters.get('realm'))).toEqual(['a, b', 'c']);
    expect(wwwAuthenticate.format(challenges)).toEqual([
      'Digest realm="a, b", nonce="1", qop="auth,auth-int"',
      'Digest realm="c", nonce="2"',
    ]);
  });

  test('RFC 3261 §25.1: a quoted string stays whole whatever it holds (C008)', () => {
    const row = '"a, b; c <d> \\"e\\" \\\\" <sip:x@example.com>;y="z;,<>\\"", <sip:z@example.com>';
    const found = request(text({}, [`Contact: ${row}`])).get(contact) ?? [];
    expect(found).toHaveLength(2);
    const [first] = found;
    expect(first === '*' ? '' : first?.displayName).toBe('a, b; c <d> "e" \\');
    expect(first === '*' ? '' : first?.parameters.get('y')).toBe('"z;,<>\\""');
  });

  test('RFC 3261 §8.2.2: headers that are unknown, or malformed and not needed, are no error and stay (C009)', () => {
    const rows = ['Date: tomorrow', 'X-Odd: ;;,,"', 'Contact: <<<', 'Expires: soon'];
    const message = request(text({}, rows));
    expect(message.get(contact)).toBeUndefined();
    expect(message.read(contact)).toMatchObject({ ok: false, error: { status: 400 } });
    expect(message.read(allow)).toEqual({ ok: true, value: undefined });
    expect(message.with(setHeader('Max-Forwards', '69')).toText()).toContain(rows.join('\r\n'));
  });

  test('RFC 3261 §7.3.2: a header of the other kind of message is ignored (C010)', () => {
    expect(request(text({}, ['WWW-Authenticate: rubbish', 'Server: x'])).method).toBe('INVITE');
    expect(parsed(text({ 'Max-Forwards': ['rubbish'] }, [], responseStart)).kind).toBe('response');
  });

  test('RFC 3261 §20.10: without angle brackets, parameters belong to the header (C011)', () => {
    const message = request(text({ From: ['sip:a@example.com;tag=7;x=y'] }));
    expect(message.fromTag).toBe('7');
    expect(message.from.uri).toMatchObject({ host: 'example.com', parameters: new Map() });
    expect(message.from.parameters.get('x')).toBe('y');
    expect(request(text({}, ['Contact: sip:a@example.com?Route=x'])).get(contact)).toBeUndefined();
  });

  test.each(['a\nb', 'a\rb', 'a\0b', 'a\\\nb'])(
    'RFC 3261 §25.1: the header value %j is refused (A12)',
    (value) => {
      expect(refused(text({}, [`X: ${value}`])).status).toBe(400);
    },
  );

  test.each(['no colon', ': empty', 'two words: x', 'b\u00e9: x'])(
    'RFC 3261 §7.3.1: the header line %j is refused',
    (row) => {
      expect(refused(text({}, [row])).status).toBe(400);
    },
  );
});

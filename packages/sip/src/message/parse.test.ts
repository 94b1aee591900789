// What the parser takes, what it refuses and how (conformance items C001 to C029 of this room, attacks A01 to A11).
import { describe, expect, test } from 'vitest';
import { latin1, latin1Bytes } from '../base/bytes.ts';
import { setHeader } from './edit.ts';
import { allow } from './header/allow.ts';
import { contact } from './header/contact.ts';
import { expires } from './header/expires.ts';
import { route } from './header/route.ts';
import { supported } from './header/supported.ts';
import { via } from './header/via.ts';
import { wwwAuthenticate } from './header/www-authenticate.ts';
import type { Message, Request, Response } from './message.ts';
import { knownMethods } from './method.ts';
import { parseMessage, parseMessageText } from './parse.ts';
import type { MessageProblem } from './problem.ts';

const start = 'INVITE sip:bob@example.com SIP/2.0';
const usual = {
  Via: 'SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK776',
  'Max-Forwards': '70',
  From: 'Alice <sip:alice@example.com>;tag=1928',
  To: 'Bob <sip:bob@example.com>',
  'Call-ID': 'a84b4c@192.0.2.1',
  CSeq: '31 INVITE',
} as const;
type Usual = keyof typeof usual;

function text(
  changes: Partial<Record<Usual, readonly string[]>> = {},
  more: readonly string[] = [],
  options: { readonly start?: string; readonly body?: string } = {},
): string {
  const lines: string[] = [options.start ?? start];
  for (const name of ['Via', 'Max-Forwards', 'From', 'To', 'Call-ID', 'CSeq'] as const) {
    for (const value of changes[name] ?? [usual[name]]) lines.push(`${name}: ${value}`);
  }
  return `${[...lines, ...more].join('\r\n')}\r\n\r\n${options.body ?? ''}`;
}

function parsed(source: string): Message {
  const result = parseMessage(latin1Bytes(source));
  if (!result.ok) throw new Error(result.error.text);
  return result.value;
}

function request(source: string): Request {
  const message = parsed(source);
  if (message.kind !== 'request') throw new Error('Not a request');
  return message;
}

function refused(source: string): MessageProblem {
  const result = parseMessage(latin1Bytes(source));
  if (result.ok) throw new Error('The parser took it');
  return result.error;
}

const responseStart = { start: 'SIP/2.0 200 OK' };

describe('start lines', () => {
  test('RFC 3261 §7.1: SIP/2.0 is taken in any letter case, and written as SIP/2.0 (C002)', () => {
    const message = request(text({}, [], { start: 'INVITE sip:bob@example.com sip/2.0' }));
    expect(message.method).toBe('INVITE');
    expect(parsed(text({}, [], { start: 'sIp/2.0 200 OK' })).kind).toBe('response');
    const problem = refused(text({ To: [] }));
    expect(problem.answer?.toText().startsWith('SIP/2.0 400 ')).toBe(true);
  });

  test('RFC 3261 §21.5.6: another version in a request is answered 505 (C002)', () => {
    const problem = refused(text({}, [], { start: 'INVITE sip:bob@example.com SIP/3.0' }));
    expect([problem.code, problem.status, problem.answer?.status]).toEqual([
      'SIP_VERSION',
      505,
      505,
    ]);
  });

  test('RFC 3261 §7.2: another version in a response is dropped (C002)', () => {
    const problem = refused(text({}, [], { start: 'SIP/3.0 200 OK' }));
    expect(problem.answer).toBeUndefined();
  });

  test.each([
    'INVITE <sip:bob@example.com> SIP/2.0',
    'INVITE sip:bob@example.com; lr SIP/2.0',
    'INVITE sip:bob @example.com SIP/2.0',
    'INVITE  sip:bob@example.com SIP/2.0',
    'INVITE sip:bob@example.com  SIP/2.0',
    'INVITE sip:bob@example.com SIP/2.0 ',
    'INVITE sip:bob@example.com?Route=x SIP/2.0',
    'INVITE sip:@example.com SIP/2.0',
    'INVITE sip:bob@example.com;a;a SIP/2.0',
    'INVITE sip:2001:db8::10 SIP/2.0',
    'INVITE sip: SIP/2.0',
    'INVITE sip:bob@ex%61mple.com SIP/2.0',
    'INVITE sip:bob@example.com:99999 SIP/2.0',
  ])('RFC 3261 §7.1: the request line "%s" is answered 400 (C021, C022, C024, C027)', (line) => {
    const problem = refused(text({}, [], { start: line }));
    expect([problem.status, problem.answer?.status]).toEqual([400, 400]);
  });

  test.each(['', 'INVITE', '\0', 'GET', ':x y SIP/2.0', '"INVITE" x SIP/2.0'])(
    'a first line %j that is no request line is dropped',
    (line) => {
      expect(refused(text({}, [], { start: line })).answer).toBeUndefined();
    },
  );

  test.each(['099', '99', '700', '1000', '4294967301', 'abc', '-10', '20'])(
    'RFC 4475 §3.1.2.19: a response with status %s is dropped (C026)',
    (status) => {
      expect(refused(text({}, [], { start: `SIP/2.0 ${status} Odd` })).answer).toBeUndefined();
    },
  );

  test.each([
    ['SIP/2.0 100 ', ''],
    ['SIP/2.0 100', ''],
    ['SIP/2.0 200 \u00d0\u00bd\u00d0\u00be', '\u00d0\u00bd\u00d0\u00be'],
  ])('RFC 4475 §3.1.1.13: the status line %j is taken (C026)', (line, reason) => {
    const message = parsed(text({}, [], { start: line }));
    expect((message as Response).reason).toBe(reason);
  });

  test('RFC 3261 §7.5: CRLFs before the start line are read over (C019)', () => {
    expect(request(`\r\n\r\n${text()}`).toText()).toBe(text());
  });
});

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

describe('bodies', () => {
  test.each(['-1', '1e9', '4294967328', '0x10', '5, 7', '', '1 2', '99999999999999999999'])(
    'RFC 4475 §3.1.2.3: Content-Length %j is answered 400 (A03) (C016)',
    (value) => {
      const problem = refused(text({}, [`Content-Length: ${value}`], { body: 'x'.repeat(20) }));
      expect([problem.status, problem.answer?.status]).toEqual([400, 400]);
    },
  );

  test('RFC 4475 §3.3.9: two Content-Length rows are answered 400 (C016)', () => {
    const rows = ['Content-Length: 3', 'l: 5'];
    expect(refused(text({}, rows, { body: 'hello' })).answer?.status).toBe(400);
  });

  test('RFC 3261 §18.3: what is longer than Content-Length is cut off (C017)', () => {
    const message = request(text({}, ['Content-Length: 3'], { body: 'hello INVITE' }));
    expect(latin1(message.body)).toBe('hel');
    expect(message.toText()).toBe(text({}, ['Content-Length: 3'], { body: 'hel' }));
  });

  test('RFC 3261 §18.3: without Content-Length the body goes to the end (C017)', () => {
    expect(latin1(request(text({}, [], { body: 'to the end' })).body)).toBe('to the end');
  });

  test('RFC 3261 §18.3: a body shorter than its Content-Length is answered 400, in a response dropped (C018)', () => {
    expect(refused(text({}, ['Content-Length: 6'], { body: 'hello' })).answer?.status).toBe(400);
    const response = refused(text({}, ['Content-Length: 6'], { ...responseStart, body: 'hello' }));
    expect(response.answer).toBeUndefined();
  });

  test('every byte value survives in a body and in a header', () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, code) => code);
    const high = latin1(bytes.subarray(128));
    const message = request(
      text({}, [`X: ${high}`, 'Content-Length: 256'], { body: latin1(bytes) }),
    );
    expect(message.body).toEqual(bytes);
    expect(message.rows('x')).toEqual([high]);
  });
});

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

describe('text in place of bytes', () => {
  test.each([
    ['a request with a body', text({}, ['Content-Length: 3'], { body: 'abcdef' })],
    ['line ends before the start line (RFC 3261 §7.5)', `\r\n\r\n${text()}`],
    ['characters that are no bytes', text({ To: ['\u0142 <sip:bob@example.com>'] })],
    ['too much', text({}, [], { body: 'x'.repeat(70_000) })],
    ['nothing', ''],
    ['half a line end', '\r\n\r'],
  ])('is read as its bytes are: %s', (_, source) => {
    const [one, other] = [parseMessageText(source), parseMessage(latin1Bytes(source))];
    if (one.ok && other.ok) expect(one.value.toText()).toBe(other.value.toText());
    else expect(one).toEqual(other);
  });
});

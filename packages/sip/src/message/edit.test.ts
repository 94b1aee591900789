// Edits and new messages: what changes, what stays byte for byte, and what throws.
import { describe, expect, test } from 'vitest';
import { latin1, latin1Bytes } from '../base/bytes.ts';
import { createRequest } from './create.ts';
import type { RequestInit } from './create.ts';
import {
  appendHeader,
  prependHeader,
  removeHeader,
  replaceFirst,
  setBody,
  setHeader,
  setUri,
} from './edit.ts';
import { via } from './header/via.ts';
import type { Message, Request } from './message.ts';
import { formatNameAddress } from './name-address.ts';
import { parameters } from './parameters.ts';
import { parseMessage } from './parse.ts';
import { createResponse } from './respond.ts';
import { sipUri } from './uri.ts';

const source = [
  'INVITE  sip:bob@example.com SIP/2.0'.replace('  ', ' '),
  'v:  SIP/2.0/UDP a.example;branch=z9hG4bKa ,',
  '  SIP/2.0/UDP b.example;branch=z9hG4bKb',
  'Via:SIP/2.0/TCP c.example;branch=z9hG4bKc',
  'max-forwards : 0070',
  'ROUTE: <sip:p1.example;lr>,<sip:p2.example;lr>',
  'From: Alice <sip:alice@example.com>;tag=1928',
  'To: Bob <sip:bob@example.com>',
  'Call-ID: a84b4c@192.0.2.1',
  'X-Odd:   \tvalue\twith   blanks  ',
  'CSeq: 31 INVITE',
  'Timestamp: 54.2',
  'Record-Route: <sip:rr.example;lr>',
  'l: 5',
  'Content-Type: text/plain',
  '',
  'hello',
].join('\r\n');

function parsed(text: string): Message {
  const result = parseMessage(latin1Bytes(text));
  if (!result.ok) throw new Error(result.error.text);
  return result.value;
}

function request(text: string = source): Request {
  const message = parsed(text);
  if (message.kind !== 'request') throw new Error('Not a request');
  return message;
}

describe('edits', () => {
  test('a message that nobody edited leaves byte for byte as it came', () => {
    expect(request().toText()).toBe(source);
    expect(latin1(request().toBytes())).toBe(source);
    expect(request().with().toText()).toBe(source);
  });

  test('setHeader replaces all rows, long and compact, at the place of the first', () => {
    const edited = request().with(
      setHeader('Via', 'SIP/2.0/UDP x.example', 'SIP/2.0/UDP y.example'),
    );
    const start = source.indexOf('v: ');
    const end = source.indexOf('max-forwards');
    expect(edited.toText()).toBe(
      `${source.slice(0, start)}Via: SIP/2.0/UDP x.example\r\nVia: SIP/2.0/UDP y.example\r\n${source.slice(end)}`,
    );
    expect(edited.topVia.host).toBe('x.example');
    expect(request().with(setHeader('X-New', '1')).toText()).toContain(
      'text/plain\r\nX-New: 1\r\n\r\nhello',
    );
  });

  test('prependHeader puts a row before the first of its kind, or after the Via rows', () => {
    const own = request().with(prependHeader('Via', 'SIP/2.0/UDP me.example;branch=z9hG4bKme'));
    expect(own.toText()).toBe(
      source.replace('v:  SIP', 'Via: SIP/2.0/UDP me.example;branch=z9hG4bKme\r\nv:  SIP'),
    );
    expect(own.topVia.branch).toBe('z9hG4bKme');
    expect(own.get(via)).toHaveLength(4);
    const path = request().with(prependHeader('Path', '<sip:p.example;lr>'));
    expect(path.toText()).toBe(
      source.replace('max-forwards', 'Path: <sip:p.example;lr>\r\nmax-forwards'),
    );
    const bare = request().with(removeHeader('v'), prependHeader('Via', 'SIP/2.0/UDP me.example'));
    expect(bare.headerNames[0]).toBe('Via');
  });

  test('appendHeader puts a row after the last of its kind, or at the end', () => {
    const edited = request().with(
      appendHeader('Record-Route', '<sip:z.example;lr>'),
      appendHeader('X', 'y'),
    );
    expect(edited.rows('record-route')).toEqual(['<sip:rr.example;lr>', '<sip:z.example;lr>']);
    expect(edited.headerNames.at(-1)).toBe('X');
  });

  test('replaceFirst changes just the first value of a list and leaves the others byte for byte', () => {
    const stamped = request().with(
      replaceFirst('Via', 'SIP/2.0/UDP a.example;branch=z9hG4bKa;received=1.2.3.4'),
    );
    expect(stamped.toText()).toBe(
      source.replace('branch=z9hG4bKa ,', 'branch=z9hG4bKa;received=1.2.3.4,'),
    );
    expect(stamped.topVia.received).toBe('1.2.3.4');
    const popped = request().with(replaceFirst('Via', undefined));
    expect(popped.get(via)?.map((hop) => hop.host)).toEqual(['b.example', 'c.example']);
    const again = popped.with(replaceFirst('Via', undefined));
    expect(again.topVia.host).toBe('c.example');
    expect(again.with(replaceFirst('Via', undefined)).has('Via')).toBe(false);
    const route = request().with(replaceFirst('Route', undefined));
    expect(route.toText()).toBe(source.replace('<sip:p1.example;lr>,', ''));
    expect(request().with(replaceFirst('X-None', 'x')).toText()).toBe(source);
  });

  test('removeHeader takes all rows of a name away', () => {
    const edited = request().with(removeHeader('Via'), removeHeader('x-odd'));
    expect([edited.has('v'), edited.has('X-Odd')]).toEqual([false, false]);
    expect(() => edited.topVia).toThrow(TypeError);
  });

  test('edits are done in order, and the message they were made of stays as it was', () => {
    const first = request();
    const edited = first
      .with(setHeader('Max-Forwards', '69'))
      .with(setHeader('To', '<sip:c@example.com>;tag=9'), setHeader('CSeq', '32 INVITE'));
    expect([edited.maxForwards, edited.toTag, edited.cseq.number]).toEqual([69, '9', 32]);
    expect([first.maxForwards, first.toTag, first.cseq.number]).toEqual([70, undefined, 31]);
    expect(first.toText()).toBe(source);
    expect(edited.fromTag).toBe('1928');
    expect(parsed(edited.toText()).toText()).toBe(edited.toText());
  });

  test('setUri replaces the Request-URI and writes SIP/2.0', () => {
    const edited = request(source.replace('SIP/2.0\r\n', 'sip/2.0\r\n')).with(
      setUri('sip:carol@192.0.2.7;lr'),
    );
    expect(edited.toText().split('\r\n')[0]).toBe('INVITE sip:carol@192.0.2.7;lr SIP/2.0');
    expect(edited.uri).toMatchObject({ user: 'carol' });
    const bare = request().with(setUri(sipUri('sip:a@h;method=BYE?Route=x')));
    expect(bare.toText().split('\r\n')[0]).toBe('INVITE sip:a@h SIP/2.0');
    expect(() => request().with(setUri('sip:a@h x'))).toThrow(TypeError);
    expect(() => createResponse(request(), 200).with(setUri('sip:a@h'))).toThrow(TypeError);
  });

  test('RFC 3261 §20.14: setBody puts Content-Length right', () => {
    const edited = request().with(setBody('good bye', 'text/html'));
    expect(edited.toText()).toBe(
      `${source.slice(0, source.indexOf('l: 5'))}Content-Length: 8\r\nContent-Type: text/html\r\n\r\ngood bye`,
    );
    const empty = request().with(setBody(new Uint8Array()));
    expect([empty.rows('l'), empty.has('Content-Type'), empty.body.length]).toEqual([
      ['0'],
      false,
      0,
    ]);
    expect(() => request().with(setBody('\u20ac'))).toThrow(TypeError);
  });

  test.each(['a\r\nX: y', 'a\nb', 'a\rb', 'a\0b', '\u20ac'])(
    'the header value %j throws in every setter (A12)',
    (value) => {
      expect(() => setHeader('X', value)).toThrow(TypeError);
      expect(() => prependHeader('X', value)).toThrow(TypeError);
      expect(() => appendHeader('X', value)).toThrow(TypeError);
      expect(() => replaceFirst('X', value)).toThrow(TypeError);
      expect(() => setBody('', value)).toThrow(TypeError);
      expect(() => request().with(setUri(`sip:${value}@h`))).toThrow(TypeError);
      expect(() => createRequest({ ...minimal, headers: [['X', value]] })).toThrow(TypeError);
      expect(() => createResponse(request(), 200, { reason: value })).toThrow(TypeError);
      expect(() => createResponse(request(), 200, { toTag: value })).toThrow(TypeError);
      expect(() => createResponse(request(), 200, { headers: [['X', value]] })).toThrow(TypeError);
      expect(() => parameters({ x: value })).toThrow(TypeError);
    },
  );

  test.each(['a\r\nX: y', 'a\nb', 'a\0b'])('the display name %j throws (A12)', (displayName) => {
    const address = { displayName, uri: sipUri('sip:a@h'), parameters: parameters({}) };
    expect(() => formatNameAddress(address)).toThrow(TypeError);
    expect(formatNameAddress({ ...address, displayName: 'a "b" \\' })).toBe(
      '"a \\"b\\" \\\\" <sip:a@h>',
    );
  });

  test.each(['', 'a b', 'a:', 'a\r\n', 'ü'])('the header name %j throws (A12)', (name) => {
    expect(() => setHeader(name, 'x')).toThrow(TypeError);
    expect(() => removeHeader(name)).toThrow(TypeError);
    expect(() => createRequest({ ...minimal, headers: [[name, 'x']] })).toThrow(TypeError);
  });

  test('what was received with a quoted NUL can be sent on and copied (RFC 4475 §3.1.1.2)', () => {
    const odd = request(source.replace('Bob <', '"a\\\0b" <'));
    expect(odd.to.displayName).toBe('a b');
    expect(odd.with(setHeader('X', odd.rows('To')[0] ?? '')).rows('X')).toEqual(odd.rows('To'));
    expect(createResponse(odd, 200).rows('To')[0]).toContain('"a\\\0b"');
    expect(formatNameAddress(odd.to)).toBe('"a b" <sip:bob@example.com>');
  });
});

const minimal: RequestInit = {
  method: 'OPTIONS',
  uri: 'sip:bob@example.com',
  headers: [
    ['Via', 'SIP/2.0/UDP a.example;branch=z9hG4bKa'],
    ['From', '<sip:a@example.com>;tag=1'],
    ['To', '<sip:b@example.com>'],
    ['Call-ID', 'x'],
    ['CSeq', '1 OPTIONS'],
  ],
};

describe('new messages', () => {
  test('RFC 3261 §7: each line ends in CRLF, and the empty line stands without a body too (C001, C002)', () => {
    const message = createRequest(minimal);
    expect(message.toText()).toBe(
      [
        'OPTIONS sip:bob@example.com SIP/2.0',
        'Via: SIP/2.0/UDP a.example;branch=z9hG4bKa',
        'From: <sip:a@example.com>;tag=1',
        'To: <sip:b@example.com>',
        'Call-ID: x',
        'CSeq: 1 OPTIONS',
        'Content-Length: 0',
        '',
        '',
      ].join('\r\n'),
    );
    expect(parsed(message.toText()).toText()).toBe(message.toText());
    expect([message.callId, message.cseq.number, message.fromTag]).toEqual(['x', 1, '1']);
    expect(message.uri).toMatchObject({ user: 'bob' });
  });

  test('RFC 3261 §20.14: Content-Length is that of the body, whatever was given (C020)', () => {
    const body = Uint8Array.from([0, 13, 10, 255]);
    const message = createRequest({ ...minimal, headers: [...minimal.headers, ['l', '99']], body });
    expect(message.rows('Content-Length')).toEqual(['4']);
    expect(message.body).toEqual(body);
  });

  test('RFC 3261 §7.1: a request line is never written with brackets, blanks or URI headers (C024)', () => {
    expect(() => createRequest({ ...minimal, uri: '<sip:a@h>' })).toThrow(TypeError);
    expect(() => createRequest({ ...minimal, uri: 'sip:a@h ' })).toThrow(TypeError);
    expect(() => createRequest({ ...minimal, method: 'IN VITE' })).toThrow(TypeError);
    const message = createRequest({ ...minimal, uri: 'sip:a@h?From=x' });
    expect(message.toText()).toMatch(/^OPTIONS sip:a@h SIP\/2\.0\r\n/);
  });

  test('RFC 3261 §20.10: a URI is always written in angle brackets (C011)', () => {
    const uri = sipUri('sip:a,b@h;x?y=z');
    expect(formatNameAddress({ uri, parameters: parameters({}), tag: '1' })).toBe(
      '<sip:a,b@h;x?y=z>;tag=1',
    );
  });

  test('RFC 3261 §8.2.6.2: a response copies Via, From, To, Call-ID and CSeq, and gets a To tag (C091)', () => {
    const response = createResponse(request(), 180, {
      toTag: 'abc',
      headers: [['Contact', '<sip:b@h>']],
    });
    expect(response.toText()).toBe(
      [
        'SIP/2.0 180 Ringing',
        'Via: SIP/2.0/UDP a.example;branch=z9hG4bKa , SIP/2.0/UDP b.example;branch=z9hG4bKb',
        'Via: SIP/2.0/TCP c.example;branch=z9hG4bKc',
        'From: Alice <sip:alice@example.com>;tag=1928',
        'To: Bob <sip:bob@example.com>;tag=abc',
        'Call-ID: a84b4c@192.0.2.1',
        'CSeq: 31 INVITE',
        'Contact: <sip:b@h>',
        'Content-Length: 0',
        '',
        '',
      ].join('\r\n'),
    );
    expect([response.status, response.reason, response.toTag]).toEqual([180, 'Ringing', 'abc']);
  });

  test('RFC 3261 §8.2.6.1: a 100 copies Timestamp and gives no tag (C091)', () => {
    const response = createResponse(request(), 100, { toTag: 'abc' });
    expect([response.toTag, response.rows('Timestamp')]).toEqual([undefined, ['54.2']]);
    expect(createResponse(request(), 200).has('Timestamp')).toBe(false);
  });

  test('RFC 3261 §8.2.6.2: a To tag that is there stays (C091)', () => {
    const inDialog = request().with(setHeader('To', '<sip:b@h>;tag=theirs'));
    expect(createResponse(inDialog, 200, { toTag: 'ours' }).toTag).toBe('theirs');
  });

  test('RFC 3261 §8.2.7: without a tag given, each repeat of a request gets the same one (C091)', () => {
    const tag = createResponse(request(), 404).toTag;
    expect(tag).toMatch(/^[a-z0-9]{14}$/);
    expect(createResponse(request(), 404).toTag).toBe(tag);
    const other = request().with(setHeader('CSeq', '32 INVITE'));
    expect(createResponse(other, 404).toTag).not.toBe(tag);
  });

  test('a status that is none throws', () => {
    for (const status of [99, 700, 200.5, Number.NaN]) {
      expect(() => createResponse(request(), status)).toThrow(TypeError);
    }
  });

  test('a message keeps its rows while others are parsed and read', () => {
    const first = request();
    const second = request(source.replaceAll('example', 'elsewhere'));
    expect(first.topVia.host).toBe('a.example');
    expect(first.rows('Route')).toEqual(['<sip:p1.example;lr>,<sip:p2.example;lr>']);
    expect(second.rows('Route')).toEqual(['<sip:p1.elsewhere;lr>,<sip:p2.elsewhere;lr>']);
    expect(first.with(removeHeader('Via')).rows('Record-Route')).toEqual(['<sip:rr.example;lr>']);
    expect(second.headerNames).toEqual(first.headerNames);
  });
});

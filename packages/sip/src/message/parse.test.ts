// What the parser takes of start lines and bodies, what it refuses and how (conformance items C002 to C019).
import { describe, expect, test } from 'vitest';
import { latin1, latin1Bytes } from '../base/bytes.ts';
import type { Response } from './message.ts';
import { parseMessage, parseMessageText } from './parse.ts';
import { text, parsed, request, refused, responseStart } from './parse.test-kit.ts';

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

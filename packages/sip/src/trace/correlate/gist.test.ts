// What is found in a message without parsing it.
import { describe, expect, test } from 'vitest';
import { gistOf, tagIn, uriIn } from './gist.ts';

describe('the gist of a message', () => {
  test('is its method or status, Call-ID, CSeq method, From and To, by long and compact names', () => {
    expect(
      gistOf(
        'INVITE sip:b@h SIP/2.0\r\nf: <sip:a@h>;tag=1\r\nTo:<sip:b@h>\r\nI : x@y\r\ncseq: 7  INVITE\r\n\r\nCall-ID: no',
      ),
    ).toEqual({
      callId: 'x@y',
      method: 'INVITE',
      status: undefined,
      about: 'INVITE',
      from: '<sip:a@h>;tag=1',
      to: '<sip:b@h>',
    });
    expect(gistOf('SIP/2.0 486 Busy Here\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\n\r\n')).toMatchObject({
      status: 486,
      method: undefined,
      about: 'INVITE',
    });
  });

  test('is nothing where Call-ID or CSeq is not among the headers', () => {
    expect(gistOf('')).toBeUndefined();
    expect(gistOf('\r\n\r\n')).toBeUndefined();
    expect(gistOf('INVITE sip:b@h SIP/2.0\r\nCall-ID: x\r\n\r\n')).toBeUndefined();
    expect(gistOf('INVITE sip:b@h SIP/2.0\r\nCSeq: 1 INVITE\r\n\r\nCall-ID: x')).toBeUndefined();
  });

  test('takes the first of a repeated header, and time linear in the text', () => {
    const text = `INVITE sip:b@h SIP/2.0\r\nCall-ID: one\r\nCall-ID: two\r\nCSeq: 1 INVITE\r\n${'a:b\r\n'.repeat(20_000)}\r\n`;
    expect(gistOf(text)?.callId).toBe('one');
    expect(gistOf(`${':'.repeat(60_000)}\r\n${': '.repeat(60_000)}`)).toBeUndefined();
  });
});

describe('addresses', () => {
  test('lose password, parameters and headers', () => {
    expect(uriIn('"x" <sip:alice:secret@h:5060;transport=tcp?a=b>;tag=1')).toBe('sip:alice@h:5060');
    expect(uriIn('sip:alice@h;tag=1')).toBe('sip:alice@h');
    expect(uriIn('sip:h:5060')).toBe('sip:h:5060');
    expect(uriIn('')).toBe('');
  });

  test('have their tag behind the URI', () => {
    expect(tagIn('<sip:a@h;tag=no>;x=1;tag=yes;y')).toBe('yes');
    expect(tagIn('<sip:a@h;tag=no>')).toBe('');
  });
});

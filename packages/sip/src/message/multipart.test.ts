// Multipart bodies: the parts that are found, and the bodies that are refused.
import { describe, expect, test } from 'vitest';
import { createRequest } from './create.ts';
import type { Request } from './message.ts';
import { bodyParts, findPart } from './multipart.ts';

function message(type: string | undefined, body: string): Request {
  const headers = type === undefined ? [] : [['Content-Type', type] as const];
  return createRequest({ method: 'INVITE', uri: 'sip:b@h', headers, body });
}

function part(type: string, body: string): string {
  return `Content-Type: ${type}\r\n\r\n${body}\r\n`;
}

const sdp = part('application/sdp', 'v=0\r\ns=-\r\n');

function texts(request: Request): string[] | undefined {
  const parts = bodyParts(request);
  return parts.ok ? parts.value.map((one) => one.text) : undefined;
}

describe('bodies', () => {
  test('a body that is not multipart is its own part', () => {
    const found = findPart(message('Application/SDP', 'v=0'), 'application/sdp');
    expect(found).toMatchObject({ ok: true, value: { text: 'v=0' } });
    expect(texts(message(undefined, ''))).toEqual([]);
    expect(texts(message(undefined, 'x'))).toEqual(['x']);
  });

  test.each(['mixed', 'alternative', 'related'])(
    'RFC 5621 §4.2: SDP is found in multipart/%s (C028)',
    (kind) => {
      const body = `preamble\r\n--b\r\n${part('text/plain', 'hi')}--b \t\r\n${sdp}--b--\r\nepilogue`;
      const found = findPart(message(`multipart/${kind};boundary="b"`, body), 'application/sdp');
      expect(found).toMatchObject({ ok: true, value: { text: 'v=0\r\ns=-\r\n' } });
      expect(findPart(message(`multipart/${kind};boundary=b`, body), 'image/png')).toEqual({
        ok: true,
        value: undefined,
      });
    },
  );

  test('RFC 5621 §4.2: SDP is found in a nested body (C028)', () => {
    const inner = `--in\r\n${part('text/html', 'x')}--in\r\nContent-Disposition: session\r\n${sdp}--in--`;
    const body = `--out\r\n${part('multipart/alternative;boundary=in', inner)}--out--`;
    const found = findPart(message('multipart/mixed; boundary=out', body), 'application/sdp');
    expect(found).toMatchObject({ ok: true, value: { disposition: 'session' } });
  });

  test('RFC 2046 §5.1.1: a boundary counts only at the start of a line, and not as the start of a longer one', () => {
    const body = `--b\r\n\r\nx --b\r\n--bb\r\n--b--x\r\n--b--`;
    expect(texts(message('multipart/mixed;boundary=b', body))).toEqual(['x --b\r\n--bb\r\n--b--x']);
  });

  test('a part may be empty, and may have no headers', () => {
    const body = '--b\r\n\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n\r\n--b--';
    expect(texts(message('multipart/mixed;boundary=b', body))).toEqual(['', '']);
  });

  test.each([
    ['no boundary', 'multipart/mixed', `--b\r\n${sdp}--b--`],
    ['an empty boundary', 'multipart/mixed;boundary=""', `--\r\n${sdp}----`],
    [
      'a boundary over 70 characters',
      `multipart/mixed;boundary=${'b'.repeat(71)}`,
      `--${'b'.repeat(71)}--`,
    ],
    ['no parts', 'multipart/mixed;boundary=b', '--b--\r\n'],
    ['nothing of its boundary', 'multipart/mixed;boundary=b', 'hello'],
    ['no end', 'multipart/mixed;boundary=b', `--b\r\n${sdp}--b\r\n${sdp}`],
    ['a part with bad headers', 'multipart/mixed;boundary=b', '--b\r\nno colon\r\n\r\nx\r\n--b--'],
    ['a part of no type', 'multipart/mixed;boundary=b', `--b\r\n${part('text', 'x')}--b--`],
    ['too many parts', 'multipart/mixed;boundary=b', `${'--b\r\n\r\nx\r\n'.repeat(300)}--b--`],
    ['a malformed type', 'multipart', `--b\r\n${sdp}--b--`],
  ])(
    'RFC 5621 §4.2: a multipart body with %s is a problem with status 400 (A09) (C028)',
    (_, type, body) => {
      expect(bodyParts(message(type, body))).toMatchObject({ ok: false, error: { status: 400 } });
      expect(findPart(message(type, body), 'application/sdp').ok).toBe(false);
    },
  );

  test('32 levels are taken, more are refused (A08)', () => {
    const nested = (depth: number): Request => {
      let body = part('text/plain', 'deep');
      for (let level = depth - 1; level > 0; level -= 1) {
        body = part(`multipart/mixed;boundary=b${level}x`, `--b${level}x\r\n${body}--b${level}x--`);
      }
      return message('multipart/mixed;boundary=b0x', `--b0x\r\n${body}--b0x--`);
    };
    expect(texts(nested(32))).toEqual(['deep']);
    expect(texts(nested(33))).toBeUndefined();
    expect(texts(nested(1000))).toBeUndefined();
  });
});

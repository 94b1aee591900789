// The stream framer: whatever the chunks, the same messages; and no way on after a length that cannot be trusted.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { latin1, latin1Bytes } from '../base/bytes.ts';
import { frameWhole, StreamFramer } from './framing.ts';
import type { Framed } from './framing.ts';

function request(lines: readonly string[], body = ''): string {
  return ['OPTIONS sip:a@example.com SIP/2.0', 'Call-ID: 1', ...lines, '', body].join('\r\n');
}

function shown(framed: readonly Framed[]): readonly string[] {
  return framed.map((each) => {
    if (each.kind === 'keep-alive' || each.kind === 'pong') return each.kind;
    return each.kind === 'lost' ? `lost: ${each.reason}` : latin1(each.bytes);
  });
}

function frame(chunks: readonly string[]): readonly string[] {
  const framer = new StreamFramer();
  return chunks.flatMap((chunk) => shown(framer.push(latin1Bytes(chunk))));
}

const first = request(['Content-Length: 5'], 'hello');
const second = request(['l : 4', 'Subject: \xff'], '\r\n\r\n');
const third = request(['CONTENT-LENGTH:\r\n\t0'], '');

describe('StreamFramer', () => {
  const stream = `\r\n${first}${second}\r\n\r\n${third}\r\n\r\n\r\n${first}`;
  const expected = [first, second, 'keep-alive', third, 'keep-alive', first];

  test('RFC 3261 §18.3: several messages in one chunk come out each for itself (C019)', () => {
    expect(frame([stream])).toEqual(expected);
  });

  test('RFC 3261 §18.3: a stream cut at any one offset gives the same messages (C019)', () => {
    for (let at = 0; at <= stream.length; at += 1) {
      expect(frame([stream.slice(0, at), stream.slice(at)])).toEqual(expected);
    }
  });

  test('RFC 3261 §18.3: a stream cut anywhere, byte by byte too, gives the same messages (C019)', () => {
    expect(frame(stream.split(''))).toEqual(expected);
    fc.assert(
      fc.property(fc.array(fc.nat(stream.length), { maxLength: 40 }), (cuts) => {
        const places = [0, ...cuts.toSorted((a, b) => a - b), stream.length];
        expect(frame(places.slice(1).map((to, index) => stream.slice(places[index], to)))).toEqual(
          expected,
        );
      }),
    );
  });

  test('RFC 3261 §7.5: CRLF before a start line is skipped (C019)', () => {
    expect(frame([`\r\n${first}`])).toEqual([first]);
  });

  test('RFC 5626 §5.4: CRLFCRLF asks for an answer, a lone CRLF for none (C041)', () => {
    expect(frame(['\r\n'])).toEqual([]);
    expect(frame(['\r\n\r\n'])).toEqual(['keep-alive']);
    expect(frame(['\r\n\r\n\r\n\r\n'])).toEqual(['keep-alive', 'keep-alive']);
    expect(frame(['\r\n', first, '\r\n', first])).toEqual([first, first]);
  });

  test('RFC 5626 §4.4.1: after a ping of ours a lone CRLF is its pong, also between pings of the peer (C043)', () => {
    const framer = new StreamFramer();
    const push = (text: string): readonly string[] => shown(framer.push(latin1Bytes(text)));
    framer.awaitPong();
    expect([push('\r\n'), push('\r\n'), push('\r'), push('\n')]).toEqual([
      ['pong'],
      [],
      [],
      ['keep-alive'],
    ]);
    framer.awaitPong();
    expect(push(`\r\n\r\n\r\n${first}`)).toEqual(['pong', 'keep-alive', first]);
  });

  test('RFC 3261 §20.14: without Content-Length the framing is lost, and what follows is never a message (C020)', () => {
    expect(frame([request([]) + first, first])).toEqual(['lost: There is no Content-Length']);
  });

  test.each(['-1', '1e9', '0x10', '5, 7', '5 7', '', '+5', '5;', '5.0', '\xb2'])(
    'RFC 4475 §3.1.2.3: Content-Length `%s` loses the framing, and the next request is never run (C016, A03)',
    (value) => {
      expect(frame([request([`Content-Length: ${value}`], 'hello'), first])).toEqual([
        'lost: Content-Length is not one number',
      ]);
    },
  );

  test.each(['4294967328', '1000000000', '99999999999999999999999999', '65536'])(
    'RFC 4475 §3.1.2.3: Content-Length %s is beyond the limit, and nothing is allocated for it (A03)',
    (value) => {
      expect(frame([request([`Content-Length: ${value}`], 'hello'), first])).toEqual([
        'lost: The message is too long',
      ]);
    },
  );

  test('RFC 4475 §3.3.9: two Content-Length rows lose the framing even when they agree (C016, A03)', () => {
    for (const other of ['Content-Length: 5', 'l: 5', 'content-length : 6']) {
      expect(frame([request(['Content-Length: 5', other], 'hello'), first])).toEqual([
        'lost: Content-Length is not one number',
      ]);
    }
  });

  test('RFC 3261 §7.3.1: a folded line or another header is not taken for Content-Length', () => {
    const text = request(
      ['Subject: x\r\n Content-Length: 9', 'X-Content-Length: 9', 'Content-Lengthy: 9', 'l: 2'],
      'ok',
    );
    expect(frame([text + first])).toEqual([text, first]);
  });

  test.each([
    ['a TLS greeting', '\x16\x03\x01\x02\x00'],
    ['zeros', '\0\0'],
    ['a line feed', '\n'],
    ['a return alone', '\rX'],
    ['a space', ' OPTIONS'],
    ['HTTP', 'GET / HTTP/1.1\r\n'],
    ['an SSH banner', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ['a version inside a word', 'OPTIONS sip:a@xSIP/2.0\r\n'],
  ])('A stream that begins with %s is lost at once (X18)', (_name, text) => {
    expect(frame([text])).toHaveLength(1);
    expect(frame([text])[0]).toMatch(/^lost: The (stream|start line) is not SIP$/);
  });

  test('The start line, the headers and the message are limited, and so is what waits for their end (X17)', () => {
    expect(frame([`OPTIONS sip:${'a'.repeat(9000)}`])).toEqual([
      'lost: The start line is too long',
    ]);
    expect(frame([request([`Subject: ${'a'.repeat(33_000)}`])])).toEqual([
      'lost: The headers are too long',
    ]);
    const framer = new StreamFramer({ headers: 100 });
    expect(shown(framer.push(latin1Bytes(request([`Subject: ${'a'.repeat(200)}`]))))).toEqual([
      'lost: The headers are too long',
    ]);
    const head = request(['Content-Length: 65000']);
    const whole = request(
      [`Content-Length: ${65_536 - head.length}`],
      'x'.repeat(65_536 - head.length),
    );
    expect(frame([whole])).toEqual([whole]);
    expect(frame([request([`Content-Length: ${65_537 - head.length}`])])).toEqual([
      'lost: The message is too long',
    ]);
  });

  test('What is lost comes with its start line and headers, so that a request can be answered (C020)', () => {
    const framer = new StreamFramer();
    const [lost] = framer.push(latin1Bytes(request(['Content-Length: x'], 'hello') + first));
    expect(lost?.kind === 'lost' ? latin1(lost.bytes) : '').toBe(request(['Content-Length: x']));
  });

  test('pending counts the bytes of an unfinished message and no others', () => {
    const framer = new StreamFramer();
    framer.push(latin1Bytes(`${first}OPT`));
    expect(framer.pending).toBe(3);
    framer.push(latin1Bytes(second.slice(3)));
    expect(framer.pending).toBe(0);
  });

  test('Messages that came out stay as they are when more comes in', () => {
    const framer = new StreamFramer();
    framer.push(latin1Bytes(first.slice(0, 10)));
    const [kept] = framer.push(latin1Bytes(first.slice(10) + second.slice(0, 10)));
    framer.push(latin1Bytes(second.slice(10)));
    expect(kept?.kind === 'message' ? latin1(kept.bytes) : '').toBe(first);
  });

  test.each([
    ['headers', '\r\n\r'],
    ['long lines', 'a'],
    ['line ends', '\r'],
  ])('A message of %s that comes byte by byte costs linear time (A07)', (_name, piece) => {
    const bytes = [...latin1Bytes(request([`Subject: ${piece.repeat(300_000 / piece.length)}`]))];
    const time = (): number => {
      const framer = new StreamFramer({ message: 1_000_000, headers: 1_000_000 });
      const start = performance.now();
      for (const byte of bytes) framer.push(Uint8Array.of(byte));
      return performance.now() - start;
    };
    // Were only the bytes that wait copied each time, this would take many seconds.
    expect(Math.min(time(), time(), time())).toBeLessThan(2_000);
  });

  test('No bytes make it throw', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 80 })), (chunks) => {
        const framer = new StreamFramer();
        for (const chunk of chunks) framer.push(chunk);
      }),
    );
  });
});

describe('frameWhole', () => {
  const whole = (text: string): string =>
    shown([frameWhole(latin1Bytes(text))].filter((each) => each !== undefined)).join();

  test('RFC 7118 §5: a message needs no Content-Length (C047)', () => {
    expect(whole(request([], 'body'))).toBe(request([], 'body'));
    expect(whole(first)).toBe(first);
    expect(whole(`${first}\r\n`)).toBe(`${first}\r\n`);
  });

  test('RFC 7118 §5: a second message in one frame is an error (C047)', () => {
    expect(whole(first + second)).toBe('lost: More than one message in one frame');
  });

  test('RFC 7118 §6: CRLFCRLF asks for an answer, a lone CRLF for none (C041)', () => {
    expect(whole('\r\n\r\n')).toBe('keep-alive');
    expect(whole('\r\n')).toBe('pong');
    expect(whole('')).toBe('');
  });

  test('What cannot be SIP is lost', () => {
    expect(whole('{"method":"INVITE"}')).toBe('lost: The message is not SIP');
  });
});

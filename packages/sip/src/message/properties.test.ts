// Properties of the message room: nothing throws, what is written is read back, edits leave the rest alone, and time is
// linear in the input (A07, A12).
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { latin1Bytes } from '../base/bytes.ts';
import { createRequest } from './create.ts';
import {
  appendHeader,
  prependHeader,
  removeHeader,
  replaceFirst,
  setHeader,
  setUri,
} from './edit.ts';
import type { Edit } from './edit.ts';
import type { HeaderField } from './header/field.ts';
import * as door from './index.ts';
import type { Message } from './message.ts';
import { bodyParts } from './multipart.ts';
import { parseMessage } from './parse.ts';
import { createResponse } from './respond.ts';
import { formatUri, parseUri } from './uri.ts';

const fields: readonly HeaderField<unknown>[] = Object.values<unknown>(door).filter(isField);

function isField(value: unknown): value is HeaderField<unknown> {
  return typeof value === 'object' && value !== null && 'parse' in value && 'format' in value;
}

const sample = [
  'INVITE sip:bob@example.com;transport=tcp SIP/2.0',
  'Via: SIP/2.0/UDP a.example:5060;branch=z9hG4bKa;rport, SIP/2.0/TCP b.example',
  'v : SIP/2.0/TLS [2001:db8::1]:5061;received=2001:db8::2',
  'Max-Forwards: 70',
  'From: "Al \\"ice\\"" <sip:alice@example.com>;tag=1928',
  'To: <sip:bob@example.com>',
  'Call-ID: a84b4c@192.0.2.1',
  'CSeq: 31 INVITE',
  'Contact: <sip:a@192.0.2.1>;q=0.5,\r\n sip:b@192.0.2.2',
  'Route: <sip:p.example;lr>',
  'WWW-Authenticate: Digest realm="a", nonce="b"',
  'Content-Type: multipart/mixed;boundary=b',
  'X-Odd: ;;,,"',
  'Content-Length: 30',
  '',
  '--b\r\n\r\nhello\r\n--b--\r\n and more',
].join('\r\n');

// Reads everything that can be read, so that anything that throws is found.
function readAll(message: Message): void {
  for (const field of fields) message.read(field);
  for (const name of message.headerNames) message.rows(name);
  for (const [name, value] of message.headers()) expect(`${name}${value}`).not.toMatch(/[\r\n]/);
  bodyParts(message);
  const seen = [
    message.topVia,
    message.from,
    message.to,
    message.callId,
    message.cseq,
    message.maxForwards,
  ];
  expect(seen).toHaveLength(6);
  if (message.kind === 'request') {
    expect(parseMessage(createResponse(message, 200, { toTag: 'x' }).toBytes()).ok).toBe(true);
    expect(formatUri(message.uri)).not.toBe('');
  }
}

function survives(bytes: Uint8Array): void {
  const result = parseMessage(bytes);
  if (result.ok) {
    readAll(result.value);
    // What was received can be copied into a message of our own.
    const copied = [...result.value.headers()].map(([name, value]) => appendHeader(name, value));
    expect(result.value.with(...copied).toText()).toContain(result.value.toText().split('\r\n')[0]);
    const again = parseMessage(result.value.toBytes());
    expect(again.ok && again.value.toText()).toBe(result.value.toText());
  } else {
    expect(result.error.answer?.topVia.host ?? 'dropped').not.toBe('');
  }
}

describe('any bytes', () => {
  test('random bytes never throw', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), survives), { numRuns: 500 });
  });

  test('a message with random bytes in it never throws', () => {
    const change = fc.tuple(
      fc.nat(sample.length),
      fc.nat(12),
      fc.string({ unit: 'binary-ascii', maxLength: 8 }),
    );
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        let text = sample;
        for (const [at, length, put] of changes)
          text = text.slice(0, at) + put + text.slice(at + length);
        survives(latin1Bytes(text));
      }),
      { numRuns: 1500 },
    );
  });

  test('a message with any two of its lines swapped, doubled or left out never throws', () => {
    const lines = sample.split('\r\n');
    const order = fc.array(fc.nat(lines.length - 1), { maxLength: 20 });
    fc.assert(
      fc.property(order, (chosen) =>
        survives(latin1Bytes(chosen.map((at) => lines[at] ?? '').join('\r\n'))),
      ),
      { numRuns: 500 },
    );
  });

  test('random header values never throw, and each value that is read can be written and read again', () => {
    const bits = [
      '<sip:a@h>',
      'sip:a@h',
      ';x',
      ';tag=1',
      ';q=0.5',
      '="q\\""',
      '"d" ',
      'SIP/2.0/UDP h',
      'a/b',
      '*',
    ];
    const unit = fc.constantFrom(
      ...bits,
      ...' \t";,<>@:=%\\/?()[]+.-0159aA~\u00ff'.split(''),
      ', ',
      '1 INVITE',
      'Digest a=',
    );
    const value = fc.array(unit, { maxLength: 8 }).map((list) => list.join(''));
    fc.assert(
      fc.property(
        fc.constantFrom(...fields),
        fc.array(value, { minLength: 1, maxLength: 2 }),
        (field, rows) => {
          const read = field.parse(rows.map((row) => row.trim()));
          if (!read.ok) return;
          const again = field.parse(field.format(read.value));
          expect(again).toEqual(read);
        },
      ),
      { numRuns: 3000 },
    );
  });

  test('random URIs never throw, and what is read can be written and read again', () => {
    const rest = fc.string({
      unit: fc.constantFrom(...';@:=%?&[].-0159aAfF+*#/~$'.split('')),
      maxLength: 30,
    });
    fc.assert(
      fc.property(
        fc.constantFrom('sip:', 'sips:', 'tel:', 'x:', 'sip:a@h', 'tel:1'),
        rest,
        (scheme, text) => {
          const read = parseUri(scheme + text);
          if (read.ok) expect(parseUri(formatUri(read.value))).toEqual(read);
        },
      ),
      { numRuns: 3000 },
    );
  });
});

const headerText = fc.string({
  unit: fc.constantFrom(...'abz019 ;,"<>=@:\\\t\u00e9\u0000'.split('')),
  maxLength: 20,
});
const name = fc.constantFrom('X-A', 'x-b', 'Subject', 's', 'Supported', 'Date', '__proto__');

describe('round trips', () => {
  test('parse(serialise(m)) equals m for messages of our own (A12)', () => {
    const header = fc.tuple(name, headerText);
    fc.assert(
      fc.property(
        fc.array(header, { maxLength: 8 }),
        fc.uint8Array({ maxLength: 60 }),
        (headers, body) => {
          const init = { ...needed, headers: [...needed.headers, ...headers], body };
          if (headers.some(([, value]) => /(?<!\\)\0/.test(value))) {
            expect(() => createRequest(init)).toThrow(TypeError);
            return;
          }
          const made = createRequest(init);
          const result = parseMessage(made.toBytes());
          if (!result.ok) throw new Error(result.error.text);
          const found = result.value;
          expect([...found.headers()].map(([key, value]) => [key, value.trim()])).toEqual(
            [
              ...needed.headers,
              ...headers.map(([key, value]) => [key, value.replace(/^[ \t]+|[ \t]+$/g, '')]),
              ['Content-Length', String(body.length)],
            ].map(([key, value]) => [key, value?.trim()]),
          );
          expect(found.body).toEqual(body);
          expect(found.toText()).toBe(made.toText());
        },
      ),
      { numRuns: 300 },
    );
  });

  test('no text whatever in a setter makes a header of its own (A12)', () => {
    const evil = fc.string({
      unit: fc.constantFrom('\r', '\n', '\0', 'Evil: x', ':', ' ', '\t', '"', '\\'),
      maxLength: 8,
    });
    fc.assert(
      fc.property(evil, (value) => {
        let made: Message;
        try {
          made = createRequest({ ...needed, headers: [...needed.headers, ['Subject', value]] });
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError);
          return;
        }
        const result = parseMessage(made.toBytes());
        expect(result.ok && result.value.headerNames).toEqual(made.headerNames);
        expect(made.has('Evil')).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  test('edits leave every other row byte for byte', () => {
    const edit: fc.Arbitrary<Edit> = fc.oneof(
      fc
        .constantFrom('X-Odd', 'Contact', 'Route', 'X-New', 'm')
        .map((header) => setHeader(header, 'new')),
      fc.constantFrom('X-Odd', 'Contact', 'Route', 'X-New').map(removeHeader),
      fc
        .constantFrom('Route', 'Path', 'Contact')
        .map((header) => prependHeader(header, '<sip:n.example>')),
      fc
        .constantFrom('Route', 'Path', 'Contact')
        .map((header) => appendHeader(header, '<sip:n.example>')),
      fc.constantFrom('Route', 'Contact').map((header) => replaceFirst(header, undefined)),
      fc.constantFrom('Route', 'Contact').map((header) => replaceFirst(header, '<sip:f.example>')),
      fc.constant(setUri('sip:carol@example.com')),
    );
    const touched = /^(?:Contact|Route|X-Odd|X-New|Path|m)\b/;
    const others = (text: string): string[] =>
      text
        .split(/\r\n(?![ \t])/)
        .slice(1)
        .filter((line) => !touched.test(line));
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 6 }), (edits) => {
        const parsed = parseMessage(latin1Bytes(sample));
        if (!parsed.ok) throw new Error(parsed.error.text);
        const edited = edits.reduce<Message>((message, one) => message.with(one), parsed.value);
        expect(others(edited.toText())).toEqual(others(parsed.value.toText()));
        expect(parsed.value.with(...edits).toText()).toBe(edited.toText());
        expect(parseMessage(edited.toBytes())).toMatchObject({ ok: true });
      }),
      { numRuns: 500 },
    );
  });
});

const needed = {
  method: 'INVITE',
  uri: 'sip:bob@example.com',
  headers: [
    ['Via', 'SIP/2.0/UDP a.example;branch=z9hG4bKa'],
    ['From', '<sip:a@example.com>;tag=1'],
    ['To', '<sip:b@example.com>'],
    ['Call-ID', 'x'],
    ['CSeq', '1 INVITE'],
  ],
} as const;

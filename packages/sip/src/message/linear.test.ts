// The cost of hostile text grows with its length and not faster, for each reader of this room (A07).
import { describe, expect, test } from 'vitest';
import { latin1Bytes } from '../base/bytes.ts';
import { isLinear } from '../testing/growth.test-kit.ts';
import { createRequest } from './create.ts';
import type { HeaderField } from './header/field.ts';
import * as door from './index.ts';
import { bodyParts } from './multipart.ts';
import { parseMessage } from './parse.ts';
import { sameUri } from './same-uri.ts';
import { parseUri } from './uri.ts';

const units = [
  ',',
  ' ',
  '\t',
  '"',
  '\\',
  '<',
  '>',
  ';',
  ';a',
  ';a=',
  ';a=b',
  '%',
  '%41',
  '\r\n ',
  '\r\n\t',
  ' ,',
  ', ',
  '\\"',
  '""',
  '"\\',
  '<>',
  '<,',
  '"<',
  '(',
  '((',
  ')',
  ':',
  '::',
  '[',
  '[:',
  '@',
  'a@',
  '?',
  '&',
  '=',
  'a=,',
  '1',
  '0',
  'a',
  '.',
  '-',
  '--b\r\n',
  '\r\n--b',
  'a: b\r\n',
  'a\r\n',
  '\r\n',
  '\n',
  '\r',
  '\0',
  'sip:a,',
  '/',
  '*,',
] as const;

const allowed = {
  message: 1_000_000,
  row: 1_000_000,
  headers: 1_000_000,
  headerCount: 100_000,
  viaCount: 100_000,
  routeCount: 100_000,
  contactCount: 100_000,
};

const before =
  'INVITE sip:b@h SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKa\r\nFrom: <sip:a@h>;tag=1\r\n';
const after = '\r\nTo: <sip:b@h>\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\n\r\n';

const readers: Readonly<Record<string, (text: string) => unknown>> = {
  'the whole message': (text) => parseMessage(latin1Bytes(text), allowed),
  'the request line': (text) =>
    parseMessage(latin1Bytes(`INVITE ${text} SIP/2.0\r\n\r\n`), allowed),
  'the status line': (text) => parseMessage(latin1Bytes(`SIP/2.0 ${text}\r\n\r\n`), allowed),
  'a header row': (text) => parseMessage(latin1Bytes(`${before}X: ${text}${after}`), allowed),
  'a header name': (text) => parseMessage(latin1Bytes(`${before}${text}: x${after}`), allowed),
  'a Via row': (text) => parseMessage(latin1Bytes(`${before}Via: ${text}${after}`), allowed),
  'a Contact row': (text) =>
    parseMessage(latin1Bytes(`${before}Contact: ${text}${after}`), allowed),
  'a From row': (text) => parseMessage(latin1Bytes(`${before}From: "x${text}${after}`), allowed),
  'a row that is unfolded': (text) => {
    const result = parseMessage(latin1Bytes(`${before}X: ${text}${after}`), allowed);
    return result.ok && result.value.rows('X');
  },
  'a sip URI': (text) => parseUri(`sip:${text}`),
  'a sip URI after its host': (text) => parseUri(`sip:a@h;${text}`),
  'a tel URI': (text) => parseUri(`tel:1${text}`),
  'two URIs': (text) => {
    const uri = parseUri(`sip:${text}@h?${text}`);
    return uri.ok && sameUri(uri.value, { ...uri.value });
  },
  'a multipart body': (text) =>
    bodyParts(
      createRequest({
        method: 'INVITE',
        uri: 'sip:b@h',
        headers: [['Content-Type', 'multipart/mixed;boundary=b']],
        body: `--b\r\n${text}\r\n--b--`,
      }),
    ),
};

function isField(value: unknown): value is HeaderField<unknown> {
  return typeof value === 'object' && value !== null && 'parse' in value && 'format' in value;
}

describe('hostile text', () => {
  test.each(Object.entries(readers))(
    '%s costs under 10 ms for 64 KiB, or as much as its length (A07)',
    (_, read) => {
      expect(units.filter((unit) => !isLinear(read, unit))).toEqual([]);
    },
  );

  const fields = Object.values<unknown>(door).filter(isField);

  test.each(fields.map((field) => [field.name, field] as const))(
    'the header %s costs under 10 ms for 64 KiB, or as much as its length (A07)',
    (_, field) => {
      expect(units.filter((unit) => !isLinear((text) => field.parse([text]), unit))).toEqual([]);
    },
  );

  test('no typed header was forgotten', () => {
    expect(fields.length).toBeGreaterThan(60);
  });
});

// SIP messages, headers and URIs under changes of every kind: nothing throws, nothing hangs, what was read can be written.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { latin1, latin1Bytes } from '../../packages/sip/src/base/bytes.ts';
import * as door from '../../packages/sip/src/message/index.ts';
import { goodRequests, goodResponses, torture } from './corpus.ts';
import { equal, equalValues, fields, readDatagram, sameWhenWritten } from './datagram.ts';
import { samples, uris } from './header-samples.ts';
import { change, changed, mutate, oddWords } from './mutate.ts';
import { fuzz } from './runs.ts';

const { createRequest, createResponse, formatUri, parseMessage, parseUri } = door;
const messages = [...goodRequests(), ...goodResponses(), ...torture];

fuzz(
  'any datagram is a message that can be read, written and answered, or a problem whose answer is framed well',
  { runs: 900, input: changed(messages) },
  readDatagram,
);

fuzz(
  'random bytes are a problem',
  { runs: 300, input: fc.string({ unit: 'binary-ascii', maxLength: 300 }) },
  (text) => {
    if (parseMessage(latin1Bytes(text)).ok) throw new Error('It was taken');
  },
);

const header = fc.nat(fields.length - 1).chain((index) => {
  const field = fields[index];
  const good = samples[field?.name ?? ''] ?? [];
  const row = fc
    .record({ of: fc.constantFrom(...good), changes: fc.array(change, { maxLength: 3 }) })
    .map(({ of, changes }) => rowOf(mutate(of, changes)));
  return fc.record({
    name: fc.constant(field?.name ?? ''),
    rows: fc.array(row, { minLength: 1, maxLength: 3 }),
  });
});

// What a row of a message can hold: folds are undone, and a bare NUL never gets so far.
function rowOf(text: string): string {
  return text
    .replace(/[\r\n]+/g, ' ')
    .replace(/(?<!\\)\0/g, '')
    .trim();
}

test('each typed header has samples to start from', () => {
  expect(fields.map(({ name }) => name).filter((name) => samples[name] === undefined)).toEqual([]);
  for (const field of fields) {
    for (const row of samples[field.name] ?? [])
      expect([field.name, row, field.parse([row]).ok]).toEqual([field.name, row, true]);
  }
});

fuzz(
  'each typed header is read or is a problem, and reads the same when it is written',
  { runs: 3000, input: header },
  ({ name, rows }) => {
    const field = fields.find((one) => one.name === name);
    const read = field?.parse(rows);
    if (field === undefined || read?.ok !== true) return;
    sameWhenWritten(field, read.value);
  },
);

fuzz(
  'each URI is read or is a problem, and reads the same when it is written',
  { runs: 2000, input: changed(uris, 4) },
  (text) => {
    const read = parseUri(text);
    if (!read.ok) return;
    const written = formatUri(read.value);
    equalValues(parseUri(written), read, written);
    if (!door.sameUri(read.value, read.value)) throw new Error('It is not equal to itself');
  },
);

const tokens = fc.constantFrom(...oddWords, ...'abz09 \t\u00e9'.split(''));
const written = fc.array(tokens, { maxLength: 6 }).map((words) => words.join(''));

fuzz(
  'A12: what the serialiser takes comes back as it was, and anything else throws a TypeError',
  {
    runs: 600,
    input: fc.record({
      method: fc.oneof(fc.constantFrom('INVITE', 'FROB'), written),
      uri: fc.oneof(fc.constantFrom(...uris), written),
      headers: fc.array(
        fc.tuple(fc.oneof(fc.constantFrom('X-A', 'Subject', 'Contact'), written), written),
        { maxLength: 4 },
      ),
      reason: written,
      body: written,
    }),
  },
  writeMessage,
);

function writeMessage(init: {
  readonly method: string;
  readonly uri: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly reason: string;
  readonly body: string;
}): void {
  const { method, uri, headers, reason, body } = init;
  const needed = [
    ['Via', 'SIP/2.0/UDP a.example;branch=z9hG4bKa'],
    ['From', '<sip:a@example.com>;tag=1'],
    ['To', '<sip:b@example.com>'],
    ['Call-ID', 'x'],
    ['CSeq', `1 ${method}`],
  ] as const;
  const request = madeOrRefused(() =>
    createRequest({ method, uri, headers: [...needed, ...headers], body: latin1Bytes(body) }),
  );
  if (request === undefined) return;
  const read = parseMessage(request.toBytes());
  // A header that must stand once was given twice, or malformed: the reader says so, and no more may be wrong.
  if (!read.ok) {
    if (read.error.code !== 'SIP_PARSE_HEADER' && read.error.code !== 'SIP_TOO_LARGE')
      throw new Error(`What was written is refused: ${read.error.text}`);
    return;
  }
  equal(
    read.value.headerNames.join('\n'),
    request.headerNames.join('\n'),
    'The names of the headers',
  );
  equal(latin1(read.value.body), body, 'The body');
  const response = madeOrRefused(() =>
    createResponse(request, 486, { reason, headers, toTag: 't' }),
  );
  if (response === undefined) return;
  const back = parseMessage(response.toBytes());
  if (back.ok)
    equal(
      back.value.headerNames.join('\n'),
      response.headerNames.join('\n'),
      'The names of the headers',
    );
  else if (back.error.code !== 'SIP_PARSE_HEADER' && back.error.code !== 'SIP_TOO_LARGE')
    throw new Error(`The response is refused: ${back.error.text}`);
}

function madeOrRefused<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof TypeError || error instanceof door.SipError) return undefined;
    throw error;
  }
}

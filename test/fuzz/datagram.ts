// What must hold for any bytes that come as one datagram: read whole, written alike, answered well, or refused.
import { isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';
import { latin1, latin1Bytes } from '../../packages/sip/src/base/bytes.ts';
import * as door from '../../packages/sip/src/message/index.ts';
import type { HeaderField, Message, MessageProblem } from '../../packages/sip/src/message/index.ts';
import { StreamFramer } from '../../packages/sip/src/transport/framing.ts';

const { bodyParts, createResponse, parseMessage } = door;

/** Every typed header. */
export const fields: readonly HeaderField<unknown>[] = Object.values<unknown>(door).filter(isField);

function isField(value: unknown): value is HeaderField<unknown> {
  return typeof value === 'object' && value !== null && 'parse' in value && 'format' in value;
}

/** What must hold for any datagram. */
export function readDatagram(text: string): void {
  const bytes = latin1Bytes(text);
  const parsed = parseMessage(bytes);
  if (parsed.ok) readMessage(parsed.value);
  else checkAnswer(parsed.error, text);
  equal(latin1(bytes), text, 'The bytes that were read');
}

function readMessage(message: Message): void {
  const written = parseMessage(message.toBytes());
  if (!written.ok)
    throw new Error(`What was taken is refused when it is written: ${written.error.text}`);
  equal(written.value.toText(), message.toText(), 'The text after reading and writing');
  for (const field of fields) readField(message, field);
  bodyParts(message);
  if (message.kind === 'response') return;
  const answer = createResponse(message, 200, { toTag: 'x' });
  const read = parseMessage(answer.toBytes());
  if (!read.ok) throw new Error(`The answer is malformed: ${read.error.text}`);
  equal(read.value.rows('Via').join(), message.rows('Via').join(), 'Via in the answer');
  equal(read.value.callId, message.callId, 'Call-ID in the answer');
}

function readField(message: Message, field: HeaderField<unknown>): void {
  const value = message.read(field);
  if (!value.ok || value.value === undefined) return;
  const rows = field.format(value.value);
  for (const row of rows) {
    // A row that stands in a message has no line end; NUL only as a quoted pair.
    if (/[\r\n]/.test(row)) throw new Error(`${field.name} is written with a line end: ${row}`);
  }
  if (rows.length > 0) sameWhenWritten(field, value.value);
}

// From, To, Call-ID and CSeq go back as they came, malformed or not; but nothing else may come in that way.
function checkAnswer({ answer, status }: MessageProblem, text: string): void {
  if (answer === undefined) return;
  if (/^(\r\n)*ACK /.test(text)) throw new Error('An ACK is answered');
  equal(answer.status, status, 'The status of the answer');
  const framed = new StreamFramer().push(answer.toBytes());
  equal(framed.map(({ kind }) => kind).join(), 'message', 'The answer on a stream');
  const names = new Set(['Via', 'From', 'To', 'Call-ID', 'CSeq', 'Content-Length']);
  const odd = answer.headerNames.filter((name) => !names.has(name));
  equal(odd.join(), '', 'Headers that an answer does not have');
  const again = parseMessage(answer.toBytes());
  // Every Via goes back, and were there too many.
  if (!again.ok && !['SIP_PARSE_HEADER', 'SIP_TOO_LARGE'].includes(again.error.code))
    throw new Error(`The answer is refused: ${again.error.text}`);
}

/** Throws when two texts differ. */
export function equal(actual: string | number, expected: string | number, what: string): void {
  if (actual !== expected)
    throw new Error(`${what}: ${JSON.stringify(actual)} is not ${JSON.stringify(expected)}`);
}

/** Throws when two values differ in anything. */
export function equalValues(actual: unknown, expected: unknown, what: string): void {
  if (!isDeepStrictEqual(actual, expected)) {
    expect(actual, what).toEqual(expected);
    throw new Error(`${what} differs`);
  }
}

/**
 * RFC 5118 §4.5, RFC 3261 §20.10: brackets in `received` and a malformed `expires` are read, and written as they mean; so
 * are a value of `early-only` and a `refresher` in other letters.
 */
const writtenAsMeant: ReadonlySet<string> = new Set([
  'Via',
  'Contact',
  'Replaces',
  'Session-Expires',
]);

/** What was read reads the same after it was written. */
export function sameWhenWritten(field: HeaderField<unknown>, value: unknown): void {
  const rows = field.format(value);
  if (rows.length === 0) return;
  const again = field.parse(rows);
  const what = `${field.name} ${JSON.stringify(rows)}`;
  if (!again.ok) throw new Error(`${what}: ${again.error.text}`);
  equalValues(field.format(again.value), rows, what);
  if (!writtenAsMeant.has(field.name)) equalValues(again.value, value, what);
}

// Messages for the tests of the parser, written from a usual one with changes.
import { latin1Bytes } from '../base/bytes.ts';
import type { Message, Request } from './message.ts';
import { parseMessage } from './parse.ts';
import type { MessageProblem } from './problem.ts';

/** The start line of a usual INVITE. */
export const start = 'INVITE sip:bob@example.com SIP/2.0';
/** Its needed headers. */
export const usual = {
  Via: 'SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK776',
  'Max-Forwards': '70',
  From: 'Alice <sip:alice@example.com>;tag=1928',
  To: 'Bob <sip:bob@example.com>',
  'Call-ID': 'a84b4c@192.0.2.1',
  CSeq: '31 INVITE',
} as const;

type Usual = keyof typeof usual;

/** The usual INVITE, with some headers changed, left out or added. */
export function text(
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

/** The message in `source`; throws when the parser refuses it. */
export function parsed(source: string): Message {
  const result = parseMessage(latin1Bytes(source));
  if (!result.ok) throw new Error(result.error.text);
  return result.value;
}

/** The request in `source`. */
export function request(source: string): Request {
  const message = parsed(source);
  if (message.kind !== 'request') throw new Error('Not a request');
  return message;
}

/** What the parser says of `source`; throws when it takes it. */
export function refused(source: string): MessageProblem {
  const result = parseMessage(latin1Bytes(source));
  if (result.ok) throw new Error('The parser took it');
  return result.error;
}

/** What makes the usual message a response. */
export const responseStart = { start: 'SIP/2.0 200 OK' };

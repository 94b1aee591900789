// A message as a document needs it: its row of the story with its text, its addresses and the headers that tell of dialogs.
import type { ObservedAddress } from '../../base/tap.ts';
import { contentType } from '../../message/header/content-type.ts';
import type { Message } from '../../message/message.ts';
import type { SessionDescription } from '../../sdp/description.ts';
import type { MessageRow } from '../correlate/labelled.ts';
import { uriIn } from '../correlate/gist.ts';
import { readDescription, readText } from '../correlate/read-text.ts';

/** One message with all that was found out of it. */
export interface Heard {
  readonly row: MessageRow;
  readonly frame: number;
  readonly text: string;
  readonly source: ObservedAddress;
  readonly destination: ObservedAddress;
  /** Counts from 1 through the document. */
  readonly number: number;
  /** Number of its leg. */
  readonly leg: number;
  /** Undefined when it is no valid SIP message. */
  readonly message: Message | undefined;
  readonly description: SessionDescription | undefined;
}

/** Reads what a document needs of a message's text. */
export function hear(text: string): Pick<Heard, 'message' | 'description'> {
  const parsed = readText(text);
  if (!parsed.ok) return { message: undefined, description: undefined };
  const message = parsed.value;
  return { message, description: descriptionOf(message) };
}

/** The URI of its first Contact, without name and parameters. */
export function contactOf(message: Message): string | undefined {
  const [value] = message.rows('Contact');
  return value === undefined ? undefined : bare(value);
}

/** The URIs of Record-Route in the order of the message (RFC 3261 §20.30). */
export function recordedRoute(message: Message): readonly string[] {
  return message
    .rows('Record-Route')
    .flatMap((row) => row.split(/,(?=\s*(?:<|"))/))
    .map((value) => /<([^>]*)>/.exec(value)?.[1] ?? value.trim())
    .filter((uri) => uri !== '')
    .slice(0, 20);
}

/** How many hops it came over: its Via values. */
export function hopsOf(message: Message): number {
  return message.rows('Via').reduce((sum, row) => sum + row.split(',').length, 0);
}

function descriptionOf(message: Message): SessionDescription | undefined {
  const { bodyText } = message;
  if (bodyText === '') return undefined;
  const type = message.get(contentType);
  if (type === undefined || `${type.type}/${type.subtype}`.toLowerCase() !== 'application/sdp')
    return undefined;
  const parsed = readDescription(bodyText);
  return parsed.ok ? parsed.value : undefined;
}

function bare(value: string): string {
  return /<([^>]*)>/.exec(value)?.[1] ?? uriIn(value);
}

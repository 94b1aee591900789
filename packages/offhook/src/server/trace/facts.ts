// What of a message says whose call it belongs to.
import { readable } from '@offhook/sip';
import {
  formatUri,
  isSipUri,
  nilSessionId,
  parseMessageText,
  sessionId,
  userOf,
} from '@offhook/sip/message';
import type { Message, Uri } from '@offhook/sip/message';
import { canonicalAor } from '../location/aor.ts';
import type { DomainOf } from '../location/aor.ts';

/** The identifying parts of a message. */
export interface MessageFacts {
  readonly callId: string;
  /** Of the request, or of CSeq in a response. */
  readonly method: string;
  readonly status: number | undefined;
  /** Who takes part, as URIs without parameters. */
  readonly from: string;
  readonly to: string;
  /** Users of our domain among From, To and the Request-URI. */
  readonly users: readonly string[];
  /** Names that the legs of one call share: the halves of Session-ID (RFC 7989), the Call-ID in X-CID. */
  readonly joins: readonly string[];
}

/** Reads `text`; undefined when it is no message. Responses and requests that follow others say nothing new of who takes part. */
export function factsOf(text: string, domainOf: DomainOf): MessageFacts | undefined {
  const isFollowing = /^(?:SIP\/2\.0|ACK|BYE|CANCEL|PRACK) /.test(text);
  return (isFollowing ? followingFacts(text) : undefined) ?? wholeFacts(text, domainOf);
}

// Ten times as quick as reading the message, which a busy system does a thousand times a second.
function followingFacts(text: string): MessageFacts | undefined {
  const callId = callIdIn(text);
  const method = /^CSeq[ \t]*:[ \t]*\d{1,10}[ \t]+([\w.!%*+`'~-]{1,64})[ \t]*\r?$/im.exec(
    text,
  )?.[1];
  if (callId === undefined || method === undefined) return undefined;
  const status = text.startsWith('SIP/2.0 ') ? Number(text.slice(8, 11)) : undefined;
  const who = { from: '', to: '', users: [] };
  return { callId, method: owned(method), status, ...who, joins: halvesIn(text) };
}

/** The halves of a Session-ID, in a text that need not be well formed. */
function halvesIn(text: string): readonly string[] {
  if (!/session-id/i.test(text)) return [];
  const [, local, remote] =
    /^Session-ID[ \t]*:[ \t]*([\da-f]{32})(?:[ \t]*;[ \t]*remote=([\da-f]{32}))?/im.exec(text) ??
    [];
  return [local, remote].flatMap((half) =>
    half === undefined || half === nilSessionId ? [] : [owned(half)],
  );
}

function wholeFacts(text: string, domainOf: DomainOf): MessageFacts | undefined {
  const parsed = parseMessageText(text);
  if (!parsed.ok) return undefined;
  const message = parsed.value;
  const ends = [message.from.uri, message.to.uri];
  const uris = message.kind === 'request' ? [...ends, message.uri] : ends;
  return {
    callId: owned(message.callId),
    method: owned(message.cseq.method),
    status: message.kind === 'response' ? message.status : undefined,
    from: shownUri(message.from.uri),
    to: shownUri(message.to.uri),
    users: [...new Set(uris.flatMap((uri) => canonicalAor(uri, domainOf)?.user ?? []))],
    joins: joinsOf(message),
  };
}

function joinsOf(message: Message): readonly string[] {
  const { local, remote } = message.get(sessionId) ?? {};
  const halves = [local, remote].filter((half) => half !== undefined && half !== nilSessionId);
  const other = message.rows('X-CID')[0];
  return [...halves, other].flatMap((name) =>
    name === undefined ? [] : [owned(name.slice(0, 256))],
  );
}

function shownUri(uri: Uri): string {
  if (!isSipUri(uri)) return owned(formatUri(uri).slice(0, 256));
  const user = readable(userOf(uri));
  return owned(`${uri.scheme}:${user === '' ? '' : `${user}@`}${uri.host}`.slice(0, 256));
}

/** A copy, since a slice keeps the whole text in memory that it was cut from. */
export function owned(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8');
}

/** The Call-ID of a text that is no message, as far as it has one. */
export function callIdIn(text: string): string | undefined {
  const found = callIdWithin(text);
  return found === undefined ? undefined : owned(found);
}

/** The same as a part of the text, for a moment: whoever keeps it keeps the text. */
export function callIdWithin(text: string): string | undefined {
  return /^(?:Call-ID|i)[ \t]*:[ \t]*(\S{1,256})/im.exec(text.slice(0, 8_000))?.[1];
}

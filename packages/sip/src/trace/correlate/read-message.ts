// What the correlator needs of a message, as owned copies; the message itself is not kept.
import { contact } from '../../message/header/contact.ts';
import { contentType } from '../../message/header/content-type.ts';
import { expires } from '../../message/header/expires.ts';
import { proxyAuthenticate } from '../../message/header/proxy-authenticate.ts';
import { nilSessionId, sessionId } from '../../message/header/session-id.ts';
import { wwwAuthenticate } from '../../message/header/www-authenticate.ts';
import type { NameAddress } from '../../message/name-address.ts';
import type { Message, Response } from '../../message/message.ts';
import { formatUri } from '../../message/uri.ts';
import { clip, keyOf, textHash } from './identity.ts';
import type { Credentials } from './labelled.ts';
import { readSdp } from './read-sdp.ts';
import type { SdpFacts } from './read-sdp.ts';
import { readText } from './read-text.ts';

/** The identifying parts of one message. */
export interface MessageFacts {
  readonly title: string;
  readonly firstLine: string;
  /** Of the request, or of CSeq in a response. */
  readonly method: string;
  readonly status: number | undefined;
  readonly reason: string | undefined;
  readonly callId: string;
  readonly cseq: number;
  readonly fromTag: string;
  readonly toTag: string | undefined;
  /** URIs without parameters and passwords, and their user parts. */
  readonly from: string;
  readonly to: string;
  readonly fromUser: string | undefined;
  readonly toUser: string | undefined;
  /** The Request-URI's host and port when it is a SIP URI: `127.0.0.1:5070`. */
  readonly target: string | undefined;
  /** Key of the client transaction on this hop (RFC 3261 §17.1.3), by branch and method; ACK counts as itself. */
  readonly branch: string;
  /** The sent-by of the top Via. */
  readonly sentBy: string;
  /** How many Via values it has: 1 when it comes from its originator. */
  readonly hops: number;
  readonly sdp: SdpFacts | undefined;
  /** The known halves of Session-ID, which all legs of a call share (RFC 7989). */
  readonly sessionIds: readonly string[];
  /** What it carries in Authorization or Proxy-Authorization. */
  readonly credentials: Credentials | undefined;
  /** Whether a challenge says that just the nonce was too old (RFC 7616 §3.3). */
  readonly stale: boolean;
  /** Only of REGISTER. */
  readonly binding: BindingFacts | undefined;
}

/** What a REGISTER or its answer says of bindings (RFC 3261 §10.2). */
export interface BindingFacts {
  /** True for `*`, which removes them all. */
  readonly all: boolean;
  /** Seconds by contact URI; undefined where the message does not say. At most ten. */
  readonly contacts: ReadonlyMap<string, number | undefined>;
}

/** Reads `text`; undefined when it is not a valid SIP message. */
export function readMessage(text: string): MessageFacts | undefined {
  const parsed = readText(text);
  return parsed.ok ? factsOf(parsed.value) : undefined;
}

/** The first line of any text, at most 200 characters. */
export function firstLineOf(text: string): string {
  const head = text.slice(0, 400);
  const end = head.search(/[\r\n]/);
  return clip(end < 0 ? head : head.slice(0, end), 200);
}

function factsOf(message: Message): MessageFacts {
  const { topVia } = message;
  const request = message.kind === 'request' ? message : undefined;
  const response = message.kind === 'response' ? message : undefined;
  const title = request?.method ?? `${response?.status ?? 0} ${response?.reason ?? ''}`.trimEnd();
  return {
    title: clip(title, 80),
    firstLine: firstLineOf(message.toText()),
    method: clip(message.cseq.method, 32),
    status: response?.status,
    reason: response === undefined ? undefined : clip(response.reason, 80),
    callId: keyOf(message.callId),
    cseq: message.cseq.number,
    fromTag: keyOf(message.fromTag ?? ''),
    toTag: message.toTag === undefined ? undefined : keyOf(message.toTag),
    from: addressOf(message.from),
    to: addressOf(message.to),
    fromUser: userOf(message.from),
    toUser: userOf(message.to),
    target: request === undefined ? undefined : targetOf(request.uri),
    branch: branchOf(message),
    sentBy: keyOf(`${topVia.host.toLowerCase()}:${topVia.port ?? ''}`),
    hops: message.rows('Via').reduce((sum, row) => sum + 1 + countCommas(row), 0),
    sdp: sdpOf(message),
    sessionIds: sessionIdsOf(message),
    credentials: credentialsOf(message),
    stale: response !== undefined && isStale(response),
    binding: message.cseq.method === 'REGISTER' ? bindingOf(message) : undefined,
  };
}

/** RFC 3261 §17.2.3: a branch without the magic cookie is worth nothing, so what RFC 2543 compared stands in. */
function branchOf(message: Message): string {
  const { branch } = message.topVia;
  if (branch !== undefined && branch.startsWith('z9hG4bK')) return keyOf(branch);
  const via = message.rows('Via')[0] ?? '';
  return `2543-${textHash(`${via}\n${message.fromTag ?? ''}\n${message.cseq.number}`).toString(36)}`;
}

function addressOf({ uri }: NameAddress): string {
  switch (uri.scheme) {
    case 'sip':
    case 'sips': {
      if (!('host' in uri)) return uri.scheme;
      const host = uri.host.includes(':') ? `[${uri.host}]` : uri.host;
      const port = uri.port === undefined ? '' : `:${uri.port}`;
      return clip(
        `${uri.scheme}:${uri.user === undefined ? '' : `${uri.user}@`}${host}${port}`,
        120,
      );
    }
    default:
      return clip('number' in uri ? `tel:${uri.number}` : `${uri.scheme}:..`, 120);
  }
}

function userOf({ uri }: NameAddress): string | undefined {
  if ('user' in uri && uri.user !== undefined && uri.user !== '') return clip(uri.user, 40);
  return 'number' in uri ? clip(uri.number, 40) : undefined;
}

function targetOf(uri: NameAddress['uri']): string | undefined {
  if (!('host' in uri)) return undefined;
  const host = uri.host.includes(':') ? `[${uri.host}]` : uri.host;
  return clip(`${host}:${uri.port ?? 5060}`, 120);
}

function isStale(response: Response): boolean {
  const challenges =
    response.status === 401 ? response.get(wwwAuthenticate) : response.get(proxyAuthenticate);
  return (
    challenges?.some(({ parameters }) => parameters.get('stale')?.toLowerCase() === 'true') ?? false
  );
}

function bindingOf(message: Message): BindingFacts {
  const values = message.get(contact) ?? [];
  const otherwise = message.get(expires);
  const contacts = new Map<string, number | undefined>();
  for (const value of values.slice(0, 10)) {
    if (value === '*') continue;
    contacts.set(clip(formatUri(value.uri), 200), value.expires ?? otherwise);
  }
  return { all: values.includes('*'), contacts };
}

function sdpOf(message: Message): SdpFacts | undefined {
  const { bodyText } = message;
  if (bodyText === '') return undefined;
  const type = message.get(contentType);
  if (type === undefined || `${type.type}/${type.subtype}`.toLowerCase() !== 'application/sdp')
    return undefined;
  return readSdp(bodyText);
}

function sessionIdsOf(message: Message): readonly string[] {
  const named = message.get(sessionId);
  return [named?.local, named?.remote].flatMap((half) =>
    half === undefined || half === nilSessionId ? [] : keyOf(half),
  );
}

function credentialsOf(message: Message): Credentials | undefined {
  const [row] = [...message.rows('Authorization'), ...message.rows('Proxy-Authorization')];
  if (row === undefined) return undefined;
  return /^bearer\s/i.test(row) ? 'token' : 'digest';
}

function countCommas(row: string): number {
  let count = 0;
  for (const char of row) if (char === ',') count += 1;
  return count;
}

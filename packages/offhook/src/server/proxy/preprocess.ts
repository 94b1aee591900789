// RFC 3261 §16.4: what the Request-URI and the first Route values say to this proxy, before anything else is decided.
import type { Target } from '@offhook/sip';
import { isSipUri, replaceFirst, route, setHeader, setUri, splitList } from '@offhook/sip/message';
import type { Edit, Request, SipUri, Uri } from '@offhook/sip/message';
import { looksRecorded, readOwnRoute } from './own-route.ts';
import type { OwnRoute, Sign } from './own-route.ts';

/** How this proxy knows itself. */
export interface Identity {
  /** True when host and port of a URI are this server's. */
  readonly isOurs: (uri: Uri) => boolean;
  /** Makes the token of a Record-Route from a text that holds the Call-ID; nobody else can make it. */
  readonly sign: Sign;
}

/** A request after §16.4. */
export interface Preprocessed {
  readonly request: Request;
  /** True when it has a To tag and came by a route that we made for this Call-ID. */
  readonly inDialogOfOurs: boolean;
  /** True when a route that led here has a token which we did not make for this Call-ID (RFC 5626 §5.3.1). */
  readonly isForged: boolean;
  /** Where the other end is reached, when our route says so and none follows it. */
  readonly peer: Target | undefined;
  /** The neighbour on the side to which it goes, when our route says who that is; it may be reached wherever it is. */
  readonly neighbour: Target | undefined;
}

/** Takes our own routes off the top, also those that a strict router or a double Record-Route left (RFC 5658 §5). */
export function preprocess(received: Request, identity: Identity): Preprocessed {
  const found: OwnRoute[] = [];
  const restored = afterStrictRouter(received, identity, found);
  const request = withoutMaddr(restored, identity.isOurs);
  const edits: Edit[] = [];
  const routes = request.get(route) ?? [];
  for (const { uri } of routes) {
    const own = ownRoute(uri, request.callId, identity);
    if (own === undefined) break;
    edits.push(replaceFirst('Route', undefined));
    found.push(own);
  }
  const last = found.findLast(({ kind }) => kind !== 'plain');
  const isForged = found.some(({ kind }) => kind === 'forged');
  const signed = last !== undefined && !isForged;
  const reached = edits.length === routes.length;
  const neighbour = signed && last.kind === 'signed' ? last.peer : undefined;
  return {
    request: request.with(...edits),
    inDialogOfOurs: signed && request.toTag !== undefined,
    isForged,
    peer: reached ? neighbour : undefined,
    neighbour,
  };
}

// A strict router has put our Record-Route into the Request-URI, and the Request-URI at the end of Route.
function afterStrictRouter(request: Request, identity: Identity, found: OwnRoute[]): Request {
  const { uri, callId } = request;
  const own = looksRecorded(uri) ? ownRoute(uri, callId, identity) : undefined;
  const last = own === undefined ? undefined : request.get(route)?.at(-1);
  if (own === undefined || last === undefined) return request;
  const values = request.rows('Route').flatMap((row) => splitList(row) ?? []);
  found.push(own);
  return request.with(setUri(last.uri), setHeader('Route', ...values.slice(0, -1)));
}

// What bears our token is ours, by whatever address it was reached; what leads to us is ours, with a token or without.
function ownRoute(uri: Uri, callId: string, { isOurs, sign }: Identity): OwnRoute | undefined {
  const own = readOwnRoute(uri, callId, sign);
  return own.kind === 'signed' || isOurs(uri) ? own : undefined;
}

function withoutMaddr(request: Request, isOurs: (uri: Uri) => boolean): Request {
  const { uri } = request;
  if (!isSipUri(uri)) return request;
  const maddr = uri.parameters.get('maddr');
  if (maddr === undefined) return request;
  const host = maddr.startsWith('[') && maddr.endsWith(']') ? maddr.slice(1, -1) : maddr;
  const { port: _, ...named } = uri;
  if (!isOurs({ ...uri, host })) return request;
  const kept = new Map(uri.parameters);
  kept.delete('maddr');
  kept.delete('transport');
  const bare: SipUri = { ...named, parameters: kept };
  return request.with(setUri(bare));
}

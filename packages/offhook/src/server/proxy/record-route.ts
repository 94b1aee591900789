// RFC 3261 §16.6 item 4, RFC 5658 §5: the routes by which the requests of a dialog come back through us.
import type { Address, Endpoint, Flow, Protocol, Target } from '@offhook/sip';
import { contact, isSipUri } from '@offhook/sip/message';
import type { Request, Uri } from '@offhook/sip/message';
import { peerOn, recordRouteOf } from './own-route.ts';
import type { Leg, Sign } from './own-route.ts';

/** What Record-Route values are made with. */
export interface RecordRouteOptions {
  readonly endpoint: Endpoint;
  readonly sign: Sign;
  /** True when a packet may go to `target` since somebody at `source` has said so. */
  readonly mayReach: (target: Address, source: Address) => boolean;
}

/** How one copy of a request comes and goes. */
export interface Passage {
  readonly incoming: Flow;
  readonly hop: Uri;
  readonly uri: Uri;
  /** The flow on which it goes; undefined when its hop is still to be looked up. */
  readonly flow: Flow | undefined;
  /** True when it goes over TLS whatever the hop says. */
  readonly secure: boolean;
  /** True when nothing stands between us and the target. */
  readonly direct: boolean;
}

/** The values for a request, the uppermost first: one for each side when they differ, that of the outgoing side on top. */
export function recordRoutes(
  request: Request,
  passage: Passage,
  options: RecordRouteOptions,
): readonly string[] {
  if (!mayMakeDialog(request)) return [];
  const { endpoint, sign } = options;
  const { hop, uri, flow, incoming } = passage;
  const secure = uri.scheme === 'sips' || hop.scheme === 'sips';
  const outgoing = flow?.protocol ?? (passage.secure ? 'TLS' : hopProtocol(hop));
  const inProtocol = known(endpoint, incoming.protocol, secure);
  const outProtocol = known(endpoint, outgoing, secure);
  const inAddress = endpoint.sentBy(inProtocol, incoming);
  const outAddress = endpoint.sentBy(
    outProtocol,
    flow ?? (inProtocol === outProtocol ? incoming : undefined),
  );
  const { caller, callee } = neighbours(request, passage, options, outProtocol);
  const out = legOf(outProtocol, outAddress, inAddress, { secure, peer: callee });
  const into = legOf(inProtocol, inAddress, outAddress, { secure, peer: caller });
  const legs = sameLeg(out, into) ? [out] : [out, into];
  return legs.map((leg) => recordRouteOf(leg, request.callId, sign));
}

interface Neighbours {
  readonly caller: Target | undefined;
  readonly callee: Target | undefined;
}

// A neighbour is named where its own URI does not lead to it, or where the other side could not reach it by naming it.
function neighbours(
  request: Request,
  { incoming, hop, uri, flow, direct }: Passage,
  { mayReach }: RecordRouteOptions,
  outProtocol: Protocol,
): Neighbours {
  const before = targetOn(incoming);
  const after = flow === undefined ? numericTarget(hop, outProtocol) : targetOn(flow);
  const callee = flow !== undefined && direct ? peerOn(flow, uri) : undefined;
  const caller = callerOn(request, incoming);
  if (after === undefined) return { caller, callee };
  return {
    caller: caller ?? (mayReach(before, after) ? undefined : before),
    callee: callee ?? (mayReach(after, before) ? undefined : after),
  };
}

function targetOn({ protocol, remote }: Flow): Target {
  return { protocol, host: remote.host, port: remote.port };
}

function numericTarget(hop: Uri, protocol: Protocol): Target | undefined {
  if (!isSipUri(hop) || !/^[\d.]+$|:/.test(hop.host)) return undefined;
  return { protocol, host: hop.host, port: hop.port ?? (protocol === 'TLS' ? 5061 : 5060) };
}

// A socket that is bound to every address has no host of its own; then the other side's serves.
function legOf(
  protocol: Protocol,
  own: SentBy,
  other: SentBy,
  more: Pick<Leg, 'secure' | 'peer'>,
): Leg {
  return { protocol, host: isWildcard(own.host) ? other.host : own.host, port: own.port, ...more };
}

/** The transport to name: `protocol`, its secure form for sips, or what the endpoint has. */
function known({ transports }: Endpoint, protocol: Protocol, secure: boolean): Protocol {
  const have = transports.map((transport) => transport.protocol);
  const wanted = secure ? secured(protocol) : protocol;
  if (have.includes(wanted)) return wanted;
  // RFC 7118 §5: TLS may end before us, and then only the client's Via knows of it.
  const plain: Protocol = protocol === 'WSS' ? 'WS' : protocol === 'TLS' ? 'TCP' : protocol;
  return have.includes(plain) ? plain : (have[0] ?? protocol);
}

interface SentBy {
  readonly host: string;
  readonly port: number | undefined;
}

function sameLeg(a: Leg, b: Leg): boolean {
  if (a.peer !== undefined || b.peer !== undefined) return false;
  return a.protocol === b.protocol && a.host === b.host && a.port === b.port;
}

/** Methods that never make a dialog; a method that we do not know may (RFC 3261 §16.6 item 4). */
const withoutDialog: readonly string[] = [
  'ACK',
  'BYE',
  'CANCEL',
  'INFO',
  'MESSAGE',
  'OPTIONS',
  'PRACK',
  'PUBLISH',
  'REGISTER',
  'UPDATE',
];

function mayMakeDialog(request: Request): boolean {
  return request.toTag === undefined && !withoutDialog.includes(request.method);
}

// RFC 5626 §5.1: only on the first hop is the flow the caller's own.
function callerOn(request: Request, incoming: Flow): Target | undefined {
  if (request.has('Record-Route') || request.rows('Via').length > 1) return undefined;
  const [first] = request.get(contact) ?? [];
  return peerOn(incoming, first === undefined || first === '*' ? undefined : first.uri);
}

function hopProtocol(hop: Uri): Protocol {
  if (!isSipUri(hop)) return 'UDP';
  const named = hop.parameters.get('transport');
  if (named === undefined) return hop.scheme === 'sips' ? 'TLS' : 'UDP';
  const upper = named.toUpperCase();
  switch (upper) {
    case 'TCP':
    case 'TLS':
    case 'WS':
    case 'WSS':
      return upper;
    default:
      return 'UDP';
  }
}

function secured(protocol: Protocol): Protocol {
  return protocol === 'WS' || protocol === 'WSS' ? 'WSS' : 'TLS';
}

function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}

// The WebSocket handshake as a server judges it: subprotocol `sip` (RFC 7118 §4.1), Host and Origin (RFC 6455 §10.2).
import type { IncomingMessage } from 'node:http';

/** What a handshake, or another request of a browser, must show. */
export interface HandshakeRules {
  /** Origins that browsers may come from, as `https://phone.example.com`, besides the server's own Host; that one alone unless said. */
  readonly origins?: readonly string[] | 'any' | undefined;
  /** Whether a handshake without Origin, which no browser sends, is taken; true unless said. */
  readonly withoutOrigin?: boolean | undefined;
  /**
   * The Host values served: with port as browsers write it, or without for every port; any unless said. Guards against
   * names that lead here by DNS.
   */
  readonly hosts?: readonly string[] | undefined;
  /** True when the browser reaches this server by https. */
  readonly secure: boolean;
}

/** Why a handshake is refused: an HTTP status. */
export interface Refusal {
  readonly status: 400 | 403 | 421;
  readonly reason: string;
}

/** Whom a browser wants to reach, and the page that it was on. */
export interface Provenance {
  readonly host: string | undefined;
  readonly origin: string | undefined;
}

/** The refusal that a handshake deserves; undefined when it is good. */
export function judgeHandshake(
  request: IncomingMessage,
  rules: HandshakeRules,
): Refusal | undefined {
  const { host, origin } = request.headers;
  const refusal = judgeProvenance({ host, origin }, rules);
  if (refusal !== undefined) return refusal;
  if (!offersSip(request.headers['sec-websocket-protocol']))
    return { status: 400, reason: 'Bad Request' };
  return undefined;
}

/** The refusal that Host and Origin of any request deserve; undefined when they are good. */
export function judgeProvenance(
  { host, origin }: Provenance,
  rules: HandshakeRules,
): Refusal | undefined {
  if (rules.hosts !== undefined && !rules.hosts.some((known) => isServed(host, known)))
    return { status: 421, reason: 'Misdirected Request' };
  if (!mayComeFrom({ host, origin }, rules)) return { status: 403, reason: 'Forbidden' };
  return undefined;
}

// A name of another's that leads here by DNS is strange whatever its port is; ours may be reached through a port elsewhere.
function isServed(host: string | undefined, known: string): boolean {
  const [lower, wanted] = [host?.toLowerCase(), known.toLowerCase()];
  return lower === wanted || lower?.replace(/:\d{1,5}$/, '') === wanted;
}

function mayComeFrom({ host, origin }: Provenance, rules: HandshakeRules): boolean {
  if (origin === undefined) return rules.withoutOrigin ?? true;
  if (rules.origins === 'any') return true;
  const lower = origin.toLowerCase();
  const own = `${rules.secure ? 'https' : 'http'}://${host?.toLowerCase()}`;
  if (host !== undefined && lower === own) return true;
  return rules.origins?.some((allowed) => allowed.toLowerCase() === lower) ?? false;
}

function offersSip(header: string | undefined): boolean {
  return header !== undefined && header.split(',').some((protocol) => protocol.trim() === 'sip');
}

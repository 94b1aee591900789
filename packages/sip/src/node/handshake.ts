// The WebSocket handshake as a server judges it: subprotocol `sip` (RFC 7118 §4.1), Host and Origin (RFC 6455 §10.2).
import type { IncomingMessage } from 'node:http';

/** What a handshake must show. */
export interface HandshakeRules {
  /** Origins that browsers may come from, as `https://phone.example.com`; only the server's own Host unless said. */
  readonly origins?: readonly string[] | 'any' | undefined;
  /** Whether a handshake without Origin, which no browser sends, is taken; true unless said. */
  readonly withoutOrigin?: boolean | undefined;
  /** The Host values served, with port as browsers write it; any unless said. Guards against names that lead here by DNS. */
  readonly hosts?: readonly string[] | undefined;
  /** True when the browser reaches this server by https. */
  readonly secure: boolean;
}

/** Why a handshake is refused: an HTTP status. */
export interface Refusal {
  readonly status: 400 | 403 | 421;
  readonly reason: string;
}

/** The refusal that a handshake deserves; undefined when it is good. */
export function judgeHandshake(
  request: IncomingMessage,
  rules: HandshakeRules,
): Refusal | undefined {
  const { host, origin } = request.headers;
  if (
    rules.hosts !== undefined &&
    !rules.hosts.some((known) => known.toLowerCase() === host?.toLowerCase())
  ) {
    return { status: 421, reason: 'Misdirected Request' };
  }
  if (!mayComeFrom(origin, host, rules)) return { status: 403, reason: 'Forbidden' };
  if (!offersSip(request.headers['sec-websocket-protocol']))
    return { status: 400, reason: 'Bad Request' };
  return undefined;
}

function mayComeFrom(
  origin: string | undefined,
  host: string | undefined,
  rules: HandshakeRules,
): boolean {
  if (origin === undefined) return rules.withoutOrigin ?? true;
  if (rules.origins === 'any') return true;
  const lower = origin.toLowerCase();
  if (rules.origins !== undefined)
    return rules.origins.some((allowed) => allowed.toLowerCase() === lower);
  return (
    host !== undefined && lower === `${rules.secure ? 'https' : 'http'}://${host.toLowerCase()}`
  );
}

function offersSip(header: string | undefined): boolean {
  return header !== undefined && header.split(',').some((protocol) => protocol.trim() === 'sip');
}

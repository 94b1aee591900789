// What the transport does with the top Via: marks where a request came from, and reads where a response goes.
import type { Request } from '../message/message.ts';
import type { Via } from '../message/header/via.ts';
import {
  bracketed,
  canonicalHost,
  defaultPort,
  isNumeric,
  protocolOf,
  sameHost,
} from './address.ts';
import type { Address, Protocol, Target } from './port.ts';

/**
 * The request with `received` and `rport` of its top Via put right, whatever the client wrote there (RFC 3261 §18.2.1,
 * RFC 3581 §4), and its offer of keep-alives taken. The very same request comes back when there is nothing to put right.
 */
export function stampReceived(request: Request, remote: Address): Request {
  const via = request.topVia;
  const asksPort = via.rport === true;
  const source = withoutZone(canonicalHost(remote.host));
  const differs = via.host !== source && !(isNumeric(via.host) && sameHost(via.host, source));
  const received = asksPort || differs ? source : undefined;
  const keep = keepValue(request);
  if (
    !asksPort &&
    keep === undefined &&
    via.received === received &&
    via.parameters.has('received') === (received !== undefined)
  )
    return request;
  const parameters = new Map(via.parameters);
  if (asksPort) parameters.set('rport', String(remote.port));
  if (received === undefined) parameters.delete('received');
  else parameters.set('received', received);
  if (keep !== undefined) parameters.set('keep', keep);
  const { protocol, host, port, branch, rport } = via;
  return request.withTopVia({
    protocol,
    host,
    port,
    parameters,
    branch,
    received,
    rport: asksPort ? remote.port : rport,
  });
}

// RFC 6223 §4.4: we answer keep-alives of both kinds, and want them in the times of RFC 5626 §4.4.1 and §4.4.2. For a dialog
// that would take a place in its route set, so only what registers is told.
function keepValue({ method, topVia: { parameters, protocol } }: Request): string | undefined {
  if (method !== 'REGISTER' || !parameters.has('keep')) return undefined;
  return parameters.get('keep') === undefined ? (protocol === 'UDP' ? '29' : '120') : undefined;
}

/**
 * Where a response goes when the flow of its request is gone (RFC 3261 §18.2.2, RFC 3581 §4). The host is a name only
 * when the request was never stamped; `locateVia` resolves that.
 *
 * Departs from RFC 3261 §18.2.2: `maddr` is not followed, since it would let any sender aim our responses at others.
 */
export function responseTarget(topVia: Via): Target {
  const protocol = protocolOf(topVia.protocol) ?? 'UDP';
  const host = canonicalHost(topVia.received ?? topVia.host);
  const sentByPort = topVia.port ?? defaultPort(protocol);
  // RFC 3581 §4: rport counts for unreliable transports only; the source port of a lost connection listens to nobody.
  const { rport } = topVia;
  const symmetric =
    protocol === 'UDP' && topVia.received !== undefined && typeof rport === 'number';
  // RFC 5922 §7.3: what was written is what a certificate must show, not the address that we saw.
  const domain = protocol === 'TLS' ? { domain: canonicalHost(topVia.host) } : {};
  return { protocol, host, port: symmetric ? rport : sentByPort, ...domain };
}

/** True for a sent-by or Contact host that only its own flow reaches and that DNS is never asked for (RFC 7118 §5.3, RFC 2606 §2). */
export function isInvalidHost(host: string): boolean {
  const lower = host.toLowerCase();
  return lower === 'invalid' || lower.endsWith('.invalid') || lower.endsWith('.invalid.');
}

/** A zone (`%eth0`) names an interface of this machine and means nothing to the peer. */
function withoutZone(host: string): string {
  const zone = host.indexOf('%');
  return zone < 0 ? host : host.slice(0, zone);
}

/** What a new Via says. */
export interface ViaInit {
  readonly protocol: Protocol;
  /** IPv6 without brackets. */
  readonly host: string;
  readonly port?: number | undefined;
  readonly branch: string;
  /** Asks for symmetric response routing (RFC 3581 §3). */
  readonly rport?: boolean | undefined;
  /** Offers to keep the flow alive (RFC 6223 §4.3). */
  readonly keep?: boolean | undefined;
  /** Lets requests come back on the same connection (RFC 5923 §8.1). */
  readonly alias?: boolean | undefined;
}

/** The text of a new Via value. */
export function viaFor(init: ViaInit): string {
  const { protocol, host, port, branch } = init;
  const sentBy = port === undefined ? bracketed(host) : `${bracketed(host)}:${port}`;
  const flags = (['rport', 'keep', 'alias'] as const).map((flag) =>
    init[flag] === true ? `;${flag}` : '',
  );
  return `SIP/2.0/${protocol} ${sentBy};branch=${branch}${flags.join('')}`;
}

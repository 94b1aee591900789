// Whether parties that speak alike may send their media to each other, or have it brought by us.
import { isIP } from 'node:net';
import type { Flow } from '@offhook/sip';
import { isSipUri, sameHost } from '@offhook/sip/message';
import type { Request } from '@offhook/sip/message';
import { hostOf, isUnspecified, parseSdp } from '@offhook/sip/sdp';
import { sdpOf } from '@offhook/sip/session';
import type { ProxyTarget } from '../proxy/target.ts';

/**
 * Who brings the media of parties that speak alike: `direct`, they do it themselves; `anchor`, we do; `auto`, we do where one
 * of them is behind a NAT, and so hears nothing at the address that it names.
 */
export type MediaPolicy = 'direct' | 'auto' | 'anchor';

/** True when we must bring the media of a call between desk phones. */
export function needsAnchor(
  policy: MediaPolicy,
  request: Request,
  incoming: Flow,
  targets: readonly ProxyTarget[],
): boolean {
  if (policy !== 'auto') return policy === 'anchor';
  return (
    isCallerBehindNat(request, incoming) || targets.some((target) => isCalleeBehindNat(target))
  );
}

// Only the phone itself knows its address; what comes by other proxies has theirs, and says nothing of the phone.
function isCallerBehindNat(request: Request, { remote }: Flow): boolean {
  if (request.rows('Via').length > 1 || isHere(remote.host)) return false;
  const { host } = request.topVia;
  if (isIP(host) !== 0 && !sameHost(host, remote.host)) return true;
  const sdp = sdpOf(request);
  const offer = sdp === undefined ? undefined : parseSdp(sdp);
  if (offer?.ok !== true) return false;
  return offer.value.media.some(({ connection, port }) => {
    const named =
      connection === undefined || isUnspecified(connection) || port === 0
        ? undefined
        : hostOf(connection);
    return named !== undefined && isPrivate(named) && !sameHost(named, remote.host);
  });
}

// A contact is behind a NAT when it is not where its REGISTER came from (RFC 3581, RFC 5626 §5.3).
function isCalleeBehindNat({ uri, source, routes = [] }: ProxyTarget): boolean {
  if (routes.length > 0 || source === undefined || isHere(source.host) || !isSipUri(uri))
    return false;
  return isIP(uri.host) !== 0 && !sameHost(uri.host, source.host);
}

// Nothing stands between us and this very machine.
function isHere(host: string): boolean {
  return host.startsWith('127.') || host === '::1';
}

// RFC 1918, RFC 6598, RFC 4193, and link-local addresses.
function isPrivate(host: string): boolean {
  const [a = 0, b = 0] = host.split('.').map(Number);
  if (isIP(host) === 6) return /^(f[cd]|fe[89ab])/i.test(host);
  if (a === 10 || (a === 192 && b === 168) || (a === 169 && b === 254)) return true;
  return (a === 172 && b >= 16 && b < 32) || (a === 100 && b >= 64 && b < 128);
}

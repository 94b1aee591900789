// Tells which registered contacts can be called on a new connection, when the one that registered them is gone.
import { isSipUri, parseUri, sameHost } from '@offhook/sip/message';
import type { Binding } from './store.ts';

/**
 * True when the contact's own address leads to the client: always over UDP; over TCP and TLS when it names the host that
 * the REGISTER came from with another port than the connection's, or a host by name. Never for WebSocket (RFC 7118 §5)
 * and names that end in `.invalid`. An address other than the source's lies behind a NAT.
 */
export function isReachable({ contact, connection, source }: Binding): boolean {
  if (!connection) return true;
  const parsed = parseUri(contact);
  if (!parsed.ok || !isSipUri(parsed.value)) return false;
  if (source.protocol === 'WS' || source.protocol === 'WSS') return false;
  const uri = parsed.value;
  const host = uri.host.toLowerCase();
  if (host.endsWith('.invalid')) return false;
  const port = uri.port ?? (source.protocol === 'TLS' ? 5061 : 5060);
  if (sameHost(host, source.host)) return port !== source.port;
  return !/^[0-9.]+$/.test(host) && !host.includes(':');
}

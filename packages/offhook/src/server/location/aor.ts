// The one form of an address-of-record, by which the registrar stores and the proxy looks up (RFC 3261 §10.3 item 5, §16.5).
import { readable } from '@offhook/sip';
import { comparableHost, formatUri, isSipUri, userOf } from '@offhook/sip/message';
import type { Uri } from '@offhook/sip/message';

/** A domain that we serve, and other names and addresses under which clients reach it. */
export interface OwnDomain {
  readonly domain: string;
  readonly aliases?: readonly string[] | undefined;
}

/** The domain of ours that a host name or address stands for; undefined for a foreign one. */
export type DomainOf = (host: string) => string | undefined;

/** An address-of-record taken apart. */
export interface Aor {
  /** The canonical text, the key of the location service: `sip:user@domain`. */
  readonly text: string;
  /** The unescaped user part, as a person reads it. */
  readonly user: string;
  /** One of our domains, in lower case. */
  readonly domain: string;
}

/** Knows our domains by all their names. */
export function ownDomains(domains: readonly OwnDomain[]): DomainOf {
  const names = new Map<string, string>();
  for (const { domain, aliases = [] } of domains) {
    for (const name of [domain, ...aliases]) names.set(hostKey(name), domain.toLowerCase());
  }
  return (host) => names.get(hostKey(host));
}

/**
 * The canonical form of `uri` when it is an address of one of our users: host in lower case and by its main name, no
 * port, no parameters, escapes decoded. `sips` addresses share the form of `sip` (RFC 5630 §3.3).
 */
export function canonicalAor(uri: Uri, domainOf: DomainOf): Aor | undefined {
  if (!isSipUri(uri)) return undefined;
  const domain = domainOf(uri.host);
  const user = readable(userOf(uri));
  if (domain === undefined || user === '') return undefined;
  return { text: aorText(user, domain), user, domain };
}

/** What of a Request-URI its targets depend on: the scheme, the address of our user and its `gr`, else the whole URI. */
export function lookupKey(uri: Uri, domainOf: DomainOf): string {
  const aor = canonicalAor(uri, domainOf);
  if (aor === undefined || !isSipUri(uri)) return formatUri(uri);
  return `${uri.scheme} ${aor.text} ${uri.parameters.get('gr') ?? ''}`;
}

/** The canonical text for a user of ours. */
export function aorText(user: string, domain: string): string {
  return `sip:${user}@${domain.toLowerCase()}`;
}

function hostKey(host: string): string {
  return comparableHost(host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host);
}

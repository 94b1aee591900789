// Whose certificate it is, as SIP sees it: the domains that it names and how they are compared (RFC 5922 §7.1, §7.2).
import { isIP } from 'node:net';
import type { PeerCertificate } from 'node:tls';
import { canonicalHost } from '../transport/address.ts';

/** What of a certificate tells whose it is; `PeerCertificate` of node:tls fits. */
export type NamedCertificate = Pick<PeerCertificate, 'subject'> & {
  readonly subjectaltname?: string | undefined;
};

/** The identities of a certificate. */
export interface CertificateNames {
  /** SIP domains in lower case: of the URI values, else of the DNS values, else the CN where there is no subjectAltName. */
  readonly domains: readonly string[];
  /** Addresses in canonical form. */
  readonly addresses: readonly string[];
}

/** The SIP identities of a certificate (RFC 5922 §7.1). */
export function namesOf(certificate: NamedCertificate): CertificateNames {
  const { subjectaltname, subject } = certificate;
  if (subjectaltname === undefined) {
    // A subject may have several CN; only a lone one is plain enough to count.
    const name: unknown = (subject as PeerCertificate['subject'] | undefined)?.CN;
    return {
      domains: typeof name === 'string' && isDnsName(name) ? [lower(name)] : [],
      addresses: [],
    };
  }
  const values = alternativeNames(subjectaltname);
  const ofType = (type: string): readonly string[] =>
    values.flatMap((value) => (value.type === type ? [value.text] : []));
  const fromUris = ofType('URI').flatMap(sipDomain);
  return {
    domains: fromUris.length > 0 ? fromUris : ofType('DNS').map(lower),
    addresses: ofType('IP Address').map(canonicalHost),
  };
}

/**
 * True when `domain` is one of the names, compared whole and in any letter case: a wildcard matches nothing but itself
 * (RFC 5922 §7.2). An address, on which that RFC is silent, is compared with the addresses, as HTTPS does.
 */
export function covers(names: CertificateNames, domain: string): boolean {
  const host = canonicalHost(domain);
  return isIP(host) === 0 ? names.domains.includes(lower(host)) : names.addresses.includes(host);
}

/** The refusal of a certificate that does not name `domain`; undefined when it does. */
export function identityProblem(
  certificate: NamedCertificate,
  domain: string,
): (Error & { readonly code: string }) | undefined {
  const names = namesOf(certificate);
  if (covers(names, domain)) return undefined;
  const all = [...names.domains, ...names.addresses]
    .slice(0, 5)
    .map((name) => JSON.stringify(name));
  const found = all.length === 0 ? 'names no SIP domain' : `is for ${all.join(', ')}`;
  return Object.assign(new Error(`The certificate of the peer ${found}, not for ${domain}`), {
    code: 'ERR_TLS_CERT_ALTNAME_INVALID',
  });
}

interface AlternativeName {
  readonly type: string;
  readonly text: string;
}

/**
 * Node.js writes `DNS:example.com, URI:sip:example.com`, and a value with a comma, a quote or a control character as a
 * JSON string, so that no value can pretend to be two.
 */
function alternativeNames(text: string): readonly AlternativeName[] {
  const names: AlternativeName[] = [];
  const pattern = /(?:^|, )([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^",]*)(?=, |$)/gy;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const [, type = '', value = ''] = match;
    const plain = value.startsWith('"') ? unquoted(value) : value;
    if (plain !== undefined) names.push({ type, text: plain });
  }
  return names;
}

function unquoted(value: string): string | undefined {
  try {
    const text: unknown = JSON.parse(value);
    return typeof text === 'string' ? text : undefined;
  } catch {
    return undefined;
  }
}

// RFC 5922 §7.1: only sip, and never with a user, whose certificate is not the domain's.
function sipDomain(uri: string): readonly string[] {
  const found = /^sip:([^@;?:/]+)(?::\d{1,5})?(?:[;?][^@]*)?$/i.exec(uri);
  return found?.[1] === undefined ? [] : [lower(found[1])];
}

function isDnsName(text: string): boolean {
  return /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/i.test(
    text,
  );
}

// RFC 4343: the letters A to Z only; a final dot is the root, which a certificate does not write.
function lower(text: string): string {
  return text.toLowerCase().replace(/\.$/, '');
}

// Globally routable URIs of one phone of a user: made without being remembered, and read back when they are called (RFC 5627).
import { createCipheriv, createDecipheriv, createHmac, createSecretKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { writable } from '@offhook/sip';
import type { Random } from '@offhook/sip';
import { escapeUser, isSipUri, userOf } from '@offhook/sip/message';
import type { SipUri, Uri } from '@offhook/sip/message';
import { aorText, canonicalAor } from './aor.ts';
import type { Aor, DomainOf } from './aor.ts';
import type { Binding } from './store.ts';

/** A GRUU that was read back. */
export interface Gruu {
  readonly aor: Aor;
  /** A public one stays valid as long as its address-of-record, a temporary one as long as it leads somewhere (RFC 5627 §5.3). */
  readonly lasting: boolean;
  /** True for the contacts of its instance. */
  readonly leadsTo: (binding: Binding) => boolean;
}

/** The scheme of the address-of-record as it was registered, which its GRUUs share. */
export type GruuScheme = SipUri['scheme'];

const vectorBytes = 12;
const tagBytes = 16;
/** How many bytes the name of a series has. */
const seriesBytes = 8;
const markLength = 16;

// What may stand in a URI parameter as it is; an instance of other characters gets no GRUU.
const instanceForm = /^"?<([A-Za-z0-9\-_.!~*'():[\]/&+$]{1,200})>"?$/;
const temporaryForm = /^tgruu\.([A-Za-z0-9_-]{48,160})$/;

/** Makes and reads GRUUs under one key: a public one is signed, a temporary one sealed, so that it tells nothing of its user (RFC 5627 §3.1). */
export class Gruus {
  readonly #key: KeyObject;
  readonly #random: Random;

  /** `key`: 32 bytes that outlive the process, as the GRUUs are to. */
  constructor(key: Uint8Array, random: Random) {
    this.#key = createSecretKey(key);
    this.#random = random;
  }

  /** The name of a new series of temporary GRUUs. */
  newSeries(): string {
    return Buffer.from(this.#random.bytes(seriesBytes)).toString('hex');
  }

  /** The public GRUU of an instance, as `+sip.instance` names it; undefined for a name that is no URN in brackets. */
  publicOf(aor: Aor, instance: string, scheme: GruuScheme): string | undefined {
    const urn = instanceForm.exec(instance)?.[1];
    if (urn === undefined) return undefined;
    const user = escapeUser(writable(aor.user));
    return `${scheme}:${user}@${aor.domain};gr=${urn}.${this.#mark(aor, urn)}`;
  }

  /** A new temporary GRUU of a series; no two are the same, and only we can tell which belong together (RFC 5627 §5.1). */
  temporaryOf(aor: Aor, series: string, scheme: GruuScheme): string {
    const vector = this.#random.bytes(vectorBytes);
    const cipher = createCipheriv('aes-256-gcm', this.#key, vector);
    cipher.setAAD(Buffer.from(aor.domain, 'utf8'));
    const sealed = [
      vector,
      cipher.update(series, 'hex'),
      cipher.update(aor.user, 'utf8'),
      cipher.final(),
      cipher.getAuthTag(),
    ];
    return `${scheme}:tgruu.${Buffer.concat(sealed).toString('base64url')}@${aor.domain};gr`;
  }

  /** Reads a URI of ours: `plain` when it is no GRUU, `unknown` for one that we did not make. */
  read(uri: Uri, domainOf: DomainOf): Gruu | 'plain' | 'unknown' {
    if (!isSipUri(uri) || !uri.parameters.has('gr')) return 'plain';
    const value = uri.parameters.get('gr');
    const found =
      value === undefined ? this.#temporary(uri, domainOf) : this.#public(uri, value, domainOf);
    return found ?? 'unknown';
  }

  #public(uri: SipUri, value: string, domainOf: DomainOf): Gruu | undefined {
    const aor = canonicalAor(uri, domainOf);
    const urn = value.slice(0, -markLength - 1);
    if (aor === undefined || value.toLowerCase() !== `${urn}.${this.#mark(aor, urn)}`.toLowerCase())
      return undefined;
    return { aor, lasting: true, leadsTo: ({ instance }) => hasUrn(instance, urn) };
  }

  #temporary(uri: SipUri, domainOf: DomainOf): Gruu | undefined {
    const domain = domainOf(uri.host);
    const token = temporaryForm.exec(userOf(uri))?.[1];
    if (domain === undefined || token === undefined) return undefined;
    const bytes = Buffer.from(token, 'base64url');
    const sealed = bytes.subarray(vectorBytes, -tagBytes);
    const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, vectorBytes));
    decipher.setAAD(Buffer.from(domain, 'utf8'));
    decipher.setAuthTag(bytes.subarray(-tagBytes));
    try {
      const plain = Buffer.concat([decipher.update(sealed), decipher.final()]);
      const series = plain.subarray(0, seriesBytes).toString('hex');
      const user = plain.subarray(seriesBytes).toString('utf8');
      const aor = { text: aorText(user, domain), user, domain };
      return { aor, lasting: false, leadsTo: ({ gruuSeries }) => gruuSeries === series };
    } catch {
      // GCM tells by an exception that the seal is broken.
      return undefined;
    }
  }

  // RFC 3261 §19.1.4: the letter case of a parameter does not count, so it counts not here either.
  #mark(aor: Aor, urn: string): string {
    return createHmac('sha256', this.#key)
      .update(`${aor.text}\n${urn.toLowerCase()}`)
      .digest('hex')
      .slice(0, markLength);
  }
}

function hasUrn(instance: string | undefined, urn: string): boolean {
  const found = instanceForm.exec(instance ?? '')?.[1];
  return found !== undefined && found.toLowerCase() === urn.toLowerCase();
}

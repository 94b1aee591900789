// Which streams are encrypted: SRTP with keys in the descriptions, by offer and answer (RFC 4568 §5.1, §7.1).
import { Secret } from '../base/log.ts';
import { base64Length, formatCrypto, parseCrypto } from './attribute/crypto.ts';
import type { CryptoAttribute } from './attribute/crypto.ts';
import type { Attribute, MediaDescription } from './description.ts';

/** What a side does about encryption. */
export interface MediaSecurity {
  /**
   * `required`: RTP/SAVP is offered, and nothing is taken without a key. `optional`: keys are offered beside RTP/AVP, where a
   * peer that does not know them talks in the clear; RTP/SAVP is answered as well.
   */
  readonly policy: 'optional' | 'required';
  /** The keys for what this side sends, one for each suite that it has, best first. */
  readonly keys: readonly SuiteKey[];
}

/** A master key of this side for one suite. */
export interface SuiteKey {
  readonly suite: string;
  /** Key and salt behind it, in base64. */
  readonly keySalt: Secret;
}

/** The keys of one stream, as agreed. */
export interface AgreedCrypto {
  readonly suite: string;
  /** For what this side sends, in base64. */
  readonly localKey: Secret;
  /** For what the peer sends, in base64. */
  readonly remoteKey: Secret;
  /** Packets of each kind that the peer's key serves for; undefined for as many as the suite allows. */
  readonly remoteLifetime: number | undefined;
}

/** True for a profile of SRTP with keys in the description (RFC 4568 §7.1). */
export function isSecure(protocol: string): boolean {
  return protocol === 'RTP/SAVP' || protocol === 'RTP/SAVPF';
}

/** The valid a=crypto lines of a media line; of two with one tag the first. */
export function cryptosOf(media: MediaDescription): readonly CryptoAttribute[] {
  if (media.attribute('crypto') === undefined) return [];
  const byTag = new Map<number, CryptoAttribute>();
  for (const { name, value } of media.attributes) {
    const crypto = name === 'crypto' && value !== undefined ? parseCrypto(value) : undefined;
    if (crypto !== undefined && !byTag.has(crypto.tag)) byTag.set(crypto.tag, crypto);
  }
  return [...byTag.values()];
}

/** Lines for an offer: each suite with the key for it. */
export function offeredCryptos({ keys }: MediaSecurity): readonly Attribute[] {
  return keys.map(({ suite, keySalt }, index) => cryptoLine(index + 1, suite, keySalt));
}

/** The line that answers an offer: the first of its that can be taken, with our key; undefined when there is none. */
export function answeredCrypto(
  theirs: MediaDescription,
  { keys }: MediaSecurity,
): Attribute | undefined {
  for (const crypto of cryptosOf(theirs)) {
    const ours = keys.find(({ suite }) => suite === crypto.suite);
    if (ours !== undefined && isUsable(crypto, ours.keySalt.reveal()))
      return cryptoLine(crypto.tag, crypto.suite, ours.keySalt);
  }
  return undefined;
}

/** What two lines agree on: the one tag and suite that both have, with a key that can be used; else undefined. */
export function agreedCrypto(
  ours: MediaDescription,
  theirs: MediaDescription,
): AgreedCrypto | undefined {
  const their = cryptosOf(theirs);
  if (their.length === 0) return undefined;
  const pairs = cryptosOf(ours).flatMap((mine) =>
    their.flatMap((other) =>
      mine.tag === other.tag && mine.suite === other.suite ? [{ mine, other }] : [],
    ),
  );
  const [pair] = pairs;
  const localKey = pair?.mine.keys[0]?.keySalt;
  const remote = pair?.other.keys[0];
  // RFC 4568 §5.1.2: an answer takes exactly one.
  if (pair === undefined || pairs.length !== 1 || localKey === undefined || remote === undefined)
    return undefined;
  if (!isUsable(pair.other, localKey)) return undefined;
  return {
    suite: pair.mine.suite,
    localKey: new Secret(localKey),
    remoteKey: new Secret(remote.keySalt),
    remoteLifetime: remote.lifetime,
  };
}

// RFC 4568 §6.1, §6.3: a key of the suite's length and without identifier; of the session parameters only those that may be
// passed over.
function isUsable({ keys, parameters }: CryptoAttribute, ofLength: string): boolean {
  const [key, ...more] = keys;
  if (key === undefined || more.length > 0 || key.mki !== undefined) return false;
  if (base64Length(key.keySalt) !== base64Length(ofLength)) return false;
  return parameters.every((each) => each.startsWith('-') || /^WSH=\d{2,}$/.test(each));
}

function cryptoLine(tag: number, suite: string, keySalt: Secret): Attribute {
  const key = { keySalt: keySalt.reveal(), lifetime: undefined, mki: undefined };
  return { name: 'crypto', value: formatCrypto({ tag, suite, keys: [key], parameters: [] }) };
}

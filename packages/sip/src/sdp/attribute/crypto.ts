// a=crypto: a suite and a master key for SRTP, in the description itself (RFC 4568 §4, §6, §9).

/** One a=crypto line. */
export interface CryptoAttribute {
  /** 0 to 999999999; an answer repeats that of the line it takes. */
  readonly tag: number;
  /** Such as `AES_CM_128_HMAC_SHA1_80`. */
  readonly suite: string;
  /** At least one. */
  readonly keys: readonly CryptoKey[];
  /** Session parameters as written, such as `UNENCRYPTED_SRTCP`. */
  readonly parameters: readonly string[];
}

/** A master key with its salt behind it, and what belongs to it (RFC 4568 §6.1). */
export interface CryptoKey {
  /** In base64, as written. */
  readonly keySalt: string;
  /** Packets of each kind that the key serves for; undefined for as many as the suite allows. */
  readonly lifetime: number | undefined;
  /** The identifier that packets carry, and its octets in them; undefined when they carry none. */
  readonly mki: { readonly value: string; readonly length: number } | undefined;
}

/** Reads the value of an a=crypto line; undefined when it is malformed or its key is not `inline`. */
export function parseCrypto(value: string): CryptoAttribute | undefined {
  const [tag = '', suite = '', keys = '', ...parameters] = value.trim().split(/[ \t]+/, 32);
  if (!/^\d{1,9}$/.test(tag) || !/^\w{1,64}$/.test(suite)) return undefined;
  const read = keys.split(';', 16).map(readKey);
  const valid = read.filter((key) => key !== undefined);
  if (valid.length !== read.length) return undefined;
  // RFC 4568 §6.1: several keys are told apart by identifiers of one length.
  const lengths = new Set(valid.map((key) => key.mki?.length));
  if (valid.length > 1 && (lengths.size !== 1 || lengths.has(undefined))) return undefined;
  return { tag: Number(tag), suite, keys: valid, parameters };
}

/** The value of an a=crypto line. */
export function formatCrypto({ tag, suite, keys, parameters }: CryptoAttribute): string {
  const texts = keys.map(({ keySalt, lifetime, mki }) => {
    const parts = [`inline:${keySalt}`];
    if (lifetime !== undefined) parts.push(String(lifetime));
    if (mki !== undefined) parts.push(`${mki.value}:${mki.length}`);
    return parts.join('|');
  });
  return [String(tag), suite, texts.join(';'), ...parameters].join(' ');
}

/** Octets of a text in base64. */
export function base64Length(text: string): number {
  return Math.floor((text.replace(/=+$/, '').length * 3) / 4);
}

function readKey(text: string): CryptoKey | undefined {
  const [keySalt = '', ...rest] = text.replace(/^inline:/i, '').split('|', 4);
  if (!/^inline:/i.test(text) || !/^[A-Za-z0-9+/]{1,256}={0,2}$/.test(keySalt)) return undefined;
  if (rest.length > 2) return undefined;
  const mkiText = rest.at(-1)?.includes(':') === true ? rest.pop() : undefined;
  if (rest.length > 1) return undefined;
  const lifetime = rest[0] === undefined ? undefined : readLifetime(rest[0]);
  const mki = mkiText === undefined ? undefined : readMki(mkiText);
  if (rest[0] !== undefined && lifetime === undefined) return undefined;
  if (mkiText !== undefined && mki === undefined) return undefined;
  return { keySalt, lifetime, mki };
}

// RFC 4568 §6.1: a number or a power of two, no more than the 2^48 packets of the suites.
function readLifetime(text: string): number | undefined {
  const power = /^2\^([1-9]\d?)$/.exec(text)?.[1];
  const plain = /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined;
  const lifetime = power === undefined ? plain : 2 ** Number(power);
  return lifetime === undefined || lifetime > 2 ** 48 ? undefined : lifetime;
}

function readMki(text: string): CryptoKey['mki'] {
  const found = /^([1-9]\d{0,38}):([1-9]\d{0,2})$/.exec(text);
  const length = Number(found?.[2]);
  return found === null || length > 128 ? undefined : { value: found[1] ?? '', length };
}

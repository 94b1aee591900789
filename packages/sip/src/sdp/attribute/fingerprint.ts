// a=fingerprint and a=setup: the certificate that DTLS must show, and who begins (RFC 8122 §5, RFC 4145 §4).

/** The hash of a certificate. */
export interface Fingerprint {
  /** In lower case: `sha-256`. */
  readonly hash: string;
  /** In upper case with colons, as in `4A:AD:…`. */
  readonly value: string;
}

/** Who opens a connection (RFC 4145 §4). */
export type Setup = 'active' | 'passive' | 'actpass' | 'holdconn';

const lengths: ReadonlyMap<string, number> = new Map([
  ['sha-1', 20],
  ['sha-224', 28],
  ['sha-256', 32],
  ['sha-384', 48],
  ['sha-512', 64],
  ['md5', 16],
  ['md2', 16],
]);

/** Reads the value of an a=fingerprint line; undefined when it is malformed, or of a length that its hash does not have. */
export function parseFingerprint(value: string): Fingerprint | undefined {
  const [name = '', text = '', ...rest] = value.trim().split(/ +/, 3);
  if (!/^[\w-]{1,32}$/.test(name) || !/^[0-9a-f]{2}(?::[0-9a-f]{2}){1,127}$/i.test(text))
    return undefined;
  const hash = name.toLowerCase();
  const length = lengths.get(hash);
  if (rest.length > 0 || (length !== undefined && text.length !== 3 * length - 1)) return undefined;
  return { hash, value: text.toUpperCase() };
}

/** The value of an a=setup line as a role; undefined when it is none. */
export function parseSetup(value: string): Setup | undefined {
  switch (value.trim().toLowerCase()) {
    case 'active':
      return 'active';
    case 'passive':
      return 'passive';
    case 'actpass':
      return 'actpass';
    case 'holdconn':
      return 'holdconn';
    default:
      return undefined;
  }
}

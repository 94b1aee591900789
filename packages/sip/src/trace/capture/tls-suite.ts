// The cipher suites whose records can be opened, by their numbers (the registry of IANA, "TLS Cipher Suites").

/** Versions as they are written (RFC 8446 §4.1.2, RFC 2246 §6.2.1). */
export const tlsVersion = { tls10: 0x0301, tls12: 0x0303, tls13: 0x0304 } as const;

/** How the records of a suite are sealed. */
export type Sealing = 'AES-GCM' | 'ChaCha20-Poly1305' | 'AES-CBC';
/** Hashes by the names that suites have for them. */
export type HashName = 'MD5' | 'SHA1' | 'SHA256' | 'SHA384';

/** What secrets are derived with: a hash, or the two of TLS before 1.2 together (RFC 2246 §5). */
export type Derivation = 'MD5+SHA1' | 'SHA256' | 'SHA384';

/** A cipher suite, as far as records need it. */
export interface Suite {
  readonly sealing: Sealing;
  /** Octets of a key. */
  readonly keyLength: 16 | 32;
  /** What keys are derived with. */
  readonly derivation: Derivation;
  /** What chained blocks are authenticated with. */
  readonly mac: HashName;
}

const suites: ReadonlyMap<number, Suite> = new Map([
  ...entries(suite('AES-GCM', 16, 'SHA256'), [
    ...[0x1301, 0x009c, 0x009e, 0x00a0, 0x00a2, 0x00a4, 0x00a6, 0x00a8, 0x00aa, 0x00ac],
    ...[0xc02b, 0xc02d, 0xc02f, 0xc031, 0xd001],
  ]),
  ...entries(suite('AES-GCM', 32, 'SHA384'), [
    ...[0x1302, 0x009d, 0x009f, 0x00a1, 0x00a3, 0x00a5, 0x00a7, 0x00a9, 0x00ab, 0x00ad],
    ...[0xc02c, 0xc02e, 0xc030, 0xc032, 0xd002],
  ]),
  ...entries(suite('ChaCha20-Poly1305', 32, 'SHA256'), [
    ...[0x1303, 0xcca8, 0xcca9, 0xccaa, 0xccab, 0xccac, 0xccad, 0xccae],
  ]),
  ...entries(suite('AES-CBC', 16, 'SHA256', 'SHA1'), [
    ...[0x002f, 0x0030, 0x0031, 0x0032, 0x0033, 0x0034, 0x008c, 0x0090, 0x0094],
    ...[0xc004, 0xc009, 0xc00e, 0xc013, 0xc018, 0xc035],
  ]),
  ...entries(suite('AES-CBC', 32, 'SHA256', 'SHA1'), [
    ...[0x0035, 0x0036, 0x0037, 0x0038, 0x0039, 0x003a, 0x008d, 0x0091, 0x0095],
    ...[0xc005, 0xc00a, 0xc00f, 0xc014, 0xc019, 0xc036],
  ]),
  ...entries(suite('AES-CBC', 16, 'SHA256', 'SHA256'), [
    ...[0x003c, 0x003e, 0x003f, 0x0040, 0x0067, 0x006c, 0x00ae, 0x00b2, 0x00b6],
    ...[0xc023, 0xc025, 0xc027, 0xc029, 0xc037],
  ]),
  ...entries(suite('AES-CBC', 32, 'SHA256', 'SHA256'), [
    ...[0x003d, 0x0068, 0x0069, 0x006a, 0x006b, 0x006d],
  ]),
  ...entries(suite('AES-CBC', 32, 'SHA384', 'SHA384'), [
    ...[0x00af, 0x00b3, 0x00b7, 0xc024, 0xc026, 0xc028, 0xc02a, 0xc038],
  ]),
]);

/** RFC 5246 appendix A.5: those whose secret the client chooses, and sends under the key of the server's certificate. */
const byRsa: ReadonlySet<number> = new Set([0x002f, 0x0035, 0x003c, 0x003d, 0x009c, 0x009d]);

/** The suite of a number in a version of TLS; undefined when its records cannot be opened. */
export function suiteOf(number: number, version: number): Suite | undefined {
  const found = suites.get(number);
  return found === undefined || version >= tlsVersion.tls12
    ? found
    : { ...found, derivation: 'MD5+SHA1' };
}

/** True when the private key of the server tells what a connection with this suite agreed on. */
export function isByRsa(number: number): boolean {
  return byRsa.has(number);
}

function suite(
  sealing: Sealing,
  keyLength: 16 | 32,
  derivation: 'SHA256' | 'SHA384',
  mac: HashName = derivation,
): Suite {
  return { sealing, keyLength, derivation, mac };
}

function entries(of: Suite, numbers: readonly number[]): readonly (readonly [number, Suite])[] {
  return numbers.map((number) => [number, of]);
}

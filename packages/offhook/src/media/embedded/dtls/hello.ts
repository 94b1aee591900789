// The hellos of both ends: what is offered, and what is chosen of it (RFC 5246 §7.4.1, RFC 5764 §4.1, RFC 7627 §5.1, RFC 8422).
import type { SuiteName } from '../../srtp/suite.ts';
import { randomLength } from './secrets.ts';
import { alertOf, DtlsFault, joined, octets, Reader, vector, version } from './wire.ts';

/** ECDHE with a certificate of ECDSA or RSA, AES-128-GCM; every browser has the first (RFC 8827 §6.5). */
const ecdsaSuite = 0xc02b;
const rsaSuite = 0xc02f;
/** RFC 8446 §4.2.7: secp256r1. */
export const curve = 23;
/** RFC 5764 §4.1.2, RFC 7714 §14.2, best first: the first is the quickest here. */
const profiles: readonly (readonly [number, SuiteName])[] = [
  [0x0001, 'AES_CM_128_HMAC_SHA1_80'],
  [0x0007, 'AEAD_AES_128_GCM'],
];
/** Signatures that are checked (RFC 5246 §7.4.1.4.1, RFC 8446 §4.2.3), best first. */
export const signatureSchemes: readonly number[] = [0x0403, 0x0804, 0x0503, 0x0401];

const extension = {
  groups: 10,
  pointFormats: 11,
  signatures: 13,
  useSrtp: 14,
  extendedMaster: 23,
  renegotiation: 0xff01,
} as const;
/** RFC 5746 §3.3. */
const renegotiationSuite = 0x00ff;

/** The body of our ClientHello. */
export function formatClientHello(random: Uint8Array, cookie: Uint8Array): Uint8Array {
  return joined([
    octets(version, 2),
    random,
    vector(1),
    vector(1, cookie),
    vector(2, octets(ecdsaSuite, 2), octets(rsaSuite, 2)),
    vector(1, octets(0, 1)),
    vector(
      2,
      formatExtension(extension.groups, vector(2, octets(curve, 2))),
      formatExtension(extension.pointFormats, vector(1, octets(0, 1))),
      formatExtension(
        extension.signatures,
        vector(2, ...signatureSchemes.map((each) => octets(each, 2))),
      ),
      formatExtension(extension.useSrtp, formatProfiles(profiles.map(([id]) => id))),
      formatExtension(extension.extendedMaster, new Uint8Array(0)),
      formatExtension(extension.renegotiation, vector(1)),
    ),
  ]);
}

/** What was settled by the hellos. */
export interface Settled {
  /** The peer's random. */
  readonly random: Uint8Array;
  /** The suite of SRTP. */
  readonly srtp: SuiteName;
}

/** Reads a ClientHello and chooses; fails when nothing fits. */
export function readClientHello(body: Uint8Array): Settled & { readonly renegotiation: boolean } {
  const reader = new Reader(body);
  if (reader.number(2) > version)
    throw new DtlsFault(alertOf.protocolVersion, 'The peer speaks an older DTLS only');
  const random = reader.take(randomLength).slice();
  reader.vector(1);
  reader.vector(1);
  const suites = numbers(reader.vector(2));
  reader.vector(1);
  const extensions = readExtensions(reader);
  if (!suites.includes(ecdsaSuite))
    throw new DtlsFault(alertOf.handshakeFailure, 'The peer has none of our cipher suites');
  const groups = listIn(extensions.get(extension.groups));
  if (groups !== undefined && !groups.includes(curve))
    throw new DtlsFault(alertOf.handshakeFailure, 'The peer has not our curve');
  const renegotiation =
    extensions.has(extension.renegotiation) || suites.includes(renegotiationSuite);
  return { random, srtp: chosen(extensions), renegotiation };
}

/** The body of our ServerHello. */
export function formatServerHello(
  random: Uint8Array,
  { srtp, renegotiation }: { readonly srtp: SuiteName; readonly renegotiation: boolean },
): Uint8Array {
  const profile = profiles.find(([, name]) => name === srtp)?.[0] ?? 0;
  return joined([
    octets(version, 2),
    random,
    vector(1),
    octets(ecdsaSuite, 2),
    octets(0, 1),
    vector(
      2,
      formatExtension(extension.useSrtp, formatProfiles([profile])),
      formatExtension(extension.extendedMaster, new Uint8Array(0)),
      formatExtension(extension.pointFormats, vector(1, octets(0, 1))),
      ...(renegotiation ? [formatExtension(extension.renegotiation, vector(1))] : []),
    ),
  ]);
}

/** Reads a ServerHello; fails when it chose what was not offered. */
export function readServerHello(body: Uint8Array): Settled {
  const reader = new Reader(body);
  if (reader.number(2) !== version)
    throw new DtlsFault(alertOf.protocolVersion, 'The peer speaks another DTLS');
  const random = reader.take(randomLength).slice();
  reader.vector(1);
  const suite = reader.number(2);
  const compression = reader.number(1);
  if ((suite !== ecdsaSuite && suite !== rsaSuite) || compression !== 0)
    throw new DtlsFault(alertOf.illegalParameter, 'The peer chose what was not offered');
  return { random, srtp: chosen(readExtensions(reader)) };
}

/** The cookie in a HelloVerifyRequest (RFC 6347 §4.2.1). */
export function readCookie(body: Uint8Array): Uint8Array {
  const reader = new Reader(body);
  reader.number(2);
  return reader.vector(1).slice();
}

// RFC 7627 §5.3: without the extended master secret keys may belong to two handshakes at once. All living peers have it.
function chosen(extensions: ReadonlyMap<number, Uint8Array>): SuiteName {
  if (!extensions.has(extension.extendedMaster))
    throw new DtlsFault(alertOf.handshakeFailure, 'The peer has no extended master secret');
  const offered = listIn(extensions.get(extension.useSrtp)) ?? [];
  const profile = profiles.find(([id]) => offered.includes(id));
  if (profile === undefined)
    throw new DtlsFault(alertOf.handshakeFailure, 'The peer has no suite of SRTP in common');
  return profile[1];
}

function readExtensions(reader: Reader): ReadonlyMap<number, Uint8Array> {
  const found = new Map<number, Uint8Array>();
  if (reader.done) return found;
  const list = new Reader(reader.vector(2));
  reader.end();
  while (!list.done) {
    const type = list.number(2);
    found.set(type, list.vector(2));
  }
  return found;
}

function formatExtension(type: number, content: Uint8Array): Uint8Array {
  return joined([octets(type, 2), vector(2, content)]);
}

// RFC 5764 §4.1.1: the profiles, and no master key identifier.
function formatProfiles(ids: readonly number[]): Uint8Array {
  return joined([vector(2, ...ids.map((id) => octets(id, 2))), vector(1)]);
}

function listIn(content: Uint8Array | undefined): readonly number[] | undefined {
  return content === undefined ? undefined : numbers(new Reader(content).vector(2));
}

function numbers(list: Uint8Array): readonly number[] {
  const reader = new Reader(list);
  const found: number[] = [];
  while (!reader.done) found.push(reader.number(2));
  return found;
}

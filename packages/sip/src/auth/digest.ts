// The arithmetic of digest authentication: hashes of wire text and the response that proves a password (RFC 7616 §3.4).
import { md5 } from '@noble/hashes/legacy.js';
import { sha256, sha512_256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { latin1Bytes } from '../base/bytes.ts';
import { platformHash } from '../base/hash.ts';

/** The hash algorithms of RFC 8760 §2.1. */
export type DigestAlgorithm = 'MD5' | 'SHA-256' | 'SHA-512-256';

/** What a response covers: the request line, or the body too (RFC 7616 §3.4). */
export type Qop = 'auth' | 'auth-int';

/** What a challenge's `algorithm` parameter means: the hash, and whether it is a session variant (RFC 7616 §3.3). */
export interface Algorithm {
  readonly hash: DigestAlgorithm;
  readonly session: boolean;
}

const algorithms: ReadonlyMap<string, Algorithm> = new Map([
  ['md5', { hash: 'MD5', session: false }],
  ['md5-sess', { hash: 'MD5', session: true }],
  ['sha-256', { hash: 'SHA-256', session: false }],
  ['sha-256-sess', { hash: 'SHA-256', session: true }],
  ['sha-512-256', { hash: 'SHA-512-256', session: false }],
  ['sha-512-256-sess', { hash: 'SHA-512-256', session: true }],
]);

/** The algorithm that a parameter names, MD5 when it is absent, undefined when we do not know it (RFC 7616 §3.3). */
export function algorithmOf(parameter: string | undefined): Algorithm | undefined {
  return algorithms.get((parameter ?? 'MD5').toLowerCase());
}

/** How many hex digits a response of `hash` has (RFC 8760 §2.2). */
export function digestLength(hash: DigestAlgorithm): number {
  return hash === 'MD5' ? 32 : 64;
}

/** The hash of wire text (one character a byte) or of bytes, in lower-case hex. */
export function digestHex(hash: DigestAlgorithm, content: string | Uint8Array): string {
  const bytes = typeof content === 'string' ? latin1Bytes(content) : content;
  const platform = platformHash();
  if (platform !== undefined) return platform(hash, bytes);
  switch (hash) {
    case 'MD5':
      return bytesToHex(md5(bytes));
    case 'SHA-256':
      return bytesToHex(sha256(bytes));
    case 'SHA-512-256':
      return bytesToHex(sha512_256(bytes));
  }
}

/** Everything that goes into a response, as wire text. */
export interface DigestInput {
  readonly algorithm: Algorithm;
  /** The hash of `username:realm:password`. */
  readonly ha1: string;
  readonly nonce: string;
  readonly method: string;
  readonly uri: string;
  /** Absent for a challenge without `qop` (RFC 2617 §3.2.2.1). */
  readonly protection?: Protection | undefined;
}

/** What `qop` brings: a count, the client's own nonce, and for `auth-int` the body (RFC 7616 §3.4). */
export interface Protection {
  readonly qop: Qop;
  readonly nc: string;
  readonly cnonce: string;
  readonly body: Uint8Array;
}

/** The `response` value (RFC 7616 §3.4.1, and RFC 2617 §3.2.2.1 without `qop`). */
export function digestResponse(input: DigestInput): string {
  const { algorithm, nonce, method, uri, protection } = input;
  const { hash } = algorithm;
  const cnonce = protection?.cnonce ?? '';
  const a1 = algorithm.session ? digestHex(hash, `${input.ha1}:${nonce}:${cnonce}`) : input.ha1;
  if (protection === undefined) {
    return digestHex(hash, `${a1}:${nonce}:${digestHex(hash, `${method}:${uri}`)}`);
  }
  const { qop, nc, body } = protection;
  const integrity = qop === 'auth-int' ? `:${digestHex(hash, body)}` : '';
  const a2 = digestHex(hash, `${method}:${uri}${integrity}`);
  return digestHex(hash, `${a1}:${nonce}:${nc}:${cnonce}:${qop}:${a2}`);
}

/** The `rspauth` value, by which a server proves in turn that it knows the password (RFC 7616 §3.5). */
export function digestConfirmation(input: Omit<DigestInput, 'method'>): string {
  return digestResponse({ ...input, method: '' });
}

/** Compares two texts in a time that depends on their lengths only. */
export function sameText(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let at = 0; at < a.length; at += 1) difference |= a.charCodeAt(at) ^ b.charCodeAt(at);
  return difference === 0;
}

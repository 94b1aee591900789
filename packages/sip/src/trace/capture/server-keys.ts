// What the private keys of servers open: master secrets of connections that agreed on them by RSA, also where later ones resume them.
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { fail, ok } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import { u16 } from './octets.ts';
import type { RsaPrivateKey } from './rsa-key.ts';

/** So many keys are looked for in each certificate. */
const keyLimit = 100;
/** So many sessions can be resumed; the oldest are forgotten first. */
const sessionLimit = 50_000;
/** Undoing, in that of a key of 1024 bits: some 4000 connections of a key of 2048 bits, which take less than a minute. */
const workLimit = 32_000;
/** Octets of what a client chooses (RFC 5246 §7.4.7.1). */
const premasterLength = 48;

/** Private keys, and the sessions that were opened with them. */
export class ServerKeys {
  readonly #keys: RsaPrivateKey[] = [];
  /** Master secrets by session ids and tickets. */
  readonly #sessions = new Map<string, Uint8Array>();
  #work = workLimit;

  /** How many keys there are. */
  get size(): number {
    return this.#keys.length;
  }

  /** Takes one more key. */
  add(key: RsaPrivateKey): void {
    if (this.#keys.length < keyLimit) this.#keys.push(key);
  }

  /** The key that a server's certificate is of. */
  keyIn(certificate: Uint8Array): RsaPrivateKey | undefined {
    return this.#keys.find((key) => key.isIn(certificate));
  }

  /** RFC 5246 §7.4.7.1: what a client chose, out of its ClientKeyExchange; or why not, in words. */
  premaster(key: RsaPrivateKey, exchange: Uint8Array): Result<Uint8Array, string> {
    this.#work -= key.work;
    if (this.#work < 0) return fail('so many connections were opened with the private key already');
    const premaster = key.decrypt(exchange.subarray(2, 2 + u16(exchange, 0)));
    return premaster?.length === premasterLength
      ? ok(premaster)
      : fail('what its client sent does not fit the private key');
  }

  /** The session with this id or ticket has this secret. */
  remember(session: Uint8Array, master: Uint8Array): void {
    if (session.length === 0) return;
    const [oldest] = this.#sessions.keys();
    if (oldest !== undefined && this.#sessions.size >= sessionLimit) this.#sessions.delete(oldest);
    this.#sessions.set(nameOf(session), master);
  }

  /** The master secret of the session with this id or ticket. */
  resumed(session: Uint8Array): Uint8Array | undefined {
    return this.#sessions.get(nameOf(session));
  }
}

function nameOf(session: Uint8Array): string {
  return bytesToHex(sha256(session));
}

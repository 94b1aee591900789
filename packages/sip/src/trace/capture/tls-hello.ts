// The handshake messages that tell which keys a TLS connection has (RFC 8446 §4, RFC 5246 §7.4).
import { bytesToHex } from '@noble/hashes/utils.js';
import { Backlog } from './backlog.ts';
import { u16, u32, u8 } from './octets.ts';

/** The handshake messages that matter here. */
export const handshakeType = {
  clientHello: 1,
  serverHello: 2,
  finished: 20,
  keyUpdate: 24,
} as const;

const wanted: ReadonlySet<number> = new Set(Object.values(handshakeType));
const head = 4;
/** Longer messages are passed over; those that are wanted are never so long. */
const messageLimit = 65_536;

/** Cuts the handshake messages of one direction out of its records. */
export class HandshakeMessages {
  readonly #backlog = new Backlog();
  #skip = 0;

  /** Gives each message that is wanted, with its body. */
  read(bytes: Uint8Array, each: (type: number, body: Uint8Array) => void): void {
    const window = this.#backlog.window(bytes);
    let at = 0;
    for (;;) {
      const passed = Math.min(this.#skip, window.length - at);
      this.#skip -= passed;
      at += passed;
      if (window.length - at < head) break;
      const type = u8(window, at);
      const length = u32(window, at) & 0xff_ffff;
      if (!wanted.has(type) || length > messageLimit) {
        this.#skip = head + length;
        continue;
      }
      const end = at + head + length;
      if (end > window.length) break;
      each(type, window.subarray(at + head, end));
      at = end;
    }
    this.#backlog.keep(window, at);
  }

  /** Something is missing: what comes next begins with a message again, or is of no use. */
  clear(): void {
    this.#backlog.clear();
    this.#skip = 0;
  }
}

/** What a server chose. */
export interface ServerHello {
  /** As in the protocol: 0x0304 is TLS 1.3. */
  readonly version: number;
  readonly random: Uint8Array;
  readonly suite: number;
  /** RFC 7366. */
  readonly encryptThenMac: boolean;
  /** RFC 8446 §4.1.4: it asks for another hello. */
  readonly isRetry: boolean;
}

/** The random number of a client's hello, which names its connection in key logs. */
export function clientRandomOf(body: Uint8Array): string {
  return bytesToHex(body.slice(2, 34));
}

const extension = { encryptThenMac: 22, supportedVersions: 43 } as const;
/** RFC 8446 §4.1.3: the first four octets of a random number that stands for a retry, which is that of SHA-256 of its name. */
const retryRandom = 'cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c';

/** Reads a server's hello; undefined when it is cut. */
export function readServerHello(body: Uint8Array): ServerHello | undefined {
  const suiteAt = 35 + u8(body, 34);
  if (suiteAt + 3 > body.length) return undefined;
  const random = body.slice(2, 34);
  const extensionsAt = suiteAt + 3;
  const end = Math.min(body.length, extensionsAt + 2 + u16(body, extensionsAt));
  let version = u16(body, 0);
  let encryptThenMac = false;
  for (let at = extensionsAt + 2; at + 4 <= end; at += 4 + u16(body, at + 2)) {
    const type = u16(body, at);
    if (type === extension.supportedVersions) version = u16(body, at + 4);
    if (type === extension.encryptThenMac) encryptThenMac = true;
  }
  const isRetry = bytesToHex(random) === retryRandom;
  return { version, random, suite: u16(body, suiteAt), encryptThenMac, isRetry };
}

// The handshake messages that tell which keys a TLS connection has (RFC 8446 §4, RFC 5246 §7.4).
import { bytesToHex } from '@noble/hashes/utils.js';
import { Backlog } from './backlog.ts';
import { u16, u32, u8 } from './octets.ts';

/** The handshake messages that matter here. */
export const handshakeType = {
  helloRequest: 0,
  clientHello: 1,
  serverHello: 2,
  newSessionTicket: 4,
  certificate: 11,
  clientKeyExchange: 16,
  finished: 20,
  keyUpdate: 24,
} as const;

const head = 4;
/** Longer messages are passed over; those that matter are never so long. */
const messageLimit = 65_536;

/** Cuts the handshake messages of one direction out of its records. */
export class HandshakeMessages {
  readonly #backlog = new Backlog();
  #skip = 0;

  /** Gives each message: its four octets of type and length, and its body. */
  read(bytes: Uint8Array, each: (type: number, message: Uint8Array) => void): void {
    const window = this.#backlog.window(bytes);
    let at = 0;
    for (;;) {
      const passed = Math.min(this.#skip, window.length - at);
      this.#skip -= passed;
      at += passed;
      if (window.length - at < head) break;
      const type = u8(window, at);
      const length = u32(window, at) & 0xff_ffff;
      if (length > messageLimit) {
        this.#skip = head + length;
        continue;
      }
      const end = at + head + length;
      if (end > window.length) break;
      each(type, window.subarray(at, end));
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

/** The body of a handshake message. */
export function bodyOf(message: Uint8Array): Uint8Array {
  return message.subarray(head);
}

/** What a client asks for. */
export interface ClientHello {
  /** In hexadecimal digits: it names the connection in key logs. */
  readonly random: string;
  /** Of the session that it would resume, when it is one. */
  readonly session: Uint8Array;
  /** RFC 5077 §3.2: of the session that it would resume; empty without. */
  readonly ticket: Uint8Array;
}

/** What a server chose. */
export interface ServerHello {
  /** As in the protocol: 0x0304 is TLS 1.3. */
  readonly version: number;
  readonly random: Uint8Array;
  /** Of the session; that of the client when it is resumed. */
  readonly session: Uint8Array;
  readonly suite: number;
  /** RFC 7366. */
  readonly encryptThenMac: boolean;
  /** RFC 7627. */
  readonly extendedMaster: boolean;
  /** RFC 8446 §4.1.4: it asks for another hello. */
  readonly isRetry: boolean;
}

const extension = {
  encryptThenMac: 22,
  extendedMaster: 23,
  sessionTicket: 35,
  supportedVersions: 43,
} as const;
/** RFC 8446 §4.1.3: the random number that stands for a retry, which is SHA-256 of its name. */
const retryRandom = 'cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c';

/** Reads a client's hello; what is cut is empty. */
export function readClientHello(body: Uint8Array): ClientHello {
  const suitesAt = 35 + u8(body, 34);
  const methodsAt = suitesAt + 2 + u16(body, suitesAt);
  const extensions = extensionsAt(body, methodsAt + 1 + u8(body, methodsAt));
  return {
    random: bytesToHex(body.slice(2, 34)),
    session: body.slice(35, suitesAt),
    ticket: extensions.get(extension.sessionTicket)?.slice() ?? new Uint8Array(0),
  };
}

/** Reads a server's hello; undefined when it is cut. */
export function readServerHello(body: Uint8Array): ServerHello | undefined {
  const suiteAt = 35 + u8(body, 34);
  if (suiteAt + 3 > body.length) return undefined;
  const random = body.slice(2, 34);
  const extensions = extensionsAt(body, suiteAt + 3);
  const version = extensions.get(extension.supportedVersions);
  return {
    version: u16(version ?? body, 0),
    random,
    session: body.slice(35, suiteAt),
    suite: u16(body, suiteAt),
    encryptThenMac: extensions.has(extension.encryptThenMac),
    extendedMaster: extensions.has(extension.extendedMaster),
    isRetry: bytesToHex(random) === retryRandom,
  };
}

/** The extensions that begin there, by their types (RFC 8446 §4.2). */
function extensionsAt(body: Uint8Array, start: number): ReadonlyMap<number, Uint8Array> {
  const found = new Map<number, Uint8Array>();
  const end = Math.min(body.length, start + 2 + u16(body, start));
  for (let at = start + 2; at + 4 <= end; at += 4 + u16(body, at + 2))
    found.set(u16(body, at), body.subarray(at + 4, at + 4 + u16(body, at + 2)));
  return found;
}

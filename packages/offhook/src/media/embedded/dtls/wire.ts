// Octets of DTLS read and written: numbers in network order, and vectors with their length before them (RFC 5246 §4).

/** Content types of records (RFC 5246 §6.2.1). */
export const contentType = {
  changeCipherSpec: 20,
  alert: 21,
  handshake: 22,
  applicationData: 23,
} as const;

/** Handshake messages (RFC 5246 §7.4, RFC 6347 §4.3.2). */
export const handshakeType = {
  clientHello: 1,
  serverHello: 2,
  helloVerifyRequest: 3,
  certificate: 11,
  serverKeyExchange: 12,
  certificateRequest: 13,
  serverHelloDone: 14,
  certificateVerify: 15,
  clientKeyExchange: 16,
  finished: 20,
} as const;

/** RFC 6347 §4.1: DTLS 1.2 counts downwards from 1.0. */
export const version = 0xfefd;

/** Something in a message of the peer is wrong; the handshake ends by it, and with this alert (RFC 5246 §7.2.2). */
export class DtlsFault extends Error {
  override readonly name = 'DtlsFault';
  readonly alert: number;

  constructor(alert: number, message: string) {
    super(message);
    this.alert = alert;
  }
}

/** Alerts (RFC 5246 §7.2). */
export const alertOf = {
  closeNotify: 0,
  handshakeFailure: 40,
  badCertificate: 42,
  illegalParameter: 47,
  decodeError: 50,
  decryptError: 51,
  protocolVersion: 70,
} as const;

/** Reads one message from its start to its end; reading too far is a fault of the peer. */
export class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** True when nothing is left. */
  get done(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** A number of `size` octets. */
  number(size: 1 | 2 | 3): number {
    let value = 0;
    for (const octet of this.take(size)) value = value * 256 + octet;
    return value;
  }

  /** The next `length` octets. */
  take(length: number): Uint8Array {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new DtlsFault(alertOf.decodeError, 'A length lies');
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }

  /** A vector whose length is told by `size` octets. */
  vector(size: 1 | 2 | 3): Uint8Array {
    return this.take(this.number(size));
  }

  /** Fails when something is left. */
  end(): void {
    if (!this.done) throw new DtlsFault(alertOf.decodeError, 'A message is longer than it says');
  }
}

/** `value` in `size` octets. */
export function octets(value: number, size: 1 | 2 | 3): Uint8Array {
  return Uint8Array.from(
    { length: size },
    (_, index) => (value >>> (8 * (size - 1 - index))) & 255,
  );
}

/** `parts` with their whole length in `size` octets before them. */
export function vector(size: 1 | 2 | 3, ...parts: readonly Uint8Array[]): Uint8Array {
  const body = joined(parts);
  return joined([octets(body.length, size), body]);
}

/** `parts` one after the other. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

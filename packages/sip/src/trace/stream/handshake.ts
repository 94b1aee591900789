// What of a DTLS handshake can be read without keys: who began, which certificate was shown, how it ended (RFC 6347, RFC 9147).
import { sha256 } from '@noble/hashes/sha2.js';

/** One thing that a datagram of DTLS tells. */
export type DtlsSign =
  | { readonly kind: 'client hello' | 'server hello' | 'protected handshake' | 'media keys' }
  | { readonly kind: 'certificate'; readonly fingerprint: string }
  | {
      readonly kind: 'alert';
      readonly fatal: boolean;
      /** Undefined when it is encrypted. */
      readonly description: number | undefined;
    };

const recordHeader = 13;
const handshakeHeader = 12;
const contentType = { change: 20, alert: 21, handshake: 22 } as const;
/** Flights of small records are short; nothing honest has more in one datagram. */
const mostRecords = 32;
/** How much of a certificate chain is put together. */
const longest = 16_384;

const clientHello = 1;
const serverHello = 2;
const certificate = 11;

/** The pieces of one certificate message; DTLS cuts messages that do not fit a datagram (RFC 6347 §4.2.3). */
interface Pieces {
  readonly bytes: Uint8Array;
  readonly got: Uint8Array;
  missing: number;
}

/** Reads the flights of one side. */
export class DtlsSide {
  #certificate: Pieces | undefined;
  #shown = false;

  /** What the records of a datagram tell, in their order. */
  read(bytes: Uint8Array): readonly DtlsSign[] {
    const signs: DtlsSign[] = [];
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let at = 0;
    for (let count = 0; count < mostRecords && at + recordHeader <= bytes.length; count += 1) {
      const type = view.getUint8(at);
      const epoch = view.getUint16(at + 3);
      const start = at + recordHeader;
      const end = start + view.getUint16(at + 11);
      if (end > bytes.length) break;
      if (type === contentType.alert) signs.push(alertIn(view, start, end, epoch));
      if (type === contentType.change) signs.push({ kind: 'media keys' });
      if (type === contentType.handshake && epoch > 0) signs.push({ kind: 'protected handshake' });
      if (type === contentType.handshake && epoch === 0)
        this.#readHandshake(bytes.subarray(start, end), signs);
      at = end;
    }
    return signs;
  }

  #readHandshake(record: Uint8Array, signs: DtlsSign[]): void {
    const view = new DataView(record.buffer, record.byteOffset, record.byteLength);
    let at = 0;
    while (at + handshakeHeader <= record.length) {
      const type = view.getUint8(at);
      const whole = uint24(view, at + 1);
      const offset = uint24(view, at + 6);
      const length = uint24(view, at + 9);
      const start = at + handshakeHeader;
      if (start + length > record.length) return;
      if (type === clientHello && offset === 0) signs.push({ kind: 'client hello' });
      if (type === serverHello && offset === 0) signs.push({ kind: 'server hello' });
      if (type === certificate) {
        const fingerprint = this.#certify(whole, offset, record.subarray(start, start + length));
        if (fingerprint !== undefined) signs.push({ kind: 'certificate', fingerprint });
      }
      at = start + length;
    }
  }

  #certify(whole: number, offset: number, piece: Uint8Array): string | undefined {
    if (this.#shown || whole > longest || offset + piece.length > whole) return undefined;
    if (this.#certificate?.bytes.length !== whole)
      this.#certificate = {
        bytes: new Uint8Array(whole),
        got: new Uint8Array(whole),
        missing: whole,
      };
    const pieces = this.#certificate;
    for (let at = 0; at < piece.length; at += 1) {
      if (pieces.got[offset + at] === 1) continue;
      pieces.got[offset + at] = 1;
      pieces.bytes[offset + at] = piece[at] ?? 0;
      pieces.missing -= 1;
    }
    if (pieces.missing > 0) return undefined;
    this.#certificate = undefined;
    this.#shown = true;
    return fingerprintOf(pieces.bytes);
  }
}

// RFC 5246 §7.4.2: a list with its length, each certificate with its own; the sender's comes first. RFC 8122 §5: its hash.
function fingerprintOf(message: Uint8Array): string | undefined {
  if (message.length < 6) return undefined;
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  const length = uint24(view, 3);
  if (length === 0 || 6 + length > message.length) return undefined;
  return [...sha256(message.subarray(6, 6 + length))]
    .map((octet) => octet.toString(16).padStart(2, '0').toUpperCase())
    .join(':');
}

// RFC 5246 §7.2: level and description; from the second epoch on they are encrypted.
function alertIn(view: DataView, start: number, end: number, epoch: number): DtlsSign {
  const clear = epoch === 0 && end - start === 2;
  return {
    kind: 'alert',
    fatal: clear && view.getUint8(start) === 2,
    description: clear ? view.getUint8(start + 1) : undefined,
  };
}

function uint24(view: DataView, at: number): number {
  return view.getUint16(at) * 256 + view.getUint8(at + 2);
}

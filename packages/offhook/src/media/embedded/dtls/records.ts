// Records of DTLS 1.2: in the clear until keys are there, then AES-128-GCM (RFC 6347 §4.1, RFC 5288 §3).
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { PacketIndex } from '../../srtp/packet-index.ts';
import type { RecordKeys } from './secrets.ts';
import { octets, version } from './wire.ts';

/** One record as it was read. */
export interface DtlsRecord {
  readonly type: number;
  /** Whether it was encrypted, and so comes from the one who took part in the key exchange. */
  readonly proven: boolean;
  readonly content: Uint8Array;
}

const headerLength = 13;
const explicitLength = 8;
const tagLength = 16;
/** RFC 6347 §4.1.1: records in one datagram; nobody sends more in a handshake. */
const mostRecords = 32;

/** Both directions of one association. */
export class RecordLayer {
  #sendKeys: RecordKeys | undefined;
  #receiveKeys: RecordKeys | undefined;
  readonly #sent = [0, 0];
  readonly #seen = new PacketIndex();

  /** From now on records of the second epoch can be sent and read. */
  useKeys(send: RecordKeys, receive: RecordKeys): void {
    this.#sendKeys = send;
    this.#receiveKeys = receive;
  }

  /** True once there are keys. */
  get hasKeys(): boolean {
    return this.#sendKeys !== undefined;
  }

  /** A record; `epoch` 1 is encrypted. Each has a number of its own, a repeated one too (RFC 6347 §4.1). */
  format(type: number, epoch: 0 | 1, content: Uint8Array): Uint8Array {
    const number = this.#sent[epoch] ?? 0;
    this.#sent[epoch] = number + 1;
    const counted = numbering(epoch, number);
    const body = epoch === 0 ? content : this.#seal(type, counted, content);
    const record = new Uint8Array(headerLength + body.length);
    record[0] = type;
    record.set(octets(version, 2), 1);
    record.set(counted, 3);
    record.set(octets(body.length, 2), 11);
    record.set(body, headerLength);
    return record;
  }

  /**
   * The records in a datagram, each opened when it is asked for, since the one before may bring the keys for it; those that
   * are malformed, not authentic or seen before are left out (RFC 6347 §4.1.2.7).
   */
  *read(datagram: Uint8Array): Generator<DtlsRecord, void> {
    let at = 0;
    for (let count = 0; at + headerLength <= datagram.length && count < mostRecords; count += 1) {
      const view = new DataView(datagram.buffer, datagram.byteOffset + at);
      const end = at + headerLength + view.getUint16(11);
      // RFC 6347 §4.1: the first hello may carry the number of DTLS 1.0.
      if (end > datagram.length || view.getUint8(1) !== version >> 8) break;
      const record = this.#open(datagram.subarray(at, end), view.getUint16(3));
      if (record !== undefined) yield record;
      at = end;
    }
  }

  #open(record: Uint8Array, epoch: number): DtlsRecord | undefined {
    const type = record[0] ?? 0;
    const content = record.subarray(headerLength);
    if (epoch === 0) return { type, proven: false, content };
    const keys = this.#receiveKeys;
    if (epoch !== 1 || keys === undefined || content.length < explicitLength + tagLength)
      return undefined;
    const counted = record.subarray(3, 11);
    const number = numberOf(counted);
    if (!this.#seen.isFresh(number)) return undefined;
    const nonce = new Uint8Array([...keys.salt, ...content.subarray(0, explicitLength)]);
    const sealed = content.subarray(explicitLength, content.length - tagLength);
    const cipher = createDecipheriv('aes-128-gcm', keys.key, nonce);
    cipher.setAAD(covered(type, counted, sealed.length));
    cipher.setAuthTag(content.subarray(content.length - tagLength));
    const plain = cipher.update(sealed);
    try {
      cipher.final();
    } catch {
      // That the tag is wrong is told by an exception only.
      return undefined;
    }
    this.#seen.accept(number);
    return { type, proven: true, content: plain };
  }

  #seal(type: number, counted: Uint8Array, content: Uint8Array): Uint8Array {
    const keys = this.#sendKeys;
    if (keys === undefined) throw new Error('There are no keys for records yet');
    const cipher = createCipheriv(
      'aes-128-gcm',
      keys.key,
      new Uint8Array([...keys.salt, ...counted]),
    );
    cipher.setAAD(covered(type, counted, content.length));
    const sealed = cipher.update(content);
    cipher.final();
    return new Uint8Array([...counted, ...sealed, ...cipher.getAuthTag()]);
  }
}

// RFC 5246 §6.2.3.3.
function covered(type: number, counted: Uint8Array, length: number): Uint8Array {
  return new Uint8Array([...counted, type, ...octets(version, 2), ...octets(length, 2)]);
}

function numbering(epoch: number, number: number): Uint8Array {
  const counted = new Uint8Array(8);
  const view = new DataView(counted.buffer);
  view.setUint16(0, epoch);
  view.setUint16(2, Math.floor(number / 2 ** 32));
  view.setUint32(4, number % 2 ** 32);
  return counted;
}

function numberOf(counted: Uint8Array): number {
  const view = new DataView(counted.buffer, counted.byteOffset, 8);
  return view.getUint16(2) * 2 ** 32 + view.getUint32(4);
}

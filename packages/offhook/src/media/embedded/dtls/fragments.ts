// Handshake messages put together again from their fragments, and in their order (RFC 6347 §4.2.2, §4.2.3).
import { joined, octets } from './wire.ts';

/** One whole handshake message. */
export interface HandshakeMessage {
  readonly type: number;
  /** Its number; each message of one end has the next one. */
  readonly sequence: number;
  readonly body: Uint8Array;
}

const headerLength = 12;
/** A message is no longer than this: certificates have some hundred octets, hellos with keys against quantum computers two thousand. */
const longestMessage = 16_384;
/** Messages that came too early are kept up to this number. */
const mostAhead = 8;

interface Unfinished {
  readonly type: number;
  readonly body: Uint8Array;
  readonly got: Uint8Array;
  missing: number;
}

/** Takes fragments in any order, gives messages in theirs. */
export class Fragments {
  readonly #unfinished = new Map<number, Unfinished>();
  #next = 0;

  /** Messages that are whole now, and whether something came that was whole already: a repeated flight. */
  take(content: Uint8Array): {
    readonly messages: readonly HandshakeMessage[];
    readonly repeated: boolean;
  } {
    let repeated = false;
    for (let at = 0; at + headerLength <= content.length;) {
      const view = new DataView(content.buffer, content.byteOffset + at, headerLength);
      const type = view.getUint8(0);
      const length = view.getUint32(0) & 0xff_ffff;
      const sequence = view.getUint16(4);
      const offset = view.getUint32(5) & 0xff_ffff;
      const count = view.getUint32(8) & 0xff_ffff;
      const end = at + headerLength + count;
      if (end > content.length || offset + count > length || length > longestMessage) break;
      if (sequence < this.#next) repeated = true;
      else if (sequence <= this.#next + mostAhead) {
        this.#add(type, sequence, length, offset, content.subarray(at + headerLength, end));
      }
      at = end;
    }
    return { messages: this.#whole(), repeated };
  }

  #add(type: number, sequence: number, length: number, offset: number, part: Uint8Array): void {
    const known = this.#unfinished.get(sequence);
    const message = known ?? {
      type,
      body: new Uint8Array(length),
      got: new Uint8Array(length),
      missing: length,
    };
    if (message.type !== type || message.body.length !== length) return;
    this.#unfinished.set(sequence, message);
    for (let index = 0; index < part.length; index += 1) {
      if (message.got[offset + index] === 1) continue;
      message.got[offset + index] = 1;
      message.body[offset + index] = part[index] ?? 0;
      message.missing -= 1;
    }
  }

  #whole(): readonly HandshakeMessage[] {
    const messages: HandshakeMessage[] = [];
    for (;;) {
      const sequence = this.#next;
      const first = this.#unfinished.get(sequence);
      if (first === undefined || first.missing > 0) return messages;
      this.#unfinished.delete(sequence);
      this.#next += 1;
      messages.push({ type: first.type, sequence, body: first.body });
    }
  }
}

/** A message as the transcript has it: in one piece, whatever it came in (RFC 6347 §4.2.6). */
export function formatMessage({ type, sequence, body }: HandshakeMessage): Uint8Array {
  return formatFragment({ type, sequence, body }, 0, body.length);
}

/** The part of a message from `offset` on, of `length` octets. */
export function formatFragment(
  { type, sequence, body }: HandshakeMessage,
  offset: number,
  length: number,
): Uint8Array {
  return joined([
    octets(type, 1),
    octets(body.length, 3),
    octets(sequence, 2),
    octets(offset, 3),
    octets(length, 3),
    body.subarray(offset, offset + length),
  ]);
}

// SIP messages in the frames of a WebSocket (RFC 6455 §5, RFC 7118 §5), compressed or not (RFC 7692), one direction of it.
import { Backlog } from './backlog.ts';
import { isSip } from './datagrams.ts';
import type { StreamReader } from './direction.ts';
import { inflate } from './inflate.ts';
import type { InflateProblem } from './inflate.ts';
import { joined, u16, u32, u8 } from './octets.ts';
import type { CaptureOutput, Carried } from './output.ts';
import { behindEmptyLines } from './sip-text.ts';

/** Longer messages are passed over. */
const messageLimit = 1_048_576;
/** What is unpacked to see whether it is SIP has no more octets. */
const smallMessage = 65_536;
/** So many times more octets may come out of all that was compressed than were in it, beyond the first. */
const unpackedShare = 64;
/** RFC 7692 §7.2.2: what the sender left out at the end of each message. */
const omitted = Uint8Array.of(0, 0, 0xff, 0xff);
/** Messages refer to so many octets of those before them at most (RFC 7692 §7.1.2.1). */
const contextLength = 32_768;
const none = new Uint8Array(0);

/** Where a frame's parts are. */
interface Frame {
  readonly opcode: number;
  readonly last: boolean;
  readonly compressed: boolean;
  /** Four octets of it, when there is one. */
  readonly mask: number | undefined;
  readonly start: number;
  readonly length: number;
}

/** Cuts one direction of a WebSocket into messages. */
export class WebSocketStream implements StreamReader {
  readonly #output: CaptureOutput;
  readonly #way: Carried;
  readonly #backlog = new Backlog();
  /** The frames of an unfinished message, unmasked. */
  #parts: Uint8Array[] = [];
  #held = 0;
  /** True while the unfinished message is compressed. */
  #isCompressed = false;
  /** The last of what was unpacked, to which what comes may refer. */
  #context = none;
  /** Octets that may still be unpacked; negative when no more is. */
  #unpackable = messageLimit;
  /** True once it was told that a message cannot be unpacked. */
  #told = false;
  #synchronous: boolean;
  /** Octets of a frame too long that are still to be passed over. */
  #skip = 0;
  /** RFC 6455 §7.4: why it was closed, as its sender says. */
  closeCode: number | undefined;

  constructor(output: CaptureOutput, way: Carried, synchronous: boolean) {
    this.#output = output;
    this.#way = way;
    this.#synchronous = synchronous;
  }

  read(bytes: Uint8Array): void {
    if (!this.#synchronous) this.#synchronous = beginsWithSip(bytes);
    if (!this.#synchronous) return;
    const window = this.#backlog.window(bytes);
    let at = 0;
    for (;;) {
      if (this.#skip > 0) {
        const passed = Math.min(this.#skip, window.length - at);
        this.#skip -= passed;
        at += passed;
      }
      const frame = readFrame(window, at);
      if (frame === undefined) break;
      if (frame.length > messageLimit) {
        this.#skip = frame.length;
        this.#context = none;
        at = frame.start;
        continue;
      }
      if (frame.start + frame.length > window.length) break;
      this.#frame(frame, unmasked(window, frame));
      at = frame.start + frame.length;
    }
    this.#backlog.keep(window, at);
  }

  gap(octets: number): void {
    if (octets > 0) {
      this.#output.problem(
        'TCP gap',
        `${octets} octets of the WebSocket were not captured.`,
        this.#way,
      );
    }
    this.#synchronous = false;
    this.#skip = 0;
    this.#context = none;
    this.#drop();
  }

  end(): void {
    if (this.#backlog.length > 0 || this.#held > 0) {
      this.#output.problem('cut', 'The rest of a WebSocket frame was not captured.', this.#way);
    }
    this.#drop();
  }

  #drop(): void {
    this.#forget();
    this.#backlog.clear();
  }

  #frame(frame: Frame, payload: Uint8Array): void {
    const { opcode } = frame;
    if (opcode === 8) this.closeCode = payload.length >= 2 ? u16(payload, 0) : 1005;
    if (opcode > 2) return;
    if (opcode > 0) {
      this.#forget();
      this.#isCompressed = frame.compressed;
    }
    this.#parts.push(payload);
    this.#held += payload.length;
    if (this.#held > messageLimit || this.#parts.length > 10_000) {
      this.#forget();
      this.#context = none;
    }
    if (!frame.last) return;
    const whole = this.#isCompressed ? this.#unpacked() : joined(this.#parts);
    this.#forget();
    if (whole === undefined || !isSip(whole, 0, whole.length, false)) return;
    this.#output.message(this.#way, whole, behindEmptyLines(whole, 0, whole.length), whole.length);
  }

  /** RFC 7692 §7.2.2. Who does not take over the context refers to nothing before, so that it never harms to have it. */
  #unpacked(): Uint8Array | undefined {
    if (this.#unpackable < 0) return undefined;
    this.#unpackable += unpackedShare * this.#held;
    const limit = Math.min(messageLimit, this.#unpackable);
    const unpacked = inflate(joined([...this.#parts, omitted]), limit, this.#context);
    if (!unpacked.ok) {
      this.#context = none;
      if (unpacked.error === 'too long') this.#unpackable = -1;
      this.#tellPacked(unpacked.error);
      return undefined;
    }
    const { value } = unpacked;
    this.#unpackable -= value.length;
    this.#context = joined([this.#context, value]).slice(-contextLength);
    return value;
  }

  #tellPacked(problem: InflateProblem): void {
    if (this.#told) return;
    this.#told = true;
    this.#output.problem('compressed', packedText[problem], this.#way);
  }

  #forget(): void {
    this.#parts = [];
    this.#held = 0;
  }
}

const packedText = {
  damaged:
    'A compressed message of a WebSocket cannot be unpacked: it is damaged, or refers to one that was not captured.',
  'too long':
    'The messages of a WebSocket unpack to far more than a call needs, and are left out from here on.',
} as const;

/** The header of the frame at `at`; undefined while it is not whole (RFC 6455 §5.2). */
function readFrame(bytes: Uint8Array, at: number): Frame | undefined {
  if (bytes.length - at < 2) return undefined;
  const first = u8(bytes, at);
  const second = u8(bytes, at + 1);
  const short = second & 0x7f;
  const extended = short === 126 ? 2 : short === 127 ? 8 : 0;
  const masked = second >= 0x80;
  const start = at + 2 + extended + (masked ? 4 : 0);
  if (bytes.length < start) return undefined;
  let length = short;
  if (extended === 2) length = u16(bytes, at + 2);
  if (extended === 8) length = u32(bytes, at + 2) * 2 ** 32 + u32(bytes, at + 6);
  return {
    opcode: first & 15,
    last: first >= 0x80,
    compressed: (first & 0x40) !== 0,
    mask: masked ? start - 4 : undefined,
    start,
    length,
  };
}

/** The payload of a frame, as a copy (RFC 6455 §5.3). */
function unmasked(bytes: Uint8Array, { mask, start, length }: Frame): Uint8Array {
  const payload = bytes.slice(start, start + length);
  if (mask === undefined) return payload;
  for (let at = 0; at < payload.length; at += 1) {
    payload[at] = u8(payload, at) ^ u8(bytes, mask + (at & 3));
  }
  return payload;
}

/** True when a frame begins these bytes, and a SIP message begins in the frame. */
export function beginsWithSip(bytes: Uint8Array): boolean {
  const first = u8(bytes, 0);
  if ((first & 0xbf) !== 0x81 && (first & 0xbf) !== 0x82) return false;
  const frame = readFrame(bytes, 0);
  if (frame === undefined || frame.length > messageLimit) return false;
  if (frame.compressed) {
    if (frame.start + frame.length > bytes.length) return false;
    const unpacked = inflate(joined([unmasked(bytes, frame), omitted]), smallMessage);
    return unpacked.ok && isSip(unpacked.value, 0, unpacked.value.length, false);
  }
  const payload = unmasked(bytes.subarray(0, frame.start + Math.min(frame.length, 8192)), frame);
  return isSip(payload, 0, payload.length, true);
}

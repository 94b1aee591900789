// One direction of a TCP connection, put in order: segments lost by the network come again, segments lost by the capture never do.
import type { Allowance } from './allowance.ts';
import type { CaptureOutput } from './output.ts';

/** Takes the stream of one direction. */
export interface StreamReader {
  /** The next octets of the stream, valid until it returns. */
  read(bytes: Uint8Array): void;
  /** So many octets of the stream are missing here; 0 when that is told already. */
  gap(octets: number): void;
  /** The stream is at its end. */
  end(): void;
  /** RFC 6455 §7.4: of a WebSocket, why its sender closed it, once it did. */
  readonly closeCode?: number | undefined;
}

interface Waiting {
  readonly sequence: number;
  readonly bytes: Uint8Array;
  /** Octets on the wire. */
  readonly length: number;
  readonly frame: number;
  readonly at: number;
}

/** Beyond so many octets or segments out of order, what is missing before them will not come. */
const waitingOctets = 1_048_576;
const waitingSegments = 1000;
/** Milliseconds of the capture after which what is missing will not come: its receiver has it, or says nothing of it. */
const patience = { acknowledged: 500, silent: 20_000 } as const;

/** Puts the segments of one direction in order for its reader. */
export class Direction {
  readonly #output: CaptureOutput;
  readonly #allowance: Allowance;
  readonly #reader: StreamReader;
  /** Sequence number of the next octet; undefined before the first segment. */
  #next: number | undefined;
  /** What came too early, in the order of the stream. */
  readonly #waiting: Waiting[] = [];
  #held = 0;
  #acknowledged: number | undefined;
  #repeats = 0;

  constructor(output: CaptureOutput, allowance: Allowance, reader: StreamReader) {
    this.#output = output;
    this.#allowance = allowance;
    this.#reader = reader;
  }

  /** True when segments wait for others before them. */
  get waits(): boolean {
    return this.#waiting.length > 0;
  }

  /** How often in a row what the other end has not acknowledged was sent again. */
  get repeats(): number {
    return this.#repeats;
  }

  /** SYN: the stream begins behind this number. */
  begin(sequence: number): void {
    this.#next ??= (sequence + 1) | 0;
  }

  /** True when a SYN with this number would begin another stream. */
  isOther(sequence: number): boolean {
    return (
      this.#next !== undefined &&
      ((sequence + 1) | 0) !== this.#next &&
      this.#distance(sequence) > 0
    );
  }

  /** Takes a segment of `length` octets, of which `bytes` were captured. */
  segment(sequence: number, bytes: Uint8Array, length: number): void {
    this.#next ??= sequence | 0;
    const early = this.#distance(sequence);
    if (early < 0 && !this.#isAcknowledged(sequence)) this.#repeats += 1;
    if (early <= 0) this.#take(bytes, length, -early);
    else if (early > 2 ** 30 - 1) return;
    else this.#wait(sequence, bytes, length);
    this.#takeWaiting();
  }

  /** The other end has everything up to this number. */
  acknowledge(sequence: number): void {
    if (!this.#isAcknowledged((sequence - 1) | 0)) this.#repeats = 0;
    this.#acknowledged = sequence;
  }

  /** Gives up on what is missing, when it has been long enough. */
  settle(): void {
    for (;;) {
      const [first] = this.#waiting;
      if (first === undefined) return;
      const received =
        this.#acknowledged !== undefined && ((this.#acknowledged - first.sequence) | 0) >= 0;
      const limit = received ? patience.acknowledged : patience.silent;
      const tooMuch =
        this.#held > waitingOctets ||
        this.#waiting.length > waitingSegments ||
        this.#allowance.exceeded;
      if (!tooMuch && this.#output.at - first.at < limit) return;
      this.#jump(first);
    }
  }

  /** Nothing more comes: what waits is taken with its gaps. */
  end(): void {
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0])
      this.#jump(first);
    this.#reader.end();
  }

  #isAcknowledged(sequence: number): boolean {
    return this.#acknowledged !== undefined && ((this.#acknowledged - sequence) | 0) > 0;
  }

  #distance(sequence: number): number {
    return (sequence - (this.#next ?? 0)) | 0;
  }

  /** Takes a segment whose first `known` octets were taken before. */
  #take(bytes: Uint8Array, length: number, known: number): void {
    if (known >= length) return;
    this.#next = ((this.#next ?? 0) + length - known) | 0;
    if (known < bytes.length) this.#reader.read(bytes.subarray(known));
    if (bytes.length < length) this.#reader.gap(length - Math.max(bytes.length, known));
  }

  #wait(sequence: number, bytes: Uint8Array, length: number): void {
    const { frame, at } = this.#output;
    const after = this.#waiting.findLastIndex((one) => ((one.sequence - sequence) | 0) <= 0);
    const place = after + 1;
    const before = this.#waiting[after];
    if (before?.sequence === sequence && before.length >= length) return;
    this.#waiting.splice(place, 0, { sequence, bytes: bytes.slice(), length, frame, at });
    this.#hold(bytes.length);
  }

  #takeWaiting(): void {
    for (;;) {
      const [first] = this.#waiting;
      if (first === undefined || this.#distance(first.sequence) > 0) return;
      this.#waiting.shift();
      this.#hold(-first.bytes.length);
      this.#take(first.bytes, first.length, -this.#distance(first.sequence));
    }
  }

  /** Leaves out what is missing before the first that waits; what follows is told at the frames in which it came. */
  #jump(first: Waiting): void {
    const missing = this.#distance(first.sequence);
    this.#output.back(first, () => {
      if (missing > 0) this.#reader.gap(missing);
      this.#next = first.sequence | 0;
      this.#takeWaiting();
    });
  }

  #hold(octets: number): void {
    this.#held += octets;
    this.#allowance.add(octets);
  }
}

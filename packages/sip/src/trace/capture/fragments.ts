// Fragments of IP datagrams, put together again (RFC 791 §3.2, RFC 8200 §4.5): bounded in number, size and time.

/** A fragment: its place in the datagram and its bytes. */
export interface Fragment {
  /** One text for each datagram: addresses, protocol and identification. */
  readonly key: string;
  readonly offset: number;
  /** False for the last one. */
  readonly more: boolean;
  readonly frame: number;
  readonly at: number;
}

/** A datagram of which parts are missing. */
export interface Unfinished<Kept> {
  readonly kept: Kept;
  readonly frame: number;
  readonly at: number;
  /** What there is from its beginning on without a hole; empty when the first fragment is missing. */
  readonly head: Uint8Array;
  readonly why: 'missing' | 'overlap' | 'too many';
}

interface Part {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

interface Datagram<Kept> {
  readonly kept: Kept;
  readonly parts: Part[];
  readonly frame: number;
  /** When its first fragment came. */
  readonly at: number;
  held: number;
  /** True once it was whole; its fragments may be captured twice. */
  done: boolean;
  /** Its whole length, once the last fragment is there. */
  length: number | undefined;
}

/** Milliseconds that a datagram may take to come together; RFC 8200 §4.5 gives it 60 seconds. */
const patience = 60_000;
/** So long a fragment of a datagram that is whole is a copy, and afterwards of another with its number. */
const copyTime = 1000;
const datagramLimit = 1000;
const partLimit = 200;
const longest = 65_535;

/** The datagrams that are not whole yet. `Kept` is what is known of each besides its bytes. */
export class Fragments<Kept> {
  readonly #waiting = new Map<string, Datagram<Kept>>();
  readonly #giveUp: (unfinished: Unfinished<Kept>) => void;

  constructor(giveUp: (unfinished: Unfinished<Kept>) => void) {
    this.#giveUp = giveUp;
  }

  /** Takes a fragment; gives the whole datagram when this one made it so. */
  add(fragment: Fragment, bytes: Uint8Array, kept: Kept): Uint8Array | undefined {
    this.#forget(fragment.at);
    const { key } = fragment;
    let datagram = this.#waiting.get(key);
    if (datagram?.done === true) {
      if (fragment.at - datagram.at < copyTime) return undefined;
      this.#waiting.delete(key);
      datagram = undefined;
    }
    if (datagram === undefined) {
      datagram = {
        kept,
        parts: [],
        frame: fragment.frame,
        at: fragment.at,
        held: 0,
        length: undefined,
        done: false,
      };
      this.#waiting.set(key, datagram);
    }
    const problem = insert(datagram, fragment, bytes);
    if (problem !== undefined) this.#drop(key, datagram, problem);
    if (problem !== undefined || datagram.length !== datagram.held) return undefined;
    datagram.done = true;
    return join(datagram.parts.splice(0), datagram.held);
  }

  /** Nothing more comes. */
  end(): void {
    for (const [key, datagram] of this.#waiting) this.#drop(key, datagram, 'missing');
  }

  /** The oldest are first in the map. */
  #forget(now: number): void {
    for (const [key, datagram] of this.#waiting) {
      if (this.#waiting.size <= datagramLimit && now - datagram.at <= patience) return;
      this.#drop(key, datagram, 'missing');
    }
  }

  #drop(key: string, datagram: Datagram<Kept>, why: Unfinished<Kept>['why']): void {
    this.#waiting.delete(key);
    if (datagram.done) return;
    const { kept, frame, at, parts } = datagram;
    let length = 0;
    const whole = parts.filter(({ offset, bytes }) => {
      const follows = offset === length;
      if (follows) length += bytes.length;
      return follows;
    });
    this.#giveUp({ kept, frame, at, head: join(whole, length), why });
  }
}

/** Puts a part in its place and says what is wrong with it. The same part once more is nothing; one that overlaps others ends it all (RFC 8200 §4.5). */
function insert<Kept>(
  datagram: Datagram<Kept>,
  { offset, more }: Fragment,
  bytes: Uint8Array,
): 'overlap' | 'too many' | undefined {
  const { parts } = datagram;
  const end = offset + bytes.length;
  const furthest = parts.at(-1);
  const most = furthest === undefined ? 0 : furthest.offset + furthest.bytes.length;
  const length = more ? (datagram.length ?? longest) : end;
  if (end > length || most > length || (datagram.length ?? length) < length) return 'overlap';
  if (!more) datagram.length = end;
  if (parts.length >= partLimit) return 'too many';
  const after = parts.findIndex((part) => part.offset >= offset);
  const place = after < 0 ? parts.length : after;
  const before = parts[place - 1];
  const next = parts[place];
  if (next?.offset === offset && next.bytes.length === bytes.length) return undefined;
  if (before !== undefined && before.offset + before.bytes.length > offset) return 'overlap';
  if (next !== undefined && offset + bytes.length > next.offset) return 'overlap';
  parts.splice(place, 0, { offset, bytes: bytes.slice() });
  datagram.held += bytes.length;
  return undefined;
}

function join(parts: readonly Part[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  for (const { offset, bytes } of parts) whole.set(bytes, offset);
  return whole;
}

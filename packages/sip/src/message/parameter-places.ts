// Where the parameters of one value stand, so that a message can be checked without making anything of it.
import { parameterLimit } from './limits.ts';
import { lowerCode, lowerSlice, saysAt } from './scan.ts';

/**
 * Parameters by lower-case name; the value is undefined for a flag such as `lr`. Values of header parameters stand as
 * they were written, quotes included (`unquote` takes them off); values of URI parameters stand as written, escaped.
 */
export type Parameters = ReadonlyMap<string, string | undefined>;

/** No parameters at all. */
export const noParameters: Parameters = new Map();

// Of each parameter: start and end of its name, start and end of its value, which is -1 for a flag.
const stride = 4;
const nameEndAt = 1;
const valueAt = 2;
const valueEndAt = 3;

// Of a name that everybody knows there is one string, and its hash is known: that makes maps faster.
const usualNames = [
  'branch',
  'rport',
  'received',
  'tag',
  'lr',
  'transport',
  'user',
  'expires',
  'q',
  'ob',
];

// Up to here each name is compared with those before it; from here on a set is cheaper.
const fewNames = 8;

/** The places of one value's parameters in its text. Used again and again: true until the next value is scanned. */
export class ParameterPlaces {
  readonly #offsets = new Int32Array(parameterLimit * stride);
  /** What a name is compared as, where it is not its lower case alone. */
  readonly #plain: ((name: string) => string) | undefined;
  #count = 0;
  #names: Set<string> | undefined;

  constructor(plain?: (name: string) => string) {
    this.#plain = plain;
  }

  /** How many there are. */
  get count(): number {
    return this.#count;
  }

  /** Begins a new value. */
  clear(): void {
    this.#count = 0;
    if (this.#names !== undefined) this.#names = undefined;
  }

  /** Notes a parameter; false when its name was there before, or when it is one too many. */
  add(text: string, name: number, nameEnd: number, value = -1, valueEnd = -1): boolean {
    const count = this.#count;
    if (count === parameterLimit || this.#isDoubled(text, name, nameEnd)) return false;
    const at = count * stride;
    this.#offsets[at] = name;
    this.#offsets[at + nameEndAt] = nameEnd;
    this.#offsets[at + valueAt] = value;
    this.#offsets[at + valueEndAt] = valueEnd;
    this.#count = count + 1;
    return true;
  }

  /** Which parameter has this name; -1 when none has. */
  find(text: string, name: string): number {
    for (let index = 0; index < this.#count; index += 1) {
      const at = index * stride;
      const start = this.#offsets[at] ?? 0;
      const isLong = (this.#offsets[at + nameEndAt] ?? 0) - start === name.length;
      if (isLong && saysAt(text, start, name)) return index;
    }
    return -1;
  }

  /** The value of parameter `index`; undefined for a flag, and for -1. */
  value(text: string, index: number): string | undefined {
    const start = index < 0 ? -1 : (this.#offsets[index * stride + valueAt] ?? -1);
    if (start < 0) return undefined;
    return text.slice(start, this.#offsets[index * stride + valueEndAt]);
  }

  /** True when parameter `index` is there and has no value. */
  isFlag(index: number): boolean {
    return index >= 0 && (this.#offsets[index * stride + valueAt] ?? -1) < 0;
  }

  /** All of them. */
  toMap(text: string): Parameters {
    if (this.#count === 0) return noParameters;
    const map = new Map<string, string | undefined>();
    for (let index = 0; index < this.#count; index += 1)
      map.set(this.#name(text, index), this.value(text, index));
    return map;
  }

  #name(text: string, index: number): string {
    const at = index * stride;
    return this.#nameAt(text, this.#offsets[at] ?? 0, this.#offsets[at + nameEndAt] ?? 0);
  }

  #nameAt(text: string, start: number, end: number): string {
    const length = end - start;
    for (const usual of usualNames) {
      if (usual.length === length && saysAt(text, start, usual)) return usual;
    }
    if (this.#plain === undefined) return lowerSlice(text, start, end);
    const plain = this.#plain(text.slice(start, end));
    return lowerSlice(plain, 0, plain.length);
  }

  #isDoubled(text: string, start: number, end: number): boolean {
    if (this.#names === undefined && this.#count < fewNames && !this.#isEscaped(text, start, end)) {
      for (let at = 0; at < this.#count * stride; at += stride) {
        const before = this.#offsets[at] ?? 0;
        const beforeEnd = this.#offsets[at + nameEndAt] ?? 0;
        if (sameName(text, before, beforeEnd, start, end)) return true;
      }
      return false;
    }
    this.#names ??= this.#allNames(text);
    const name = this.#nameAt(text, start, end);
    if (this.#names.has(name)) return true;
    this.#names.add(name);
    return false;
  }

  #allNames(text: string): Set<string> {
    const names = new Set<string>();
    for (let index = 0; index < this.#count; index += 1) names.add(this.#name(text, index));
    return names;
  }

  #isEscaped(text: string, start: number, end: number): boolean {
    if (this.#plain === undefined) return false;
    for (let at = start; at < end; at += 1) {
      if (text.charCodeAt(at) === 37) return true;
    }
    return false;
  }
}

function sameName(text: string, a: number, aEnd: number, b: number, bEnd: number): boolean {
  if (aEnd - a !== bEnd - b) return false;
  for (let offset = 0; a + offset < aEnd; offset += 1) {
    const code = text.charCodeAt(a + offset);
    if (lowerCode(code) !== lowerCode(text.charCodeAt(b + offset))) return false;
  }
  return true;
}

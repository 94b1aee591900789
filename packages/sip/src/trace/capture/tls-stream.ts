// One direction of a TLS connection: cut into records, opened in turn, and put in step again behind a gap.
import type { Allowance } from './allowance.ts';
import { Backlog } from './backlog.ts';
import type { StreamReader } from './direction.ts';
import { HandshakeMessages, handshakeType } from './tls-hello.ts';
import type { Protection } from './tls-protection.ts';
import { contentType, lastOf, mayBeRecord, readRecord, recordHeader } from './tls-record.ts';
import type { Opened, TlsRecord } from './tls-record.ts';

/** What it tells to the connection that it is of. */
export interface TlsStreamOwner {
  /** A handshake message came, whole. */
  handshake(from: TlsStream, type: number, message: Uint8Array): void;
  /** Octets of it are missing; none when what follows is no record. */
  missing(from: TlsStream, octets: number): void;
  /** A record cannot be opened with the key that holds; `isFirst` when none could be. */
  unopened(from: TlsStream, isFirst: boolean): void;
  /** A record is encrypted, and there is no key yet. */
  keyless(): void;
}

/** So many records in a row that cannot be opened have another key. */
const failureLimit = 32;
/** So many records at most are taken to be lost in a gap. */
const reachLimit = 256;
/** The smallest record of any use: a header, a code and something between. */
const smallestRecord = 24;
/** Octets that are opened in vain: some, and so many times those that came. */
const vain = { first: 262_144, share: 8 } as const;

/** Opens the records of one direction. */
export class TlsStream implements StreamReader {
  readonly #owner: TlsStreamOwner;
  readonly #allowance: Allowance;
  /** Who reads what was encrypted. */
  readonly #inner: StreamReader;
  readonly #backlog = new Backlog();
  /** What stood before the backlog. */
  #before = new Uint8Array(0);
  /** Octets of it that the allowance knows of. */
  #counted = 0;
  readonly #handshake = new HandshakeMessages();
  /** The key of the next record; undefined while they are in the clear. */
  #protection: Protection | undefined;
  /** The key that comes into use next, as far as it is known before that is said. */
  #next: Protection | undefined;
  /** Number of the next record under its key (RFC 8446 §5.3). */
  #number = 0;
  /** So many records before the next one may be missing. */
  #reach = 0;
  #failures = 0;
  #hasOpened = false;
  /** False while the next record is looked for. */
  #synchronous = true;
  /** Octets that may still be opened in vain. */
  #vain: number = vain.first;
  #isLeft = false;

  constructor(owner: TlsStreamOwner, allowance: Allowance, inner: StreamReader) {
    this.#owner = owner;
    this.#allowance = allowance;
    this.#inner = inner;
  }

  get closeCode(): number | undefined {
    return this.#inner.closeCode;
  }

  /** This key holds from the next record on. */
  protect(protection: Protection): void {
    this.#protection = protection;
    this.#next = undefined;
    this.#number = 0;
  }

  /** This key comes into use when that is said, or when a record is sealed with it. */
  prepare(next: Protection): void {
    this.#next = next;
  }

  /** Nothing more of it is read. */
  leave(): void {
    this.#isLeft = true;
    this.#drop();
  }

  read(bytes: Uint8Array): void {
    if (this.#isLeft) return;
    this.#vain += vain.share * bytes.length;
    const window = this.#backlog.window(bytes);
    const at = this.#records(window);
    if (this.#isLeft) return;
    this.#before = lastOf(this.#before, window.subarray(0, at)).slice();
    this.#backlog.keep(window, at);
    this.#count();
    if (this.#allowance.exceeded) this.gap(0);
  }

  gap(octets: number): void {
    if (this.#isLeft) return;
    const missing = octets + this.#backlog.length;
    this.#drop();
    this.#before = new Uint8Array(0);
    this.#handshake.clear();
    this.#lose(Math.ceil(missing / smallestRecord));
    this.#owner.missing(this, octets);
  }

  end(): void {
    this.#drop();
    this.#inner.end();
  }

  #drop(): void {
    this.#backlog.clear();
    this.#count();
  }

  #count(): void {
    this.#allowance.add(this.#backlog.length - this.#counted);
    this.#counted = this.#backlog.length;
  }

  #lose(records: number): void {
    this.#synchronous = false;
    this.#reach = Math.min(reachLimit, this.#reach + 1 + records);
    this.#inner.gap(0);
  }

  /** Takes the records of a window; says where the first that is not whole begins. */
  #records(window: Uint8Array): number {
    let at = 0;
    while (!this.#isLeft && at < window.length) {
      if (!mayBeRecord(window, at)) {
        if (this.#synchronous) {
          this.#owner.missing(this, 0);
          this.#lose(0);
        }
        at += 1;
        continue;
      }
      const record = readRecord(window, at, this.#before);
      if (record === undefined) break;
      const end = at + recordHeader + record.fragment.length;
      const isTaken = this.#synchronous ? this.#take(record) : this.#find(record, window, end);
      at = isTaken ? end : at + 1;
    }
    return at;
  }

  /** A record in its place. */
  #take(record: TlsRecord): true {
    if (this.#isClear(record)) {
      this.#read(record.type, record.fragment);
      return true;
    }
    const opened = this.#open(record);
    if (opened === undefined) this.#fail();
    else this.#read(opened.type, opened.bytes);
    return true;
  }

  /** What may be a record, behind a gap: sealed, it proves itself; in the clear, the next one stands behind it. */
  #find(record: TlsRecord, window: Uint8Array, end: number): boolean {
    const opened = this.#open(record);
    if (opened !== undefined) {
      this.#synchronous = true;
      this.#read(opened.type, opened.bytes);
      return true;
    }
    if (!this.#isClear(record) || !mayBeRecord(window, end)) return false;
    this.#synchronous = true;
    this.#read(record.type, record.fragment);
    return true;
  }

  /** RFC 8446 §5.1: all that TLS 1.3 encrypts looks like application data; the rest is there for boxes on the way. */
  #isClear({ type }: TlsRecord): boolean {
    const isData = type === contentType.applicationData;
    if (this.#protection === undefined) return this.#next === undefined || !isData;
    return this.#protection.hides && !isData;
  }

  /** Opens a record with the key and number that it has, or with those it may have when something is missing. */
  #open(record: TlsRecord): Opened | undefined {
    for (const key of [this.#protection, this.#following()]) {
      if (key === undefined) continue;
      const first = key === this.#protection ? this.#number : 0;
      for (let ahead = 0; ahead <= this.#reach && this.#vain >= 0; ahead += 1) {
        const opened = key.open(record, first + ahead);
        if (opened === undefined) {
          this.#vain -= record.fragment.length;
          continue;
        }
        if (key !== this.#protection) this.protect(key);
        this.#number = first + ahead + 1;
        this.#reach = 0;
        this.#failures = 0;
        this.#hasOpened = true;
        return opened;
      }
    }
    return undefined;
  }

  #following(): Protection | undefined {
    this.#next ??= this.#protection?.next();
    return this.#next;
  }

  /** The key that was prepared, or follows, holds from the next record on. */
  #change(): void {
    const next = this.#following();
    if (next !== undefined) this.protect(next);
  }

  #fail(): void {
    this.#failures += 1;
    this.#reach = Math.min(reachLimit, this.#reach + 1);
    if (this.#failures === 1) this.#owner.unopened(this, !this.#hasOpened);
    this.#inner.gap(0);
    if (this.#failures > failureLimit) this.leave();
  }

  #read(type: number, bytes: Uint8Array): void {
    switch (type) {
      case contentType.changeCipherSpec:
        if (this.#protection?.hides !== true) this.#change();
        break;
      case contentType.handshake:
        this.#handshake.read(bytes, (of, message) => this.#message(of, message));
        break;
      case contentType.applicationData:
        if (this.#protection === undefined) this.#owner.keyless();
        else this.#inner.read(bytes);
        break;
      default:
      // Alerts: that the connection ends is told by TCP.
    }
  }

  #message(type: number, message: Uint8Array): void {
    if (type !== handshakeType.finished && type !== handshakeType.keyUpdate)
      this.#owner.handshake(this, type, message);
    // RFC 8446 §4.4.4, §4.6.3: behind these another key holds.
    else if (this.#protection?.hides === true) this.#change();
  }
}

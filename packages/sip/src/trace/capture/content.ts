// What the two streams of a connection carry: found out by their first octets, and read on by who knows it. The streams are those
// of TCP, or what TLS carried within them.
import type { Allowance } from './allowance.ts';
import { Backlog } from './backlog.ts';
import type { StreamReader } from './direction.ts';
import type { CaptureOutput, Carried } from './output.ts';
import { SipStream } from './sip-stream.ts';
import { beginsHttp, httpHead, sniff } from './sniff.ts';
import type { HttpHead } from './sniff.ts';
import { TurnStream } from './turn-stream.ts';
import { beginsWithSip, WebSocketStream } from './web-socket-stream.ts';

/** What streams were found to carry. */
type Kind = 'unknown' | 'SIP' | 'WebSocket' | 'TLS' | 'TURN' | 'other';

/** A direction, whose protocol is known better as it is read. */
export type Direct = Carried & { protocol: string };

/** Whose content it is. */
export interface ContentOwner {
  /** It carries SIP. */
  concerns(): void;
  /** The WebSocket that was asked for `way` was not made. */
  refused(way: Carried, reason: string): void;
  /** It is TLS: who reads it on, if anybody can. */
  encrypted(): readonly [StreamReader, StreamReader] | undefined;
}

/** What the streams are of. */
export interface ContentOptions {
  readonly output: CaptureOutput;
  readonly allowance: Allowance;
  /** Who opened the connection comes first. */
  readonly ways: readonly [Direct, Direct];
  readonly owner: ContentOwner;
  /** What SIP is told with, and SIP in WebSockets. */
  readonly protocols: readonly [sip: string, webSocket: string];
  /** True when the beginning was not captured. */
  readonly late: boolean;
}

/** So many octets of streams whose beginning was not captured are searched for SIP. */
const searchLimit = 262_144;
/** An HTTP header that is longer announces no WebSocket. */
const headLimit = 16_384;

/** One of its two directions. */
class End implements StreamReader {
  readonly way: Direct;
  /** Who reads the stream, once it is known what it carries. */
  reader: StreamReader | undefined;
  readonly head: Backlog = new Backlog();
  searched = 0;
  readonly #content: Content;

  constructor(content: Content, way: Direct) {
    this.#content = content;
    this.way = way;
  }

  get closeCode(): number | undefined {
    return this.reader?.closeCode;
  }

  read(bytes: Uint8Array): void {
    if (this.reader === undefined) this.#content.find(this, bytes);
    else this.reader.read(bytes);
  }

  gap(octets: number): void {
    if (this.reader === undefined) this.#content.miss(this);
    else this.reader.gap(octets);
  }

  end(): void {
    this.reader?.end();
  }
}

/** Reads two streams from their beginning on. */
export class Content {
  readonly ends: readonly [End, End];
  readonly #options: ContentOptions;
  #kind: Kind = 'unknown';
  #late: boolean;

  constructor(options: ContentOptions) {
    this.#options = options;
    const [one, other] = options.ways;
    this.ends = [new End(this, one), new End(this, other)];
    this.#late = options.late;
  }

  /** True when it carries nothing of ours. */
  get isOther(): boolean {
    return this.#kind === 'other';
  }

  /** Looks at what begins a stream, until it is known what that is. */
  find(end: End, bytes: Uint8Array): void {
    if (this.#kind === 'other' || this.#kind === 'TLS') return;
    const { output } = this.#options;
    const window = end.head.window(bytes);
    if (this.#kind === 'WebSocket' && !beginsHttp(window)) {
      // The answer to the upgrade was not captured: these are frames already.
      end.reader = new WebSocketStream(output, end.way, false);
      end.reader.read(window);
      end.head.clear();
      return;
    }
    switch (sniff(window, this.#late)) {
      case 'sip':
        this.#carry(end, 'SIP', window);
        break;
      case 'http':
        this.#upgrade(end, window);
        break;
      case 'web socket':
        this.#carry(end, 'WebSocket', window);
        break;
      case 'tls':
        this.#encrypted();
        this.#readOn(end, window);
        break;
      case 'turn':
        this.#relay();
        this.#readOn(end, window);
        break;
      case 'more':
        end.head.keep(window, window.length > headLimit ? window.length : 0);
        break;
      case 'other':
        this.#search(end, window);
        break;
    }
  }

  /** The beginning of a stream is missing: from here on SIP is looked for within it. */
  miss(end: End): void {
    this.#late = true;
    end.head.clear();
    // The answer to an upgrade was not captured; its frames may be.
    if (this.#kind === 'WebSocket')
      end.reader = new WebSocketStream(this.#options.output, end.way, false);
  }

  /** It carries nothing of ours. */
  #leave(): void {
    this.#kind = 'other';
    for (const { head } of this.ends) head.clear();
  }

  #other(end: End): End {
    const [one, other] = this.ends;
    return end === one ? other : one;
  }

  #readOn(end: End, window: Uint8Array): void {
    end.reader?.read(window);
    end.head.clear();
  }

  /** The streams carry messages: both directions are read so, from `window` of the first one on. */
  #carry(end: End, kind: 'SIP' | 'WebSocket', window: Uint8Array): void {
    const { output, allowance, protocols, owner } = this.#options;
    this.#kind = kind;
    this.#call(protocols[kind === 'SIP' ? 0 : 1]);
    owner.concerns();
    const begin = kind === 'SIP' ? this.ends : [end];
    for (const each of begin) {
      each.reader =
        kind === 'SIP'
          ? new SipStream(output, each.way, allowance)
          : new WebSocketStream(output, each.way, beginsWithSip(window));
      if (each !== end && this.#late) each.reader.gap(0);
    }
    this.#readOn(end, window);
  }

  #call(protocol: string): void {
    for (const { way } of this.ends) way.protocol = protocol;
  }

  /** RFC 6455 §4.1: a request that upgrades; what follows it, and what follows its answer, are frames. */
  #upgrade(end: End, window: Uint8Array): void {
    const head = httpHead(window);
    if (head === undefined) {
      if (window.length > headLimit) this.#leave();
      else end.head.keep(window, 0);
      return;
    }
    const isRequest = end === this.ends[0] || head.upgrades;
    if (isRequest ? !head.upgrades : head.status !== 101) {
      this.#refuse(end, head);
      return;
    }
    this.#kind = 'WebSocket';
    this.#call(this.#options.protocols[1]);
    end.reader = new WebSocketStream(this.#options.output, end.way, true);
    const rest = window.slice(head.end);
    end.head.clear();
    if (head.isSip) this.#options.owner.concerns();
    if (rest.length > 0) end.reader.read(rest);
  }

  #refuse(end: End, { firstLine }: HttpHead): void {
    if (this.#kind === 'WebSocket')
      this.#options.owner.refused(this.#other(end).way, `no WebSocket: ${firstLine}`);
    this.#leave();
  }

  #relay(): void {
    this.#kind = 'TURN';
    for (const each of this.ends) each.reader = new TurnStream(this.#options.output, each.way);
  }

  #encrypted(): void {
    this.#kind = 'TLS';
    this.#call('TLS');
    const readers = this.#options.owner.encrypted();
    for (const [index, each] of this.ends.entries()) each.reader = readers?.[index];
  }

  /** SIP may still come where the beginning was not captured; elsewhere this is something else. */
  #search(end: End, window: Uint8Array): void {
    const { output, allowance } = this.#options;
    end.searched += window.length;
    if (!this.#late || end.searched > searchLimit) {
      this.#leave();
      return;
    }
    if (beginsWithSip(window)) {
      this.#carry(end, 'WebSocket', window);
      return;
    }
    // It is SIP as soon as one message is found in it.
    const reader = new SipStream(output, end.way, allowance);
    reader.gap(0);
    reader.read(window);
    if (!reader.synchronous) {
      reader.end();
      end.head.clear();
      return;
    }
    this.#kind = 'SIP';
    end.reader = reader;
    const back = this.#other(end);
    back.reader = new SipStream(output, back.way, allowance);
    back.reader.gap(0);
    end.head.clear();
    back.head.clear();
  }
}

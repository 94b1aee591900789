// A SIP peer made of text: it sends what a test writes and checks what comes, without any of the stack that it tests.
import { latin1, latin1Bytes, utf8Bytes } from '../base/bytes.ts';
import { formatAddress } from '../transport/address.ts';
import type { Address, Flow } from '../transport/port.ts';
import type { Clock } from '../base/clock.ts';
import type { VirtualTransport } from './virtual-network.ts';

/** A message as it arrived. */
export interface Arrived {
  readonly text: string;
  readonly flow: Flow;
  /** The clock's `now()`. */
  readonly at: number;
}

/** A keep-alive as it arrived: a lone CRLF on a connection, or a STUN packet. */
export interface KeepAliveArrived {
  readonly bytes: Uint8Array;
  readonly flow: Flow;
  /** The clock's `now()`. */
  readonly at: number;
}

/** What a peer waits for: the beginning of the first line, such as `INVITE` or `SIP/2.0 180`, a pattern, or a test of the text. */
export type Expected = string | RegExp | ((text: string) => boolean);

/** How a peer answers. */
export interface Answer {
  readonly reason?: string | undefined;
  /** Added to To when it has no tag yet; `peer` unless said, none for 100. */
  readonly toTag?: string | undefined;
  /** Whole header lines. */
  readonly headers?: readonly string[] | undefined;
  readonly body?: string | undefined;
}

/** A peer on any transport, mostly a virtual one. */
export class ScriptedPeer {
  readonly #transport: VirtualTransport;
  readonly #clock: Clock;
  readonly #arrived: Arrived[] = [];
  readonly #log: Arrived[] = [];
  readonly #rules: { readonly expected: Expected; readonly reply: (arrived: Arrived) => void }[] =
    [];
  #waiting: (() => void)[] = [];
  readonly #keepAlives: KeepAliveArrived[] = [];
  #keptAlive: (arrived: KeepAliveArrived) => void = () => {};
  #lost = 0;

  constructor({
    transport,
    clock,
  }: {
    readonly transport: VirtualTransport;
    readonly clock: Clock;
  }) {
    this.#transport = transport;
    this.#clock = clock;
  }

  /** Where the peer can be reached. */
  get address(): Address {
    const { local } = this.#transport;
    if (local === undefined)
      throw new TypeError('This peer has no address: it was not started or cannot listen');
    return local;
  }

  /** All that ever arrived, taken or not. */
  get log(): readonly Arrived[] {
    return this.#log;
  }

  /** What arrived and was neither taken nor met by a rule. */
  get untaken(): readonly Arrived[] {
    return this.#arrived;
  }

  /** The lone CRLFs and STUN packets that came; they are answered only by what `whenKeptAlive` was given. */
  get keepAlives(): readonly KeepAliveArrived[] {
    return this.#keepAlives;
  }

  /** How many messages could not be framed. */
  get framingErrors(): number {
    return this.#lost;
  }

  start(): Promise<void> {
    return this.#transport.listen({
      received: (bytes, flow) => this.#take({ text: latin1(bytes), flow, at: this.#clock.now() }),
      keepAlive: (bytes, flow) => {
        const arrived = { bytes, flow, at: this.#clock.now() };
        this.#keepAlives.push(arrived);
        this.#keptAlive(arrived);
      },
      framingLost: () => {
        this.#lost += 1;
      },
      opened: () => {},
      closed: () => {},
    });
  }

  close(): Promise<void> {
    return this.#transport.close();
  }

  /** Sends a message written with plain line ends; `Content-Length` is added where it is missing. */
  send(text: string, to: Address | Flow): void {
    this.sendRaw(latin1Bytes(wholeMessage(text)), to);
  }

  /** Sends bytes as they are. */
  sendRaw(bytes: Uint8Array, to: Address | Flow): void {
    const flow = 'send' in to ? to : this.#transport.flowTo(to);
    flow.send(bytes, () => {});
  }

  /** Answers a request by copying what RFC 3261 §8.2.6 says from its text. */
  respond(request: Arrived, status: number, answer: Answer = {}): void {
    this.send(responseText(request.text, status, answer), request.flow);
  }

  /** From now on meets each message that fits with `reply`, at once; rules that came first are asked first. */
  when(expected: Expected, reply: (arrived: Arrived) => void): void {
    this.#rules.push({ expected, reply });
  }

  /** From now on meets each lone CRLF and each STUN packet with `reply`, at once. */
  whenKeptAlive(reply: (arrived: KeepAliveArrived) => void): void {
    this.#keptAlive = reply;
  }

  /** The first untaken message that fits; throws with all that is there when none does. */
  take(expected: Expected): Arrived {
    const index = this.#arrived.findIndex(({ text }) => fits(text, expected));
    const [arrived] = index < 0 ? [] : this.#arrived.splice(index, 1);
    if (arrived === undefined)
      throw new Error(`No ${describe(expected)} arrived, only: ${this.#summary()}`);
    return arrived;
  }

  /** As `take`, but waits; rejects after `within` milliseconds of the clock. */
  async expect(expected: Expected, within = 32_000): Promise<Arrived> {
    let late = false;
    const timer = this.#clock.after(within, () => {
      late = true;
      this.#wake();
    });
    while (!late && !this.#arrived.some(({ text }) => fits(text, expected))) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    timer.cancel();
    return this.take(expected);
  }

  #take(arrived: Arrived): void {
    this.#log.push(arrived);
    const rule = this.#rules.find(({ expected }) => fits(arrived.text, expected));
    if (rule !== undefined) {
      rule.reply(arrived);
      return;
    }
    this.#arrived.push(arrived);
    this.#wake();
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resume of waiting) resume();
  }

  #summary(): string {
    const lines = this.#arrived.map(
      ({ text, flow }) => `${firstLine(text)} from ${formatAddress(flow.remote)}`,
    );
    return lines.length === 0 ? 'nothing' : lines.join('; ');
  }
}

/** The values of a header as its rows were written, by its long name or one compact letter. */
export function headerRows(text: string, name: string, compact?: string): readonly string[] {
  const [head = ''] = text.split('\r\n\r\n', 1);
  return head
    .split('\r\n')
    .slice(1)
    .flatMap((line) => {
      const colon = line.indexOf(':');
      const found = line.slice(0, colon).trim().toLowerCase();
      return found === name.toLowerCase() || found === compact
        ? [line.slice(colon + 1).trim()]
        : [];
    });
}

function responseText(request: string, status: number, answer: Answer): string {
  const {
    reason = 'Scripted',
    headers = [],
    body = '',
    toTag = status === 100 ? undefined : 'peer',
  } = answer;
  const [to = ''] = headerRows(request, 'To', 't');
  const tagged = toTag === undefined || /;\s?tag=/i.test(to) ? to : `${to};tag=${toTag}`;
  const lines = [
    `SIP/2.0 ${status} ${reason}`,
    ...headerRows(request, 'Via', 'v').map((value) => `Via: ${value}`),
    ...headerRows(request, 'From', 'f').map((value) => `From: ${value}`),
    `To: ${tagged}`,
    ...headerRows(request, 'Call-ID', 'i').map((value) => `Call-ID: ${value}`),
    ...headerRows(request, 'CSeq').map((value) => `CSeq: ${value}`),
    ...headers,
  ];
  return `${lines.join('\n')}\n\n${body}`;
}

function wholeMessage(text: string): string {
  const normal = text.replaceAll('\r\n', '\n').replaceAll('\n', '\r\n');
  const end = normal.indexOf('\r\n\r\n');
  const head = end < 0 ? normal.trimEnd() : normal.slice(0, end);
  const body = end < 0 ? '' : latin1(utf8BytesOnce(normal.slice(end + 4)));
  const hasLength = headerRows(`${head}\r\n\r\n`, 'Content-Length', 'l').length > 0;
  return `${head}${hasLength ? '' : `\r\nContent-Length: ${body.length}`}\r\n\r\n${body}`;
}

/** Text that is latin1 already stands for bytes; anything beyond it was meant as UTF-8. */
function utf8BytesOnce(text: string): Uint8Array {
  return /[^\0-\u00ff]/.test(text) ? utf8Bytes(text) : latin1Bytes(text);
}

function fits(text: string, expected: Expected): boolean {
  if (typeof expected === 'function') return expected(text);
  return typeof expected === 'string' ? firstLine(text).startsWith(expected) : expected.test(text);
}

function describe(expected: Expected): string {
  return typeof expected === 'function' ? 'message of that kind' : String(expected);
}

function firstLine(text: string): string {
  return text.split('\r\n', 1)[0] ?? '';
}

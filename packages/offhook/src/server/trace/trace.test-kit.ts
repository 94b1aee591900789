// Observations as the server makes them, and a keeper on a file and a clock of its own, for the tests.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Observation } from '@offhook/sip';
import { VirtualClock } from '@offhook/sip/testing';
import { ownDomains } from '../location/aor.ts';
import type { Engine } from '../storage/engine.ts';
import { Keeper } from './keeper.ts';
import type {
  Answers,
  CallQuery,
  DeviceLine,
  FromTracer,
  PageReport,
  TakenReport,
  TraceGap,
  TraceLimits,
  TraceWish,
} from './messages.ts';
import { openTraceFile } from './open.ts';
import type { Sink } from './traces.ts';

/** How a message of the tests differs from the usual one. */
export interface MessageChanges {
  /** Request-URI, or nothing for a response. */
  readonly uri?: string;
  readonly callId?: string;
  readonly from?: string;
  readonly to?: string;
  readonly cseq?: string;
  readonly branch?: string;
  readonly headers?: readonly string[];
  readonly body?: string;
  readonly at?: number;
  readonly direction?: 'in' | 'out';
  readonly endpoint?: string;
  readonly protocol?: string;
  readonly flow?: string;
  readonly remotePort?: number;
}

/** When calls of the tests begin: the first of January 2026, in milliseconds since 1970. */
export const start = 1_767_225_600_000;

/** A message as the tap tells of it; `first` is a method or `180 Ringing`. */
export function seen(first: string, changes: MessageChanges = {}): Observation {
  const { callId = 'call-1', from = 'alice', to = 'bob', headers = [], body = '' } = changes;
  const isResponse = /^\d/.test(first);
  const cseq = changes.cseq ?? `1 ${isResponse ? 'INVITE' : first}`;
  const { uri = `sip:${to}@example.com`, at = start, direction = 'in', flow = 'udp-1' } = changes;
  const text = [
    isResponse ? `SIP/2.0 ${first}` : `${first} ${uri} SIP/2.0`,
    `Via: SIP/2.0/UDP 192.0.2.1:5070;branch=z9hG4bK${changes.branch ?? callId + cseq.replace(' ', '')}`,
    `From: <sip:${from}@example.com>;tag=f${callId}`,
    `To: <sip:${to}@example.com>${isResponse || /^(?:ACK|BYE)$/.test(first) ? `;tag=t${callId}` : ''}`,
    `Call-ID: ${callId}`,
    `CSeq: ${cseq}`,
    'Max-Forwards: 70',
    ...headers,
    `Content-Length: ${body.length}`,
    '',
    body,
  ].join('\r\n');
  return {
    ...{ v: 1, kind: 'message', at, endpoint: changes.endpoint ?? 'server', direction, flow, text },
    protocol: changes.protocol ?? 'UDP',
    local: { host: '127.0.0.1', port: 5060 },
    remote: { host: '192.0.2.1', port: changes.remotePort ?? 5070 },
  };
}

/** A call from its INVITE to the answer to its BYE, or to the status that refuses it. */
export function call(changes: MessageChanges = {}, final = '200 OK'): readonly Observation[] {
  const at = changes.at ?? start;
  const out = { ...changes, direction: 'out' as const };
  const begin = [
    seen('INVITE', changes),
    seen('180 Ringing', { ...out, at: at + 20 }),
    seen(final, { ...out, at: at + 2_000 }),
  ];
  const ack = { ...changes, at: at + 2_010 };
  // RFC 3261 §17.1.1.3: the ACK to a refusal belongs to the INVITE's transaction.
  if (!final.startsWith('2'))
    return [...begin, seen('ACK', { ...ack, branch: `${changes.callId ?? 'call-1'}1INVITE` })];
  const bye = { cseq: '2 BYE' };
  return [
    ...begin,
    seen('ACK', ack),
    seen('BYE', { ...changes, ...bye, at: at + 9_000 }),
    seen('200 OK', { ...out, ...bye, at: at + 9_010 }),
  ];
}

/** A week, and 100 MB. */
export const usual: TraceLimits = { age: 7 * 86_400_000, size: 100_000_000 };

/** How a keeper differs from the usual one. */
export interface KeeperChanges {
  readonly limits?: TraceLimits;
  readonly path?: string;
  readonly domain?: string;
}

/** A keeper with its file; `path` names one that is there. */
export class TestKeeper {
  readonly clock: VirtualClock = new VirtualClock();
  readonly told: FromTracer[] = [];
  readonly path: string;
  readonly engine: Engine;
  readonly keeper: Keeper;
  /** Octets that are free on the disk. */
  free: number = Number.POSITIVE_INFINITY;

  constructor({ limits = usual, path, domain = 'example.com' }: KeeperChanges = {}) {
    this.path = path ?? join(mkdtempSync(join(tmpdir(), 'offhook-traces-')), 'traces.sqlite');
    this.engine = openTraceFile(this.path).engine;
    this.keeper = new Keeper({
      engine: this.engine,
      limits,
      domainOf: ownDomains([{ domain, aliases: ['127.0.0.1'] }]),
      clock: this.clock,
      free: () => this.free,
      tell: (message) => this.told.push(message),
    });
  }

  /** Lets time pass, with a tick each quarter of a second. */
  pass(milliseconds: number): void {
    for (let left = milliseconds; left > 0; left -= 250) {
      this.clock.advance(Math.min(left, 250));
      this.keeper.tick();
    }
  }

  /** The calls that are found. */
  calls(query: Partial<CallQuery> = {}): Answers['calls'] {
    const found = this.keeper.ask({ kind: 'calls', query: { limit: 100, ...query } });
    if (typeof found !== 'object' || !('calls' in found)) throw new TypeError('Not calls');
    return found;
  }

  /** Their Call-IDs. */
  ids(query: Partial<CallQuery> = {}): readonly string[] {
    return this.calls(query).calls.map(({ id }) => id);
  }

  /** The lines of a call. */
  lines(wish: TraceWish & { readonly call: string }): readonly string[] | undefined {
    const found = this.keeper.ask({ kind: 'lines', wish });
    return typeof found === 'string' ? found.trimEnd().split('\n') : undefined;
  }
}

/** Traces without a thread: what is asked of them a keeper answers. */
export class MemoryTraces {
  readonly world: TestKeeper = new TestKeeper();
  readonly #sinks = new Map<number, Sink>();

  async calls(query: CallQuery): Promise<Answers['calls']> {
    return this.world.calls(query);
  }

  async lines(wish: TraceWish & { readonly call: string }): Promise<string | undefined> {
    const lines = this.world.lines(wish);
    return lines === undefined ? undefined : `${lines.join('\n')}\n`;
  }

  async report(report: PageReport): Promise<TakenReport> {
    const taken = this.world.keeper.ask({ kind: 'report', report });
    if (typeof taken !== 'object' || !('taken' in taken)) throw new TypeError('Not a report');
    this.show();
    return taken;
  }

  async devices(user: string | undefined): Promise<readonly DeviceLine[]> {
    const found = this.world.keeper.ask({ kind: 'devices', user });
    if (!Array.isArray(found)) throw new TypeError('Not devices');
    return found;
  }

  watch(wish: TraceWish, sink: Sink): (() => void) | undefined {
    const id = this.#sinks.size + 1;
    if (id > 3) return undefined;
    this.#sinks.set(id, sink);
    this.world.keeper.watch(id, wish);
    return () => {
      this.#sinks.delete(id);
      this.world.keeper.unwatch(id);
    };
  }

  /** How many look on. */
  get viewers(): number {
    return this.#sinks.size;
  }

  /** Something is observed. */
  observe(observations: readonly Observation[]): void {
    this.world.keeper.observe(observations);
    this.show();
  }

  /** What the keeper told goes to who looks on. */
  show(): void {
    for (const message of this.world.told.splice(0))
      if (message.kind === 'seen')
        for (const { viewers, lines } of message.seen)
          for (const id of viewers) this.#sinks.get(id)?.lines(lines);
  }

  /** Not all is kept, or again it is. */
  tell(gap: TraceGap): void {
    for (const sink of this.#sinks.values()) sink.gap(gap);
  }

  /** There will be no more. */
  end(): void {
    for (const sink of this.#sinks.values()) sink.end();
  }
}

// A bad line for real connections, TCP and what runs on it (TLS, WebSocket): delayed, cut, corrupted, stalled, reset.
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { systemClock } from '../../base/clock.ts';
import type { Clock } from '../../base/clock.ts';
import type { Random } from '../../base/random.ts';
import type { Address } from '../../transport/port.ts';
import { seededRandom } from '../seeded-random.ts';
import { happens, recovery, travelTime } from '../weather.ts';
import { flipped } from './impaired-udp.ts';
import { Sky } from './line.ts';
import type { Line, LineCounts, LineOptions, LineWeather, Way } from './line.ts';

/** Bytes under way on one connection, one way, before its sender has to wait. */
const mostUnderWay = 1024 * 1024;

/** A running line for connections. */
export interface StreamLine extends Line {
  /** Connections that go through it now. */
  readonly connections: number;
  /** Breaks every connection on both ends with a reset. */
  reset(): void;
  /** Whether new connections are let in; those that are not are reset at once. */
  accepting: boolean;
}

/**
 * A relay for connections with weather: `latency` delays, `loss` delays by 200 ms more as a repeated segment does,
 * `cut` sends on in pieces of a few bytes, `corrupt` flips a bit. `duplicate` and `reorder` do nothing: a stream hides them.
 *
 * @example
 * const line = await impairedTcp({ target: { host: '127.0.0.1', port: 5060 }, seed: 1, toTarget: { cut: 1 } });
 * line.reset();
 * await line.close();
 */
export async function impairedTcp(options: LineOptions): Promise<StreamLine> {
  const { host = '127.0.0.1', port = 0 } = options.local ?? {};
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
  server.listen(port, host);
  await once(server, 'listening');
  return new ImpairedStreams(server, options);
}

class ImpairedStreams implements StreamLine {
  readonly local: Address;
  readonly counts: LineCounts = { passed: 0, lost: 0, doubled: 0, corrupted: 0, cut: 0 };
  accepting = true;
  readonly #server: Server;
  readonly #sky: Sky;
  #random: Random;
  readonly #clock: Clock;
  readonly #pairs = new Set<Pair>();
  #stalled = false;

  constructor(server: Server, options: LineOptions) {
    const { address: host, port } = server.address() as AddressInfo;
    this.local = { host, port };
    this.#server = server;
    this.#sky = new Sky(options);
    this.#random = seededRandom(options.seed);
    this.#clock = options.clock ?? systemClock;
    server.on('error', () => {});
    server.on('connection', (client) => this.#take(client, options.target));
  }

  get connections(): number {
    return this.#pairs.size;
  }

  change(weather: Partial<LineWeather>, way?: Way): void {
    this.#sky.change(weather, way);
  }

  stall(): void {
    this.#stalled = true;
    for (const pair of this.#pairs) pair.stall();
  }

  resume(): void {
    this.#stalled = false;
    for (const pair of this.#pairs) pair.resume();
  }

  reseed(seed: number): void {
    this.#random = seededRandom(seed);
  }

  rebind(): void {
    for (const pair of this.#pairs) pair.forget();
  }

  reset(): void {
    for (const pair of this.#pairs) pair.reset();
  }

  async close(): Promise<void> {
    this.reset();
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, 'close');
  }

  #take(client: Socket, to: Address): void {
    if (!this.accepting) {
      client.on('error', () => {});
      client.resetAndDestroy();
      return;
    }
    const target = connect({ host: to.host, port: to.port, allowHalfOpen: true, noDelay: true });
    client.setNoDelay(true);
    const { counts } = this;
    const tools = { clock: this.#clock, random: this.#random, sky: this.#sky, counts };
    const pair = new Pair(client, target, tools, () => this.#pairs.delete(pair));
    this.#pairs.add(pair);
    if (this.#stalled) pair.stall();
  }
}

interface Tools {
  readonly clock: Clock;
  readonly random: Random;
  readonly sky: Sky;
  readonly counts: LineCounts;
}

/** One connection from a client and the one to the target that belongs to it. */
class Pair {
  readonly #client: Socket;
  readonly #target: Socket;
  readonly #gone: () => void;
  readonly #pipes: readonly Pipe[];
  #forgotten = false;

  constructor(client: Socket, target: Socket, tools: Tools, gone: () => void) {
    this.#client = client;
    this.#target = target;
    this.#gone = gone;
    this.#pipes = [
      new Pipe(client, target, 'target', tools),
      new Pipe(target, client, 'client', tools),
    ];
    for (const socket of [client, target]) {
      socket.on('error', () => this.reset());
      socket.on('close', () => this.#ended());
    }
    // What a forgotten connection sends from its new port is answered with a reset.
    client.on('data', () => this.#forgotten && this.#client.resetAndDestroy());
  }

  stall(): void {
    for (const pipe of this.#pipes) pipe.stall();
  }

  resume(): void {
    if (!this.#forgotten) for (const pipe of this.#pipes) pipe.resume();
  }

  forget(): void {
    this.#forgotten = true;
    this.stall();
    this.#client.resume();
  }

  reset(): void {
    this.#client.resetAndDestroy();
    this.#target.resetAndDestroy();
  }

  #ended(): void {
    if (this.#client.destroyed && this.#target.destroyed) this.#gone();
    // To the target a forgotten connection stays open and silent, until the line is closed.
    else if (!this.#forgotten && this.#client.destroyed !== this.#target.destroyed)
      for (const pipe of this.#pipes) pipe.finish();
  }
}

/** One way of one connection: keeps the order, and lets the sender wait when much is under way. */
class Pipe {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #way: Way;
  readonly #tools: Tools;
  /** What is under way, in order. */
  readonly #queue: { readonly due: number; readonly go: () => void }[] = [];
  #waiting = false;
  #stalled = false;
  #due = 0;
  #underWay = 0;

  constructor(from: Socket, to: Socket, way: Way, tools: Tools) {
    this.#from = from;
    this.#to = to;
    this.#way = way;
    this.#tools = tools;
    from.on('data', (chunk: Uint8Array) => this.#carry(chunk));
    from.on('end', () => this.#later(0, 0, () => this.#to.end()));
    from.resume();
  }

  stall(): void {
    this.#stalled = true;
    this.#from.pause();
  }

  resume(): void {
    this.#stalled = false;
    this.#drain();
    this.#from.resume();
  }

  /** The other connection is gone: what is under way still goes on, then this end closes. */
  finish(): void {
    this.#later(0, 0, () => this.#to.destroySoon());
  }

  #carry(chunk: Uint8Array): void {
    const { random, sky, counts } = this.#tools;
    const weather = sky.over(this.#way);
    counts.passed += 1;
    const lost = happens(random, weather.loss);
    if (lost) counts.lost += 1;
    const delay = travelTime(random, weather) + (lost ? recovery : 0);
    const corrupt = happens(random, weather.corrupt);
    if (corrupt) counts.corrupted += 1;
    const bytes = corrupt ? flipped(chunk, random) : chunk;
    const cut = happens(random, weather.cut);
    if (cut) counts.cut += 1;
    for (const piece of cut ? piecesOf(bytes, random) : [bytes])
      this.#write(piece, delay, cut ? 1 : 0);
  }

  #write(bytes: Uint8Array, delay: number, gap: number): void {
    this.#underWay += bytes.length;
    if (this.#underWay > mostUnderWay) this.#from.pause();
    this.#later(delay, gap, () => {
      this.#to.write(bytes, () => {
        this.#underWay -= bytes.length;
        if (this.#underWay <= mostUnderWay && !this.#stalled) this.#from.resume();
      });
    });
  }

  /** Nothing overtakes on a stream; what is cut comes apart by a `gap`. */
  #later(delay: number, gap: number, go: () => void): void {
    this.#due = Math.max(this.#due + gap, this.#tools.clock.now() + delay);
    this.#queue.push({ due: this.#due, go });
    this.#drain();
  }

  #drain(): void {
    const { clock } = this.#tools;
    while (!this.#stalled && (this.#queue[0]?.due ?? Infinity) <= clock.now()) {
      const next = this.#queue.shift();
      if (!this.#to.destroyed) next?.go();
    }
    const [head] = this.#queue;
    if (head === undefined || this.#stalled || this.#waiting) return;
    this.#waiting = true;
    clock.after(Math.max(1, head.due - clock.now()), () => {
      this.#waiting = false;
      this.#drain();
    });
  }
}

/** At most sixty pieces, most of them of a few bytes. */
function piecesOf(bytes: Uint8Array, random: Random): readonly Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let at = 0;
  while (at < bytes.length && pieces.length < 59) {
    const end = at + 1 + Math.floor(random.fraction() * 12);
    pieces.push(bytes.subarray(at, end));
    at = end;
  }
  if (at < bytes.length) pieces.push(bytes.subarray(at));
  return pieces;
}

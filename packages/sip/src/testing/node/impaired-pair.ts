// A bad line between two that each know one end of it: what comes to one end leaves by the other, as through a media relay.
import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { once } from 'node:events';
import { systemClock } from '../../base/clock.ts';
import type { Clock } from '../../base/clock.ts';
import type { Random } from '../../base/random.ts';
import type { Address } from '../../transport/port.ts';
import { seededRandom } from '../seeded-random.ts';
import { arrivals, happens } from '../weather.ts';
import { flipped } from './impaired-udp.ts';
import { Sky } from './line.ts';
import type { LineCounts, LineWeather, Way } from './line.ts';

/** How a pair is made. */
export interface PairOptions {
  /** All chance comes from it. */
  readonly seed: number;
  /** A numeric address of this machine; 127.0.0.1 unless said. */
  readonly host?: string | undefined;
  readonly toTarget?: Partial<LineWeather> | undefined;
  readonly toClient?: Partial<LineWeather> | undefined;
  readonly clock?: Clock | undefined;
}

/**
 * A UDP relay with weather and two ends. The client sends to `near` and hears from there, the target sends to `far` and hears
 * from there, so that each knows the other at one address alone, as media wants it.
 *
 * @example
 * const pair = await impairedPair({ seed: 1, toClient: { loss: 0.1 } });
 * pair.client = { host: '127.0.0.1', port: 40_000 };
 * pair.target = { host: '127.0.0.1', port: 50_000 };
 */
export async function impairedPair(options: PairOptions): Promise<ImpairedPair> {
  const host = options.host ?? '127.0.0.1';
  const [near, far] = await Promise.all([bound(host), bound(host)]);
  return new ImpairedPair(near, far, options);
}

/** A running pair. */
export class ImpairedPair {
  /** Where the client sends to. */
  readonly near: Address;
  /** Where the target sends to. */
  readonly far: Address;
  readonly counts: LineCounts = { passed: 0, lost: 0, doubled: 0, corrupted: 0, cut: 0 };
  /** Where packets for each of the two go; they are dropped while that is unknown. */
  client: Address | undefined;
  target: Address | undefined;
  readonly #sockets: readonly [Socket, Socket];
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #sky: Sky;
  #stalled = false;
  #closed = false;

  /** Made by `impairedPair`. */
  constructor(near: Socket, far: Socket, options: PairOptions) {
    this.near = addressOf(near);
    this.far = addressOf(far);
    this.#sockets = [near, far];
    this.#clock = options.clock ?? systemClock;
    this.#random = seededRandom(options.seed);
    this.#sky = new Sky(options);
    near.on('message', (bytes) => this.#carry(bytes, 'target', far));
    far.on('message', (bytes) => this.#carry(bytes, 'client', near));
  }

  /** Changes the weather of one way, or of both. */
  change(weather: Partial<LineWeather>, way?: Way): void {
    this.#sky.change(weather, way);
  }

  /** Nothing goes on either way until `resume`. */
  stall(): void {
    this.#stalled = true;
  }

  resume(): void {
    this.#stalled = false;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await Promise.all(
      this.#sockets.map(async (socket) => {
        socket.close();
        await once(socket, 'close');
      }),
    );
  }

  #carry(bytes: Uint8Array, way: Way, by: Socket): void {
    const weather = this.#sky.over(way);
    const to = way === 'target' ? this.target : this.client;
    if (to === undefined || this.#stalled || happens(this.#random, weather.loss)) {
      this.counts.lost += 1;
      return;
    }
    const isFlipped = happens(this.#random, weather.corrupt);
    if (isFlipped) this.counts.corrupted += 1;
    const copy = isFlipped ? flipped(bytes, this.#random) : bytes;
    const delays = arrivals(this.#random, weather);
    if (delays.length > 1) this.counts.doubled += 1;
    this.counts.passed += 1;
    for (const delay of delays) {
      if (delay === 0) by.send(copy, to.port, to.host);
      else this.#clock.after(delay, () => this.#closed || by.send(copy, to.port, to.host));
    }
  }
}

async function bound(host: string): Promise<Socket> {
  const socket = createSocket({ type: host.includes(':') ? 'udp6' : 'udp4' });
  socket.on('error', () => {});
  socket.bind(0, host);
  await once(socket, 'listening');
  return socket;
}

function addressOf(socket: Socket): Address {
  const { address: host, port } = socket.address();
  return { host, port };
}

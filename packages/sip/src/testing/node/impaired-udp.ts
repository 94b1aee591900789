// A bad line for real datagrams: a relay that loses, doubles, delays, reorders and corrupts by a seed.
import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { once } from 'node:events';
import { systemClock } from '../../base/clock.ts';
import type { Clock } from '../../base/clock.ts';
import type { Random } from '../../base/random.ts';
import { formatAddress } from '../../transport/address.ts';
import type { Address } from '../../transport/port.ts';
import { seededRandom } from '../seeded-random.ts';
import { arrivals, happens } from '../weather.ts';
import { Sky } from './line.ts';
import type { Line, LineCounts, LineOptions, LineWeather, Way } from './line.ts';

/** Room for a second of a busy line, so that only the seed loses anything. */
const bufferBytes = 4 * 1024 * 1024;

/**
 * A UDP relay with weather. Each client is seen by the target at a port of its own.
 *
 * @example
 * const line = await impairedUdp({ target: { host: '127.0.0.1', port: 5060 }, seed: 1, toTarget: { loss: 0.2 } });
 * // point the client at line.local, and then:
 * line.rebind();
 * await line.close();
 */
export async function impairedUdp(options: LineOptions): Promise<Line> {
  const { host = '127.0.0.1', port = 0 } = options.local ?? {};
  const front = createSocket({
    type: host.includes(':') ? 'udp6' : 'udp4',
    recvBufferSize: bufferBytes,
  });
  front.bind(port, host);
  await once(front, 'listening');
  return new ImpairedUdp(front, options);
}

class ImpairedUdp implements Line {
  readonly local: Address;
  readonly counts: LineCounts = { passed: 0, lost: 0, doubled: 0, corrupted: 0, cut: 0 };
  readonly #front: Socket;
  readonly #target: Address;
  readonly #clock: Clock;
  #random: Random;
  readonly #sky: Sky;
  /** Toward the target, by the client's address. */
  readonly #backs = new Map<string, Socket>();
  #stalled = false;
  #closed = false;

  constructor(front: Socket, options: LineOptions) {
    const { address: host, port } = front.address();
    this.local = { host, port };
    this.#front = front;
    this.#target = options.target;
    this.#clock = options.clock ?? systemClock;
    this.#random = seededRandom(options.seed);
    this.#sky = new Sky(options);
    front.on('error', () => {});
    front.on('message', (bytes, from) => {
      const client = { host: from.address, port: from.port };
      const back = this.#backs.get(formatAddress(client)) ?? this.#open(client);
      this.#carry(bytes, 'target', (copy) => send(back, copy, this.#target));
    });
  }

  change(weather: Partial<LineWeather>, way?: Way): void {
    this.#sky.change(weather, way);
  }

  stall(): void {
    this.#stalled = true;
  }

  resume(): void {
    this.#stalled = false;
  }

  reseed(seed: number): void {
    this.#random = seededRandom(seed);
  }

  rebind(): void {
    for (const back of this.#backs.values()) back.close();
    this.#backs.clear();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.rebind();
    this.#front.close();
    await once(this.#front, 'close');
  }

  #open(client: Address): Socket {
    const back = createSocket({
      type: this.#target.host.includes(':') ? 'udp6' : 'udp4',
      recvBufferSize: bufferBytes,
    });
    back.on('error', () => {});
    back.on('message', (bytes) =>
      this.#carry(bytes, 'client', (copy) => send(this.#front, copy, client)),
    );
    back.bind(0, this.#target.host.includes(':') ? '::' : '0.0.0.0');
    this.#backs.set(formatAddress(client), back);
    return back;
  }

  #carry(bytes: Uint8Array, way: Way, go: (bytes: Uint8Array) => void): void {
    const weather = this.#sky.over(way);
    if (this.#stalled || happens(this.#random, weather.loss)) {
      this.counts.lost += 1;
      return;
    }
    const delays = arrivals(this.#random, weather);
    if (delays.length > 1) this.counts.doubled += 1;
    const copy = this.#corrupted(bytes, weather);
    this.counts.passed += 1;
    for (const delay of delays) {
      if (delay === 0) go(copy);
      else this.#clock.after(delay, () => this.#closed || go(copy));
    }
  }

  #corrupted(bytes: Uint8Array, { corrupt }: LineWeather): Uint8Array {
    if (!happens(this.#random, corrupt)) return bytes;
    this.counts.corrupted += 1;
    return flipped(bytes, this.#random);
  }
}

/** A copy with one bit changed. */
export function flipped(bytes: Uint8Array, random: Random): Uint8Array {
  const copy = bytes.slice();
  const at = Math.floor(random.fraction() * copy.length);
  const byte = copy[at];
  if (byte !== undefined) copy[at] = byte ^ (1 << Math.floor(random.fraction() * 8));
  return copy;
}

// A socket that a rebind closed meanwhile sends no more.
function send(socket: Socket, bytes: Uint8Array, to: Address): void {
  try {
    socket.send(bytes, to.port, to.host);
  } catch {
    return;
  }
}

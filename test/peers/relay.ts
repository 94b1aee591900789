// A bad line: a UDP relay that loses, repeats and delays datagrams by a seed, so that a bad run can be had again.
import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import type { World } from './world.ts';

/** How bad the line is; each figure is a share from 0 to 1, the same both ways. */
export interface Impairment {
  readonly seed: number;
  readonly loss?: number;
  readonly duplicate?: number;
  /** Milliseconds that each datagram takes. */
  readonly delay?: number;
}

/** A running relay: what comes to its port goes to the target, and the answers go back. */
export class Relay {
  readonly port: number;
  /** host:port for whoever should send through it. */
  readonly address: string;
  /** Datagrams that were let through and that were lost. */
  readonly counts = { passed: 0, lost: 0 };
  readonly #front: Socket;
  readonly #backs = new Map<string, Socket>();
  readonly #world: World;
  readonly #target: number;
  readonly #impairment: Impairment;
  readonly #chance: () => number;

  static async start(world: World, target: number, impairment: Impairment): Promise<Relay> {
    const port = await world.ports.take();
    const relay = new Relay(world, port, target, impairment);
    await bound(relay.#front, port);
    return relay;
  }

  private constructor(world: World, port: number, target: number, impairment: Impairment) {
    this.port = port;
    this.address = `127.0.0.1:${port}`;
    this.#world = world;
    this.#target = target;
    this.#impairment = impairment;
    this.#chance = seeded(impairment.seed);
    this.#front = createSocket({ type: 'udp4', recvBufferSize: 4 * 1024 * 1024 });
    this.#front.on('message', (bytes, from) => this.#forth(bytes, from.port));
    this.#front.on('error', () => undefined);
    world.own(this);
  }

  close(): void {
    this.#front.close();
    for (const back of this.#backs.values()) back.close();
  }

  // Each sender gets a socket of its own toward the target, so that answers find their way back.
  #forth(bytes: Buffer, from: number): void {
    const known = this.#backs.get(String(from));
    if (known !== undefined) {
      this.#carry(() => known.send(bytes, this.#target, '127.0.0.1'));
      return;
    }
    const back = createSocket({ type: 'udp4', recvBufferSize: 4 * 1024 * 1024 });
    this.#backs.set(String(from), back);
    back.on('error', () => undefined);
    back.on('message', (answer) => this.#carry(() => this.#front.send(answer, from, '127.0.0.1')));
    back.bind(0, '127.0.0.1', () => this.#carry(() => back.send(bytes, this.#target, '127.0.0.1')));
  }

  #carry(send: () => void): void {
    const { loss = 0, duplicate = 0, delay = 0 } = this.#impairment;
    if (this.#chance() < loss) {
      this.counts.lost += 1;
      return;
    }
    const times = this.#chance() < duplicate ? 2 : 1;
    for (let time = 0; time < times; time += 1) {
      this.counts.passed += 1;
      if (delay === 0) send();
      else setTimeout(() => this.#world.left > 0 && send(), delay);
    }
  }
}

function bound(socket: Socket, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(port, '127.0.0.1', () => resolve());
  });
}

// mulberry32: small, even enough, and the same everywhere.
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

// Ports of 127.0.0.1 for one test: a block of its own, held by a folder that names its process, so that files run side by side.
import { createSocket } from 'node:dgram';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';

// Below the ports that Offhook takes for media (16384 and up) and those that Linux gives out by itself (32768 and up).
const first = 10_000;
const last = 16_300;
const blockSize = 100;
const shelf = path.join(os.tmpdir(), 'offhook-test-ports');

/** Hands out ports that nobody else has; `close()` gives the block back. */
export class Ports {
  readonly #folder: string;
  #next: number;
  readonly #end: number;
  #taking: Promise<unknown> = Promise.resolve();

  constructor() {
    const { folder, start } = takeBlock();
    this.#folder = folder;
    this.#next = start;
    this.#end = start + blockSize;
  }

  /** The first of `count` neighbouring ports, even and free for UDP and TCP. */
  take(count = 2): Promise<number> {
    // One after the other, so that two who ask at once get two ports.
    const taken = this.#taking.then(() => this.#take(count));
    this.#taking = taken.catch(() => undefined);
    return taken;
  }

  async #take(count: number): Promise<number> {
    for (let start = this.#next; start + count <= this.#end; start += 2) {
      const wanted = Array.from({ length: count }, (_, at) => start + at);
      const free = await Promise.all(wanted.map(isFree));
      if (!free.every(Boolean)) continue;
      this.#next = start + count + (count % 2);
      return start;
    }
    throw new Error('The block of ports of this test is used up');
  }

  /** The block as pcap's filter language has it: `portrange 10000-10099`. */
  get filter(): string {
    return `portrange ${this.#end - blockSize}-${this.#end - 1}`;
  }

  /** True for a port of this block. */
  has(port: number): boolean {
    return port >= this.#end - blockSize && port < this.#end;
  }

  /** Gives the block back. */
  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function takeBlock(): { folder: string; start: number } {
  mkdirSync(shelf, { recursive: true });
  for (let start = first; start < last; start += blockSize) {
    const folder = path.join(shelf, String(start));
    if (!hold(folder)) continue;
    return { folder, start };
  }
  throw new Error(`Every block of ports is taken; is ${shelf} left from runs that ended badly?`);
}

function hold(folder: string): boolean {
  const owner = path.join(folder, 'pid');
  try {
    mkdirSync(folder);
  } catch {
    if (lives(owner)) return false;
    rmSync(folder, { recursive: true, force: true });
    try {
      mkdirSync(folder);
    } catch {
      return false;
    }
  }
  writeFileSync(owner, String(process.pid));
  return true;
}

function lives(owner: string): boolean {
  try {
    process.kill(Number(readFileSync(owner, 'utf8')), 0);
    return true;
  } catch (error) {
    // The owner is between making its folder and writing its name: leave it alone.
    return error instanceof Error && 'code' in error && error.code === 'ENOENT';
  }
}

async function isFree(port: number): Promise<boolean> {
  const udp = new Promise<boolean>((resolve) => {
    const socket = createSocket('udp4');
    socket.once('error', () => resolve(false));
    socket.bind(port, '127.0.0.1', () => socket.close(() => resolve(true)));
  });
  const tcp = new Promise<boolean>((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
  return (await udp) && (await tcp);
}

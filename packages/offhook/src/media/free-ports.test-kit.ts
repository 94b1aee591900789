// Ports for media that nobody has, for tests that need few and all of them.
import { createSocket } from 'node:dgram';
import process from 'node:process';
import { threadId } from 'node:worker_threads';
import type { PortRange } from './port-pair.ts';

// Above those that Linux gives out by itself (32768 to 60999), and below those of tests that need many and not all of them.
const [lowest, highest] = [61_000, 62_999];

/** True when somebody has this port of 127.0.0.1. */
export function isTaken(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.once('error', () => socket.close(() => resolve(true)));
    socket.bind(port, '127.0.0.1', () => socket.close(() => resolve(false)));
  });
}

/** `count` neighbours that are free, an even number of them. */
export async function freePorts(count: number): Promise<PortRange> {
  // Tests run in several threads and, on some machines, in several processes at once.
  const begin = process.pid + threadId * 100;
  const places = Math.floor((highest + 1 - lowest) / count);
  for (let step = 0; step < places; step += 1) {
    const first = lowest + ((begin + step) % places) * count;
    const ports = Array.from({ length: count }, (_, index) => first + index);
    const taken = await Promise.all(ports.map(isTaken));
    if (!taken.includes(true)) return { first, last: first + count - 1 };
  }
  throw new Error(`No ${count} neighbouring ports are free`);
}

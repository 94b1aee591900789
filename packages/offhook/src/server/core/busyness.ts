// How busy this process is: what its event loop and the sockets of the system tell.
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import type { Transport } from '@offhook/sip';
import type { Busyness } from './overload.ts';

/** What waits no longer than some 30 milliseconds, in bytes as Linux counts them: some 2 KiB for each datagram. */
const tooMuch = 512 * 1024;

/** Asks how busy this process is, with its UDP transport; each answer is about the time since the last one. */
export function busynessMeter(udp: Transport | undefined): () => Busyness {
  let last = performance.eventLoopUtilization();
  let lastWork = work();
  return () => {
    const now = performance.eventLoopUtilization();
    const nowWork = work();
    const worked = (nowWork.cpu - lastWork.cpu) / Math.max(nowWork.at - lastWork.at, 1);
    lastWork = nowWork;
    const { utilization } = performance.eventLoopUtilization(now, last);
    last = now;
    // While there is idle time nothing waits for long, and need not be counted.
    if (utilization < 0.5) return { utilization, worked, waiting: 0 };
    const bytes = waitingBytes(udp?.local?.port ?? 0);
    // A small buffer is never so full that datagrams are lost before something is done.
    const limit = Math.min(tooMuch, bufferOf(udp) / 2);
    return { utilization, worked, waiting: bytes === undefined ? undefined : bytes / limit };
  };
}

/** Milliseconds of processor time that all threads have had, and of the time itself. */
function work(): { readonly cpu: number; readonly at: number } {
  const { user, system } = process.cpuUsage();
  return { cpu: (user + system) / 1_000, at: performance.now() };
}

function bufferOf(udp: Transport | undefined): number {
  if (udp === undefined || !('receiveBuffer' in udp)) return Infinity;
  return typeof udp.receiveBuffer === 'number' ? udp.receiveBuffer : Infinity;
}

// Node.js does not tell what waits in a UDP socket, Linux does; undefined on other systems.
function waitingBytes(port: number): number | undefined {
  let sum = 0;
  for (const table of ['/proc/net/udp', '/proc/net/udp6']) {
    try {
      sum += waitingIn(readFileSync(table, 'latin1'), port);
    } catch {
      if (table === '/proc/net/udp') return undefined;
    }
  }
  return sum;
}

/** The bytes that wait in the sockets on `port`, as a table of `/proc/net/udp` lists them. */
export function waitingIn(table: string, port: number): number {
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  let sum = 0;
  for (const row of table.split('\n')) {
    const [, address = '', , , queues = ''] = row.trim().split(/ +/);
    if (address.endsWith(local)) sum += Number.parseInt(queues.split(':')[1] ?? '0', 16);
  }
  return sum;
}

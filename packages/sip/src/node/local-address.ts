// Which of this machine's addresses a peer sees when a socket is bound to all of them.
import { isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { NetworkInterfaceInfo } from 'node:os';
import { systemClock } from '../base/clock.ts';
import { isLoopback, isWildcard } from '../transport/address.ts';

/**
 * The address to write where `bound` is a wildcard: that of the interface in the remote's network, else the first one
 * that other machines reach, else loopback.
 */
export function localHost(bound: string, remote?: string): string {
  if (!isWildcard(bound)) return bound;
  const six = isIPv6(bound);
  const loopback = six ? '::1' : '127.0.0.1';
  if (remote !== undefined && isLoopback(remote)) return loopback;
  const mine = interfaces().filter(
    (entry) =>
      entry.family === (six ? 'IPv6' : 'IPv4') &&
      !entry.internal &&
      !entry.address.startsWith('fe80:'),
  );
  const near =
    remote === undefined || six
      ? undefined
      : mine.find((entry) => sameNetwork(entry.address, remote, entry.netmask));
  return (near ?? mine[0])?.address ?? loopback;
}

let known: readonly NetworkInterfaceInfo[] = [];
let knownAt = Number.NEGATIVE_INFINITY;

/** Asking the kernel for each message would be dear; addresses change seldom, but they do. */
function interfaces(): readonly NetworkInterfaceInfo[] {
  if (systemClock.now() - knownAt < 5_000) return known;
  known = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  knownAt = systemClock.now();
  return known;
}

function sameNetwork(a: string, b: string, mask: string): boolean {
  const bits = bytesOf(mask);
  const left = bytesOf(a);
  const right = bytesOf(b);
  return (
    bits.length === right.length &&
    bits.every((byte, at) => ((left[at] ?? 0) & byte) === ((right[at] ?? 0) & byte))
  );
}

function bytesOf(address: string): readonly number[] {
  return address.split('.').map(Number);
}

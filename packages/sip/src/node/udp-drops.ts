// How many datagrams the kernel threw away because a socket's buffer was full; Linux alone tells.
import { readFile } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import type { Address } from '../transport/port.ts';

/** The datagrams for `local`, a bound UDP address, that were lost for want of room; undefined where the system does not tell. */
export async function udpDrops({ host, port }: Address): Promise<number | undefined> {
  const table = await readFile(isIPv6(host) ? '/proc/net/udp6' : '/proc/net/udp', 'latin1').catch(
    () => '',
  );
  const end = `${isIPv6(host) ? '' : reversed(host)}:${hex(port, 4)}`;
  const rows = table
    .split('\n')
    .slice(1)
    .map((row) => row.trim().split(/ +/))
    .filter(([, local = '']) => local.endsWith(end));
  if (rows.length === 0) return undefined;
  return rows.reduce((sum, row) => sum + Number(row.at(-1)), 0);
}

// The kernel writes the 32 bits of an IPv4 address as its processor keeps them. IPv6 sockets are told by their port.
function reversed(host: string): string {
  return host
    .split('.')
    .toReversed()
    .map((byte) => hex(Number(byte), 2))
    .join('');
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, '0');
}

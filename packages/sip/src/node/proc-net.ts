// What Linux tells of its sockets in /proc/net; elsewhere there is nothing to read.
import { readFile } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import type { Address } from '../transport/port.ts';

/** The rows of a table such as `udp` or `tcp6`, split at blanks; none where there is no such table. */
export async function procNet(table: string): Promise<readonly (readonly string[])[]> {
  const text = await readFile(`/proc/net/${table}`, 'latin1').catch(() => '');
  return text
    .split('\n')
    .slice(1)
    .filter((row) => row !== '')
    .map((row) => row.trim().split(/ +/));
}

/** An address as those tables write it: words of 32 bits as the processor keeps them (all that run Node.js put the low byte first). */
export function inProcNet({ host, port }: Address): string {
  const bytes = isIPv6(host) ? ipv6Bytes(host) : host.split('.').map(Number);
  let text = '';
  for (let at = 0; at < bytes.length; at += 4) {
    for (const byte of bytes.slice(at, at + 4).toReversed()) text += hex(byte, 2);
  }
  return `${text}:${hex(port, 4)}`;
}

/** The sixteen bytes of an IPv6 address. */
export function ipv6Bytes(host: string): readonly number[] {
  const [head = '', tail = ''] = (host.split('%')[0] ?? host).split('::');
  const groups = (part: string): readonly string[] => (part === '' ? [] : part.split(':'));
  const [left, right] = [groups(head), groups(tail)];
  const zeros = Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0');
  return [...left, ...zeros, ...right].flatMap((group) => {
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 255];
  });
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, '0');
}

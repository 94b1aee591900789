// ICMP's word that a datagram did not arrive (RFC 792, RFC 4443 §3.1, §3.2), with the packet that it speaks of.
import { u8 } from './octets.ts';

const four: ReadonlyMap<number, string> = new Map([
  [0, 'network unreachable'],
  [1, 'host unreachable'],
  [2, 'protocol unreachable'],
  [3, 'port unreachable'],
  [4, 'packet too big'],
  [9, 'network prohibited'],
  [10, 'host prohibited'],
  [13, 'prohibited by a filter'],
]);

const six: ReadonlyMap<number, string> = new Map([
  [0, 'no route'],
  [1, 'prohibited by a filter'],
  [3, 'host unreachable'],
  [4, 'port unreachable'],
  [5, 'prohibited by a filter'],
]);

/** The protocol numbers of ICMP for IPv4 and for IPv6. */
export const icmp = { four: 1, six: 58 } as const;

/** Octets before the packet that is spoken of. */
export const icmpHeader = 8;

/** Why a packet did not arrive; undefined when the ICMP message at `at` says something else. */
export function unreachableReason(
  protocol: number,
  bytes: Uint8Array,
  at: number,
): string | undefined {
  const type = u8(bytes, at);
  const code = u8(bytes, at + 1);
  if (protocol === icmp.four) return type === 3 ? (four.get(code) ?? 'unreachable') : undefined;
  if (type === 2) return 'packet too big';
  return type === 1 ? (six.get(code) ?? 'unreachable') : undefined;
}

// How many datagrams the kernel threw away because a socket's buffer was full; Linux alone tells.
import { isIPv6 } from 'node:net';
import type { Address } from '../transport/port.ts';
import { inProcNet, procNet } from './proc-net.ts';

/** The datagrams for `local`, a bound UDP address, that were lost for want of room; undefined where the system does not tell. */
export async function udpDrops(local: Address): Promise<number | undefined> {
  const wanted = inProcNet(local);
  const rows = await procNet(isIPv6(local.host) ? 'udp6' : 'udp');
  const ours = rows.filter(([, bound]) => bound === wanted);
  return ours.length === 0 ? undefined : ours.reduce((sum, row) => sum + Number(row.at(-1)), 0);
}

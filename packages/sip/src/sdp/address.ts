// The addresses of a c= line: which of them can be sent to, and which mean something else.
import { isDotted } from '../base/ip.ts';
import type { Connection } from './description.ts';

/** The family of a numeric host; undefined when it is a name. */
export type Family = 4 | 6 | undefined;

/** The family of `host`, with IPv6 written without brackets. */
export function familyOf(host: string): Family {
  if (isIpv4(host)) return 4;
  return isIpv6(host) ? 6 : undefined;
}

/** Whether `host` is an IPv4 address in the dotted form. */
export function isIpv4(host: string): boolean {
  return isDotted(host) && !/(?:^|\.)0\d/.test(host);
}

/** Whether `host` is an IPv6 address, without brackets and without a zone. */
export function isIpv6(host: string): boolean {
  if (host.length > 45 || !host.includes(':')) return false;
  const halves = host.split('::');
  if (halves.length > 2) return false;
  const groups = halves.map(groupCount);
  if (groups.includes(undefined)) return false;
  const count = groups.reduce<number>((sum, each) => sum + (each ?? 0), 0);
  const dottedInside = halves.length === 2 && (halves[0] ?? '').includes('.');
  return !dottedInside && (halves.length === 2 ? count < 8 : count === 8);
}

/** The address type of `host` for an o= or c= line. */
export function addressTypeOf(host: string): 'IP4' | 'IP6' {
  return host.includes(':') ? 'IP6' : 'IP4';
}

/** The connection that says where `host` is. */
export function connectionTo(host: string): Connection {
  return { netType: 'IN', addressType: addressTypeOf(host), address: host };
}

/** Whether two connections name the same place. */
export function sameConnection(a: Connection, b: Connection): boolean {
  return a.netType === b.netType && a.addressType === b.addressType && a.address === b.address;
}

/**
 * Whether this address tells that nothing is to be sent (RFC 3264 §8.4). The unspecified IPv6 address counts too, since
 * nothing can be sent there either.
 */
export function isUnspecified(connection: Connection): boolean {
  return (
    connection.address === '0.0.0.0' ||
    (isIpv6(connection.address) && /^[0:]+$/.test(connection.address))
  );
}

/** Whether this is the address of a group (RFC 8866 §5.7). */
export function isMulticast(connection: Connection): boolean {
  const { address } = connection;
  if (isIpv4(address)) return Number(address.slice(0, address.indexOf('.'))) >= 224;
  return isIpv6(address) && /^ff/i.test(address);
}

/** The host to which this connection leads, numeric or a name; undefined when it cannot lead anywhere. */
export function hostOf(connection: Connection): string | undefined {
  const { netType, addressType, address } = connection;
  if (netType !== 'IN') return undefined;
  const family = familyOf(address);
  if (addressType === 'IP4') return family === 4 || isName(address) ? address : undefined;
  if (addressType === 'IP6') return family === 6 || isName(address) ? address : undefined;
  return undefined;
}

/** Why media cannot go somewhere, with the code of a Warning header (RFC 3261 §20.43). */
export interface Obstacle {
  readonly warning: 301 | 330;
  readonly text: string;
}

/** What keeps one who is at the host `from` from sending to `connection`; undefined when nothing does. */
export function obstacleTo(connection: Connection | undefined, from: string): Obstacle | undefined {
  if (connection !== undefined && isMulticast(connection))
    return { warning: 330, text: 'multicast is not available' };
  const host = connection === undefined ? undefined : hostOf(connection);
  if (connection === undefined || host === undefined)
    return { warning: 301, text: 'it has no usable address' };
  const ours = familyOf(from);
  const theirs = familyOf(host);
  if (ours === undefined || theirs === undefined || ours === theirs || isUnspecified(connection))
    return undefined;
  return { warning: 301, text: `an IPv${theirs} address cannot be reached from IPv${ours}` };
}

function groupCount(half: string): number | undefined {
  if (half === '') return 0;
  const groups = half.split(':');
  const last = groups.at(-1) ?? '';
  const dotted = last.includes('.');
  if (dotted && !isIpv4(last)) return undefined;
  const plain = dotted ? groups.slice(0, -1) : groups;
  return plain.every((group) => /^[0-9a-f]{1,4}$/i.test(group))
    ? plain.length + (dotted ? 2 : 0)
    : undefined;
}

function isName(text: string): boolean {
  return text.length <= 255 && /^[a-z0-9][a-z0-9.-]*$/i.test(text) && /[a-z]/i.test(text);
}

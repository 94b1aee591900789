// The address behind a host in a description: media threads know addresses only.
import { resolve4, resolve6 } from 'node:dns/promises';
import { isIP, isIPv6 } from 'node:net';
import { NoCommonMedia } from '@offhook/sip/sdp';

/** The numeric address of `host`, of the family of `ours`; rejects with NoCommonMedia when nobody knows it. */
export async function numericHost(host: string, ours: string): Promise<string> {
  if (isIP(host) !== 0) return host;
  const resolve = isIPv6(ours) ? resolve6 : resolve4;
  const [address] = await resolve(host).catch(() => []);
  if (address === undefined) throw new NoCommonMedia(`The media address ${host} is not known`);
  return address;
}

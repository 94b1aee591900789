// What the captures of the second round have in common: devices that speak IPv6 or TCP, and media played beside the dialog.
import { pause } from '../../peers/world.ts';
import { Device } from '../device.ts';
import type { DeviceOptions } from '../device.ts';
import type { Lab } from '../lab.ts';
import { address } from '../lab.ts';
import { plays } from '../player.ts';
import type { Playing } from '../player.ts';

/** Addresses of IPv6 (RFC 3849). */
export const six = {
  alice: '2001:db8::10',
  bob: '2001:db8::20',
  carol: '2001:db8::30',
  proxy: '2001:db8::1',
  nobody: '2001:db8::99',
} as const;

/** Two devices at Alice's and Bob's addresses. */
export async function pair(
  lab: Lab,
  options: Partial<DeviceOptions> & { readonly v6?: boolean } = {},
): Promise<readonly [alice: Device, bob: Device]> {
  const { v6 = false, ...more } = options;
  if (v6) lab.addresses(six.alice, six.bob, six.carol, six.proxy);
  const hosts = v6 ? six : address;
  return [
    await Device.open(lab, { host: hosts.alice, agent: 'Desk Phone 7.4', ...more }),
    await Device.open(lab, { host: hosts.bob, agent: 'GW-2400/3.1', ...more }),
  ];
}

/** Media both ways between two devices, each as told. */
export async function talk(
  lab: Lab,
  one: Device,
  other: Device,
  seconds: number,
  how: { readonly one?: Partial<Playing> | null; readonly other?: Partial<Playing> | null } = {},
): Promise<void> {
  const places = [
    { host: one.host, port: 40_000 },
    { host: other.host, port: 42_000 },
  ] as const;
  await Promise.all([
    how.one === null
      ? pause(seconds * 1000)
      : plays(lab, { from: places[0], to: places[1], seconds, ssrc: 0x0a11ce01, ...how.one }),
    how.other === null
      ? pause(seconds * 1000)
      : plays(lab, { from: places[1], to: places[0], seconds, ssrc: 0x0b0b0001, ...how.other }),
  ]);
}

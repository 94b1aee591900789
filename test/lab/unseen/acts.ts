// What the captures of the third round have in common: two devices that do something, and what they do to each other.
import { pause } from '../../peers/world.ts';
import { fresh } from '../device.ts';
import type { Device, DeviceOptions } from '../device.ts';
import type { Lab } from '../lab.ts';
import type { Leg } from '../leg.ts';
import type { Recipe } from '../recipe.ts';
import { notices, pair } from './setting.ts';

/** What two devices do. */
export type Act = (lab: Lab, alice: Device, bob: Device) => Promise<void>;

/** How they do it. */
export interface How extends Partial<Recipe> {
  readonly device?: Partial<DeviceOptions> & { readonly v6?: boolean };
}

/** The two over IPv6, with short names of headers. */
export const overSix: How = { device: { v6: true, compact: true } };

/** A capture of what two devices do. */
export function made(variant: string, says: string, act: Act, how: How = {}): Recipe {
  const { device = {}, ...others } = how;
  return {
    variant,
    programs: ['device', 'device'],
    transport: device.transport ?? 'UDP',
    says,
    async run(lab) {
      const [alice, bob] = await pair(lab, device);
      await act(lab, alice, bob);
      await pause(400);
    },
    proof: { sip: [4, 200] },
    ...others,
  };
}

/** Hangs up with tags that are none of the call; the other side says 481. */
export async function wrongBye(leg: Leg, bob: Device): Promise<void> {
  leg.request('BYE', { to: leg.remote.replace(/tag=.*/, `tag=${fresh('none')}`) });
  bob.responds(await bob.sees('BYE'), '481 Call/Transaction Does Not Exist');
  await leg.device.sees('481');
}

/** Two keys by INFO, which the other side does not take. */
export async function keysRefused(leg: Leg, other: Leg): Promise<void> {
  for (const key of ['7', '7']) {
    leg.request('INFO', {
      headers: ['Content-Type: application/dtmf-relay'],
      body: `Signal=${key}\nDuration=200`,
    });
    other.responds(await other.device.sees('INFO'), '415 Unsupported Media Type');
    await leg.device.sees('415');
    await pause(500);
  }
}

/** A transfer that is accepted; what is told of it follows, or nothing. */
export async function refers(leg: Leg, other: Leg, ...told: readonly string[]): Promise<void> {
  leg.request('REFER', { headers: ['Refer-To: <sip:carol@example.com>'] });
  other.responds(await other.device.sees('REFER'), '202 Accepted');
  await leg.device.sees('202');
  await notices(leg, other, told);
}

/** The caller hangs up. */
export async function ends(leg: Leg, other: Leg): Promise<void> {
  await Promise.all([other.isHungUp(), leg.hangsUp()]);
}

// Fault 11: the SDP names a private address that cannot be reached from the other side, so that its media goes nowhere.
import { pause } from '../../peers/world.ts';
import { bob } from '../people.ts';
import type { Count, Family } from '../recipe.ts';
import { baresipToSipp, linphoneToSipp, offhookToSipp } from '../runs.ts';
import { hertz } from '../lab.ts';
import { sdp } from '../scenario.ts';
import type { Step } from '../scenario.ts';

/** Bob behind a NAT that his phone does not know of. */
function answersFrom(address: string): readonly Step[] {
  return [
    ...bob.takesCall({ sdp: sdp({ session: 20_262, address, port: 42_000 }) }),
    ...bob.isHungUp(),
  ];
}

function goesTo(address: string): Readonly<Record<string, Count>> {
  return {
    [`rtp && ip.dst == ${address}`]: [40, 250],
    [`rtp && ip.src == ${address}`]: 0,
    [`sdp.connection_info.address == "${address}"`]: [1, 3],
  };
}

/** Private address in the SDP. */
export const privateAddress: Family = {
  fault: 11,
  rule: 'private-address',
  recipes: [
    {
      variant: 'offhook',
      programs: ['Offhook', 'SIPp'],
      transport: 'UDP',
      says: 'Bob is called at a public address and wants his media at 192.168.1.20: Offhook sends it into the void.',
      run: offhookToSipp([answersFrom('192.168.1.20')], async ({ ua }, uri) => {
        const call = await ua.call(uri).answered;
        void call.media.play({ kind: 'tone', hertz });
        await pause(2_500);
        await call.hangUp();
      }),
      proof: goesTo('192.168.1.20'),
    },
    {
      variant: 'baresip',
      programs: ['baresip', 'SIPp'],
      transport: 'UDP',
      says: 'Bob is called at a public address and wants his media at 10.0.0.5: baresip sends it into the void.',
      run: baresipToSipp([answersFrom('10.0.0.5')], async (phone) => {
        await phone.sees('CALL_ESTABLISHED');
        await pause(2_500);
        await phone.tell('hangup');
      }),
      proof: goesTo('10.0.0.5'),
    },
    {
      variant: 'linphone-tcp',
      programs: ['linphonec', 'SIPp'],
      transport: 'TCP',
      says: 'Bob is called at a public address and wants his media at 172.16.5.5: linphonec sends it into the void.',
      run: linphoneToSipp(
        [answersFrom('172.16.5.5')],
        async (phone) => {
          await phone.prints(/established|connected/i, 15_000);
          await pause(2_500);
          phone.tell('terminate');
        },
        { transport: 'tcp' },
      ),
      proof: goesTo('172.16.5.5'),
    },
  ],
};

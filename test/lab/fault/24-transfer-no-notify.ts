// Fault 24: REFER is accepted, and no NOTIFY ever tells what became of the new call.
import { pause } from '../../peers/world.ts';
import { address } from '../lab.ts';
import { alice, bob } from '../people.ts';
import type { Family } from '../recipe.ts';
import { baresipToSipp, linphoneToSipp, offhookToSipp, sippToSipp } from '../runs.ts';
import { gets, replies, takes, waits } from '../scenario.ts';
import type { Step } from '../scenario.ts';

const carol = `sip:carol@${address.carol}`;

/** It accepts, and says no more. */
const saysNoMore: readonly Step[] = [
  ...bob.takesCall({ headers: ['Allow: INVITE, ACK, CANCEL, BYE, REFER, NOTIFY'] }),
  takes('REFER'),
  replies('202 Accepted', { headers: [`Contact: <sip:bob@${address.bob}>`] }),
  ...bob.isHungUp(),
];

const silent = {
  'sip.Method == "REFER"': 1,
  'sip.Status-Code == 202': 1,
  'sip.Method == "NOTIFY"': 0,
} as const;

/** Transfer without NOTIFY. */
export const transferNoNotify: Family = {
  fault: 24,
  rule: 'transfer-no-notify',
  recipes: [
    {
      variant: 'sipp-tcp',
      programs: ['SIPp', 'SIPp'],
      transport: 'TCP',
      says: 'Bob accepts the transfer to Carol and tells nothing more; Alice hangs up after a while.',
      run: sippToSipp(
        [saysNoMore],
        [
          alice.calls(),
          waits(700),
          alice.request('REFER', { cseq: 2, headers: [`Refer-To: <${carol}>`] }),
          gets(202),
          waits(10_000),
          alice.hangsUp({ cseq: 3 }),
          waits(400),
        ],
        { transport: 'tcp' },
      ),
      proof: silent,
    },
    {
      variant: 'offhook',
      programs: ['Offhook', 'SIPp'],
      transport: 'UDP',
      says: 'Bob accepts the transfer to Carol and tells nothing more; Offhook hangs up after a while.',
      run: offhookToSipp([saysNoMore], async ({ ua }, uri) => {
        const call = await ua.call(uri).answered;
        await pause(700);
        await Promise.race([call.transfer(carol).catch(() => undefined), pause(10_000)]);
        await call.hangUp();
      }),
      filter: 'udp port 5060',
      proof: silent,
    },
    {
      variant: 'baresip',
      programs: ['baresip', 'SIPp'],
      transport: 'UDP',
      says: 'Bob accepts the transfer that baresip asks for, and tells nothing more.',
      run: baresipToSipp([saysNoMore], async (phone) => {
        await phone.sees('CALL_ESTABLISHED');
        await pause(700);
        await phone.tell('transfer', carol);
        await pause(10_000);
        await phone.tell('hangup').catch(() => undefined);
      }),
      filter: 'udp port 5060',
      proof: silent,
    },
    {
      variant: 'linphone',
      programs: ['linphonec', 'SIPp'],
      transport: 'UDP',
      says: 'Bob accepts the transfer that linphonec asks for, and tells nothing more.',
      run: linphoneToSipp([saysNoMore], async (phone) => {
        await phone.prints(/established|connected/i, 15_000);
        await pause(1_000);
        phone.tell(`transfer 1 ${carol}`);
        await pause(10_000);
        phone.tell('terminate');
      }),
      filter: 'udp port 5060',
      proof: silent,
    },
  ],
};

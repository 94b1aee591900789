// Fault 23: REFER is accepted, and NOTIFY tells that the new call failed.
import { address } from '../lab.ts';
import type { Lab } from '../lab.ts';
import { alice, bob, carol } from '../people.ts';
import type { Family } from '../recipe.ts';
import { sippToBaresip, sippToLinphone, sippToOffhook, sippToSipp } from '../runs.ts';
import { gets, replies, scenario, sdp, takes, waits } from '../scenario.ts';
import type { Step } from '../scenario.ts';

const refers = (accepted = 202): readonly Step[] => [
  ...alice.calls(),
  waits(800),
  alice.request('REFER', {
    cseq: 2,
    headers: [
      `Refer-To: <sip:carol@${address.carol}>`,
      `Referred-By: <sip:alice@${address.alice}>`,
    ],
  }),
  gets(100, { maybe: true }),
  gets(accepted),
];

/** linphonec puts the call on hold first. */
const holds: readonly Step[] = [
  takes('INVITE'),
  replies('200 OK', {
    sdp: sdp({ version: 2, direction: 'recvonly' }),
    headers: [`Contact: <sip:alice@${address.alice}>`],
  }),
  takes('ACK'),
];

/** Takes a notification and answers it. */
const notified: readonly Step[] = [takes('NOTIFY'), replies('200 OK')];

function notifies(cseq: number, state: string, fragment: string): readonly Step[] {
  return [
    bob.request('NOTIFY', {
      cseq,
      headers: [
        'Event: refer',
        `Subscription-State: ${state}`,
        'Content-Type: message/sipfrag;version=2.0',
      ],
      body: fragment,
    }),
    gets(200),
  ];
}

/** Carol, who is busy, is called by whoever was referred to her. */
function busyCarol(lab: Lab): void {
  lab.sipp({
    host: address.carol,
    scenario: scenario(
      'busy',
      carol.invited(),
      carol.responds('486 Busy Here', { repeat: true }),
      takes('ACK'),
      waits(500),
    ),
  });
}

const failed = {
  'sip.Method == "REFER"': 1,
  'sip.Method == "NOTIFY" && frame contains "SIP/2.0 486"': [1, 2],
} as const;

/** Transfer failed. */
export const transferFailed: Family = {
  fault: 23,
  rule: 'transfer-failed',
  recipes: [
    {
      variant: 'sipp-tcp',
      programs: ['SIPp', 'SIPp'],
      transport: 'TCP',
      says: 'Alice hands Bob over to Carol; he accepts, and tells that Carol is busy.',
      run: sippToSipp(
        [
          bob.takesCall(),
          takes('REFER'),
          replies('202 Accepted', { headers: [`Contact: <sip:bob@${address.bob};transport=tcp>`] }),
          notifies(1, 'active;expires=60', 'SIP/2.0 100 Trying'),
          waits(600),
          notifies(2, 'terminated;reason=noresource', 'SIP/2.0 486 Busy Here'),
          bob.isHungUp(),
        ],
        [refers(), notified, notified, waits(500), alice.hangsUp({ cseq: 3 }), waits(400)],
        { transport: 'tcp' },
      ),
      proof: failed,
    },
    {
      variant: 'offhook',
      also: [6],
      programs: ['SIPp', 'Offhook', 'SIPp'],
      transport: 'UDP',
      says: 'Alice hands Offhook over to Carol, who is busy: NOTIFY says 486.',
      async run(lab) {
        busyCarol(lab);
        await sippToOffhook(
          [refers(200), notified, notified, waits(500), alice.hangsUp({ cseq: 3 })],
          {
            transfers: 'follow',
          },
        )(lab);
      },
      proof: failed,
    },
    {
      variant: 'baresip',
      also: [6],
      programs: ['SIPp', 'baresip', 'SIPp'],
      transport: 'UDP',
      says: 'Alice hands baresip over to Carol, who is busy: NOTIFY says 486.',
      async run(lab) {
        busyCarol(lab);
        await sippToBaresip([refers(), notified, notified, waits(500), alice.hangsUp({ cseq: 3 })])(
          lab,
        );
      },
      filter: 'udp port 5060',
      proof: failed,
    },
    {
      variant: 'linphone',
      also: [6],
      programs: ['SIPp', 'linphonec', 'SIPp'],
      transport: 'UDP',
      says: 'Alice hands linphonec over to Carol, who is busy: NOTIFY says 486.',
      async run(lab) {
        busyCarol(lab);
        await sippToLinphone([
          refers(),
          holds,
          notified,
          notified,
          waits(500),
          alice.hangsUp({ cseq: 3 }),
        ])(lab);
      },
      filter: 'udp port 5060',
      proof: failed,
    },
  ],
};

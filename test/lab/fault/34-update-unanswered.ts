// Fault 34: an UPDATE in the call is never answered.
import { pause } from '../../peers/world.ts';
import { carrying } from '../lab.ts';
import type { Lab } from '../lab.ts';
import { alice, bob } from '../people.ts';
import type { Family, Recipe } from '../recipe.ts';
import { offhookToSipp, sippToLinphone, sippToOffhook } from '../runs.ts';
import { gets, sdp, waits } from '../scenario.ts';
import type { Step } from '../scenario.ts';

/** Holds by UPDATE, in vain. */
const updates: readonly Step[] = [
  ...alice.calls(),
  waits(700),
  alice.request('UPDATE', { cseq: 2, sdp: sdp({ version: 2, direction: 'sendonly' }) }),
  gets(200),
];

const proof = {
  'sip.Method == "UPDATE"': [9, 11],
  'sip.CSeq.method == "UPDATE" && sip.Status-Line': 0,
} as const;

/** A firewall in front of the callee swallows each UPDATE. */
function swallowed(run: Recipe['run']): Recipe['run'] {
  return async (lab: Lab) => {
    lab.deafen(...carrying('UPDATE sip:'));
    void run(lab).catch(() => undefined);
    await pause(36_000);
  };
}

/** UPDATE unanswered. */
export const updateUnanswered: Family = {
  fault: 34,
  rule: 'update-unanswered',
  recipes: [
    {
      variant: 'offhook-sipp',
      programs: ['Offhook', 'SIPp'],
      transport: 'UDP',
      says: 'Offhook holds the call by UPDATE, and Bob, who allows UPDATE, never answers it.',
      also: [2],
      run: offhookToSipp(
        [bob.takesCall({ headers: ['Allow: INVITE, ACK, CANCEL, BYE, UPDATE'] }), bob.isHungUp()],
        async ({ ua }, uri) => {
          const call = await ua.call(uri).answered;
          await pause(600);
          await call.hold('UPDATE').catch(() => undefined);
          await call.hangUp().catch(() => undefined);
        },
      ),
      filter: 'udp port 5060',
      proof,
    },
    {
      variant: 'sipp-linphone',
      programs: ['SIPp', 'linphonec'],
      transport: 'UDP',
      says: 'Alice holds the call by UPDATE; a firewall in front of linphonec swallows it, eleven times.',
      also: [2],
      run: swallowed(sippToLinphone([updates], {}, { more: ['-max_non_invite_retrans', '10'] })),
      filter: 'udp port 5060',
      proof,
    },
    {
      variant: 'sipp-offhook',
      programs: ['SIPp', 'Offhook'],
      transport: 'UDP',
      says: 'Alice holds the call by UPDATE; a firewall in front of Offhook swallows it, eleven times.',
      also: [2],
      run: swallowed(sippToOffhook([updates], {}, { more: ['-max_non_invite_retrans', '10'] })),
      filter: 'udp port 5060',
      proof,
    },
  ],
};

// Fault 10: the ACK is sent rightly, and the callee repeats its 200 all the same.
import { pause } from '../../peers/world.ts';
import { address, carrying } from '../lab.ts';
import type { Lab } from '../lab.ts';
import { alice, at, bobAt } from '../people.ts';
import { baresip, linphone, offhook } from '../programs.ts';
import type { Count, Family } from '../recipe.ts';
import { answers } from '../runs.ts';
import { gets, progress, replies, scenario, takes, waits } from '../scenario.ts';

const proof: Readonly<Record<string, Count>> = {
  'sip.Status-Code == 200 && sip.CSeq.method == "INVITE"': [8, 14],
  [`sip.Method == "ACK" && ip.dst == ${address.bob}`]: [8, 14],
  'sip.Method == "BYE"': [1, 12],
};

/** The wire has the ACK, the program behind it does not. */
function isDeaf(lab: Lab): void {
  lab.deafen(...carrying('ACK sip:'));
}

/** ACK sent, not taken. */
export const ackNotTaken: Family = {
  fault: 10,
  rule: 'ack-not-taken',
  recipes: [
    {
      variant: 'baresip-offhook',
      programs: ['baresip', 'Offhook'],
      transport: 'UDP',
      says: 'A firewall in front of Offhook swallows each ACK: the 200 is repeated after every ACK until BYE.',
      async run(lab) {
        isDeaf(lab);
        void answers(await offhook(lab, address.bob, 'bob')).catch(() => undefined);
        const caller = await baresip(lab, address.alice, { user: 'alice' });
        await caller.tell('dial', bobAt);
        await caller.sees('CALL_CLOSED', 45_000);
      },
      filter: 'udp port 5060',
      proof,
    },
    {
      variant: 'offhook-linphone',
      programs: ['Offhook', 'linphonec'],
      transport: 'UDP',
      says: 'A firewall in front of linphonec swallows each ACK: the 200 is repeated after every ACK until the call ends.',
      async run(lab) {
        isDeaf(lab);
        await linphone(lab, address.bob, { user: 'bob' });
        await pause(1_000);
        const { ua } = await offhook(lab, address.alice, 'alice');
        const call = await ua.call(bobAt).answered;
        await call.ended;
      },
      filter: 'udp port 5060',
      proof,
    },
    {
      variant: 'sipp-baresip',
      programs: ['SIPp', 'baresip'],
      transport: 'UDP',
      says: 'A firewall in front of baresip swallows each ACK: the 200 is repeated after every ACK.',
      async run(lab) {
        isDeaf(lab);
        await baresip(lab, address.bob, { user: 'bob' });
        lab.sipp({
          host: address.alice,
          target: at.bob,
          scenario: scenario(
            'acknowledges',
            alice.invites(),
            progress,
            gets(200),
            alice.acks(),
            takes('BYE'),
            replies('200 OK'),
            waits(300),
          ),
        });
        await pause(36_000);
      },
      filter: 'udp port 5060',
      proof: { ...proof, 'sip.Method == "BYE"': [0, 12] },
    },
  ],
};

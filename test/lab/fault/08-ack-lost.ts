// Fault 8: the ACK never arrives: the 200 is repeated, and after 64*T1 the callee hangs up.
import { pause } from '../../peers/world.ts';
import { address, carrying } from '../lab.ts';
import { alice, at, bob, bobAt } from '../people.ts';
import { baresip, linphone, offhook } from '../programs.ts';
import type { Count, Family } from '../recipe.ts';
import { gets, progress, replies, scenario, takesAmong, waits } from '../scenario.ts';

const proof: Readonly<Record<string, Count>> = {
  'sip.Status-Code == 200 && sip.CSeq.method == "INVITE"': [8, 14],
  'sip.Method == "ACK"': 0,
  'sip.Method == "BYE"': [1, 12],
};

/** It answers, never acknowledges, and takes the BYE of the other side. */
const neverAcks = scenario(
  'never acknowledges',
  alice.invites(),
  progress,
  gets(200),
  takesAmong('BYE', 200),
  replies('200 OK'),
  waits(300),
);

/** ACK lost. */
export const ackLost: Family = {
  fault: 8,
  rule: 'ack-lost',
  recipes: [
    {
      variant: 'sipp-offhook',
      programs: ['SIPp', 'Offhook'],
      transport: 'UDP',
      says: "Alice's ACK never comes: Offhook repeats its 200 for 32 seconds and sends BYE.",
      async run(lab) {
        const phone = await offhook(lab, address.bob, 'bob');
        void phone.nextCall().then((call) => call.accept().catch(() => undefined));
        await lab
          .sipp({ host: address.alice, target: at.bob, scenario: neverAcks, more: ['-nr'] })
          .done();
      },
      filter: 'udp port 5060',
      proof,
    },
    {
      variant: 'sipp-linphone',
      programs: ['SIPp', 'linphonec'],
      transport: 'UDP',
      says: "Alice's ACK never comes: linphonec repeats its 200 and ends the call.",
      async run(lab) {
        await linphone(lab, address.bob, { user: 'bob' });
        await pause(1_000);
        await lab
          .sipp({ host: address.alice, target: at.bob, scenario: neverAcks, more: ['-nr'] })
          .done();
      },
      filter: 'udp port 5060',
      proof,
    },
    {
      variant: 'baresip-offhook',
      programs: ['baresip', 'Offhook'],
      transport: 'UDP',
      says: 'Each ACK of baresip is lost on the way: Offhook repeats its 200 for 32 seconds and sends BYE.',
      async run(lab) {
        lab.lose(...carrying('ACK sip:'));
        const phone = await offhook(lab, address.bob, 'bob');
        void phone.nextCall().then((call) => call.accept().catch(() => undefined));
        const caller = await baresip(lab, address.alice, { user: 'alice' });
        await caller.tell('dial', bobAt);
        await caller.sees('CALL_CLOSED', 45_000);
      },
      filter: 'udp port 5060',
      proof,
    },
    {
      variant: 'offhook-sipp',
      programs: ['Offhook', 'SIPp'],
      transport: 'UDP',
      says: 'Each ACK of Offhook is lost on the way: Bob repeats his 200 and hangs up.',
      async run(lab) {
        lab.lose(...carrying('ACK sip:'));
        const repeated = [500, 1_000, 2_000, 4_000, 4_000, 4_000, 4_000, 4_000, 4_000, 4_000];
        const callee = lab.sipp({
          host: address.bob,
          scenario: scenario(
            'waits for ACK',
            bob.invited(),
            bob.rings(),
            waits(400),
            bob.answers({ repeat: false }),
            repeated.flatMap((gap) => [waits(gap), bob.answers({ repeat: false })]),
            waits(500),
            bob.byes({ headers: ['Reason: SIP;cause=408;text="ACK missing"'] }),
            gets(200),
          ),
        });
        await pause(300);
        const { ua } = await offhook(lab, address.alice, 'alice');
        const call = await ua.call(bobAt).answered;
        await call.ended;
        await callee.done();
      },
      filter: 'udp port 5060',
      proof,
    },
  ],
};

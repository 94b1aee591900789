// Fault 9: the ACK goes elsewhere than to the Contact of the 200, so the callee never gets it.
import { pause } from '../../peers/world.ts';
import { address } from '../lab.ts';
import { alice, aliceTo, at } from '../people.ts';
import { baresip, proxy } from '../programs.ts';
import type { Count, Family } from '../recipe.ts';
import { sippToLinphone, sippToOffhook } from '../runs.ts';
import { gets, goesTo, progress, replies, scenario, takesAmong, waits } from '../scenario.ts';

const proof: Readonly<Record<string, Count>> = {
  'sip.Method == "ACK"': [1, 14],
  [`sip.Method == "ACK" && ip.dst == ${address.bob}`]: 0,
  [`sip.Status-Code == 200 && sip.CSeq.method == "INVITE" && ip.src == ${address.bob}`]: [8, 14],
};

const astray = [
  alice.invites(),
  progress,
  gets(200),
  goesTo(address.nobody),
  alice.acks({ uri: `sip:bob@${address.nobody}`, routes: false }),
  goesTo(address.bob),
  takesAmong('BYE', 200),
  replies('200 OK'),
  waits(300),
];

/** ACK to the wrong target. */
export const ackWrongTarget: Family = {
  fault: 9,
  rule: 'ack-wrong-target',
  recipes: [
    {
      variant: 'sipp-offhook',
      programs: ['SIPp', 'Offhook'],
      transport: 'UDP',
      says: 'Alice sends her ACK to another address than the Contact of the 200; Offhook repeats its 200 and hangs up.',
      run: sippToOffhook(astray, {}, { more: ['-nr'] }),
      filter: 'udp port 5060',
      proof,
    },
    {
      variant: 'sipp-linphone',
      programs: ['SIPp', 'linphonec'],
      transport: 'UDP',
      says: 'Alice sends her ACK to another address than the Contact of the 200; linphonec repeats its 200 and ends the call.',
      run: sippToLinphone(astray, {}, { more: ['-nr'] }),
      filter: 'udp port 5060',
      proof,
    },
    {
      variant: 'kamailio-baresip',
      programs: ['SIPp', 'Kamailio', 'baresip'],
      transport: 'UDP',
      says: 'Alice sends her ACK to the address that she dialled, not to the Contact: Kamailio, which is not in the route, drops it.',
      async run(lab) {
        await proxy(lab, {
          recordRoute: false,
          route: `$du = "sip:${at.bob}";`,
          dropsAcks: true,
        });
        await baresip(lab, address.bob, { user: 'bob' });
        const uri = `sip:bob@${address.proxy}`;
        const through = aliceTo(uri);
        lab.sipp({
          host: address.alice,
          target: at.proxy,
          more: ['-nr'],
          scenario: scenario(
            'acknowledges the address of record',
            through.invites(),
            progress,
            gets(200),
            through.acks({ uri }),
            takesAmong('BYE', 200),
            replies('200 OK'),
            waits(300),
          ),
        });
        await pause(36_000);
      },
      filter: 'udp port 5060',
      proof,
    },
  ],
};

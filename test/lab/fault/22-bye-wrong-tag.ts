// Fault 22: BYE with a To tag that no dialog has: 481, and the other side stays in the call.
import { pause } from '../../peers/world.ts';
import { address } from '../lab.ts';
import { alice, aliceTo, at, bob } from '../people.ts';
import { baresip, linphone, offhook, proxy } from '../programs.ts';
import type { Family } from '../recipe.ts';
import { gets, replies, scenario, takes, waits } from '../scenario.ts';

const wrongBye = scenario(
  'hangs up wrongly',
  alice.calls(),
  waits(1_200),
  alice.byes({ toTag: ';tag=not-the-tag' }),
  gets(481),
  waits(300),
);

/** BYE with a wrong tag. */
export const byeWrongTag: Family = {
  fault: 22,
  rule: 'bye-wrong-tag',
  recipes: [
    {
      variant: 'sipp-baresip',
      programs: ['SIPp', 'baresip'],
      transport: 'UDP',
      says: "Alice's BYE has a To tag that baresip does not know: 481, and its sound goes on.",
      async run(lab) {
        await baresip(lab, address.bob, { user: 'bob' });
        await lab.sipp({ host: address.alice, target: at.bob, scenario: wrongBye }).done();
        await pause(700);
      },
      filter: 'udp or icmp',
      proof: { 'sip.Status-Code == 481': 1, 'sip.Method == "BYE"': 1 },
    },
    {
      variant: 'sipp-linphone',
      programs: ['SIPp', 'linphonec'],
      transport: 'UDP',
      says: "Alice's BYE has a To tag that linphonec does not know: 481.",
      async run(lab) {
        await linphone(lab, address.bob, { user: 'bob' });
        await pause(1_000);
        await lab.sipp({ host: address.alice, target: at.bob, scenario: wrongBye }).done();
        await pause(300);
      },
      proof: { 'sip.Status-Code == 481': 1, 'sip.Method == "BYE"': 1 },
    },
    {
      variant: 'sipp-offhook-tcp',
      programs: ['SIPp', 'Offhook'],
      transport: 'TCP',
      says: "Alice's BYE has a To tag that Offhook does not know: 481.",
      async run(lab) {
        const phone = await offhook(lab, address.bob, 'bob');
        void phone.nextCall().then((call) => call.accept());
        await lab
          .sipp({ host: address.alice, transport: 'tcp', target: at.bob, scenario: wrongBye })
          .done();
      },
      proof: { 'sip.Status-Code == 481': 1, 'sip.Method == "BYE"': 1 },
    },
    {
      variant: 'kamailio-sipp',
      programs: ['SIPp', 'Kamailio', 'SIPp'],
      transport: 'UDP',
      says: 'Bob hangs up with a To tag that is not that of Alice; her 481 comes back through Kamailio.',
      async run(lab) {
        await proxy(lab, { route: `$du = "sip:${at.bob}";` });
        const through = aliceTo(`sip:bob@${address.proxy}`);
        await lab.call(
          {
            host: address.bob,
            scenario: scenario(
              'hangs up wrongly',
              bob.invited(),
              bob.rings({ recordRoute: true }),
              waits(500),
              bob.answers({ recordRoute: true }),
              takes('ACK'),
              waits(1_000),
              bob.byes({ routes: true, to: `<sip:alice@${address.alice}>;tag=not-the-tag` }),
              gets(481),
              waits(300),
            ),
          },
          {
            host: address.alice,
            target: at.proxy,
            scenario: scenario(
              'knows its tag',
              through.calls(),
              takes('BYE'),
              replies('481 Call/Transaction Does Not Exist'),
              waits(800),
            ),
          },
        );
      },
      proof: { 'sip.Status-Code == 481': 2, 'sip.Method == "BYE"': 2 },
    },
  ],
};

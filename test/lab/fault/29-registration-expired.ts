// Fault 29: a phone rings when its registration ends, and the server takes the call away from it.
import { pause } from '../../peers/world.ts';
import { address, carrying } from '../lab.ts';
import type { Lab } from '../lab.ts';
import { aliceTo, at, bob } from '../people.ts';
import { baresip, linphone, proxy } from '../programs.ts';
import type { Family } from '../recipe.ts';
import { Caller, gets, progress, replies, scenario, takes, waits } from '../scenario.ts';

/** Kamailio that gives seven seconds, and cancels the call that rings there when they are over. */
async function forgets(lab: Lab): Promise<void> {
  await proxy(lab, {
    modules: `modparam("registrar", "min_expires", 1)
modparam("registrar", "max_expires", 7)
modparam("usrloc", "timer_interval", 1)
event_route[usrloc:contact-expired] {
  t_cancel_callid("$shv(call)", "1", "29");
}`,
    route: `if (!lookup("location")) { sl_send_reply("480", "Temporarily Unavailable"); exit; }
  $shv(call) = $ci;`,
  });
}

function waitsInVain(): string {
  const through = aliceTo(`sip:bob@${address.proxy}`);
  return scenario(
    'waits in vain',
    through.invites(),
    progress,
    gets(487),
    through.acksRefusal(),
    waits(300),
  );
}

const expired = {
  'sip.Method == "REGISTER"': [1, 30],
  'sip.Method == "CANCEL"': [1, 3],
  [`sip.Status-Code == 487 && ip.dst == ${address.alice}`]: [1, 3],
} as const;

/** Registration expired while ringing. */
export const registrationExpired: Family = {
  fault: 29,
  rule: 'registration-expired',
  recipes: [
    {
      variant: 'sipp',
      programs: ['SIPp', 'Kamailio', 'SIPp'],
      transport: 'UDP',
      says: "Bob's registration ends while his phone rings: Kamailio cancels the call, and Alice gets 487.",
      async run(lab) {
        await forgets(lab);
        const self = new Caller(`"Bob" <sip:bob@${address.bob}>`, `sip:${address.proxy}`);
        await lab
          .sipp({
            host: address.bob,
            target: at.proxy,
            scenario: scenario(
              'registers once',
              self.opens('REGISTER', { to: `<sip:bob@${address.proxy}>`, headers: ['Expires: 7'] }),
              gets(200),
            ),
          })
          .done();
        const called = lab.sipp({
          host: address.bob,
          scenario: scenario(
            'rings',
            bob.invited(),
            bob.rings({ recordRoute: true }),
            takes('CANCEL'),
            replies('200 OK'),
            bob.responds('487 Request Terminated', { repeat: true }),
            takes('ACK'),
            waits(300),
          ),
        });
        await pause(1_500);
        await lab.sipp({ host: address.alice, target: at.proxy, scenario: waitsInVain() }).done();
        await called.done();
      },
      proof: expired,
    },
    {
      variant: 'baresip',
      programs: ['SIPp', 'Kamailio', 'baresip'],
      transport: 'UDP',
      says: "baresip's refreshes get lost while it rings: its registration ends, Kamailio cancels the call, and Alice gets 487.",
      async run(lab) {
        await forgets(lab);
        const phone = await baresip(lab, address.bob, {
          user: 'bob',
          server: at.proxy,
          password: 'pw-bob',
          answer: 'manual',
          interval: 7,
        });
        await phone.registered();
        lab.deafen(...carrying('REGISTER sip:'));
        await pause(1_000);
        await lab.sipp({ host: address.alice, target: at.proxy, scenario: waitsInVain() }).done();
        await pause(300);
      },
      filter: 'udp port 5060',
      proof: expired,
    },
    {
      variant: 'linphone',
      programs: ['SIPp', 'Kamailio', 'linphonec'],
      transport: 'UDP',
      says: "linphonec's refreshes get lost while it rings: its registration ends, Kamailio cancels the call, and Alice gets 487.",
      async run(lab) {
        await forgets(lab);
        const phone = await linphone(lab, address.bob, {
          user: 'bob',
          server: at.proxy,
          password: 'pw-bob',
          answer: 'manual',
          expires: 7,
        });
        await phone.registered();
        lab.deafen(...carrying('REGISTER sip:'));
        await pause(300);
        await lab.sipp({ host: address.alice, target: at.proxy, scenario: waitsInVain() }).done();
        await pause(300);
      },
      filter: 'udp port 5060',
      proof: expired,
    },
  ],
};

// Fault 32: a TCP connection is dead because a NAT has forgotten it, and what is sent on it is never acknowledged.
import { pause } from '../../peers/world.ts';
import { address } from '../lab.ts';
import type { Lab } from '../lab.ts';
import { alice, aliceTo, at, bob, bobAt } from '../people.ts';
import { baresip, linphone, offhook, proxy } from '../programs.ts';
import type { Family } from '../recipe.ts';
import { answers } from '../runs.ts';
import { gets, progress, scenario, takes, waits } from '../scenario.ts';

/** The NAT forgets the connection: nothing passes either way any more, and nobody is told. */
function forgotten(lab: Lab, host: string): void {
  lab.deafen('-p', 'tcp', '-d', host);
  lab.deafen('-p', 'tcp', '-s', host);
}

const dead = { 'tcp.analysis.retransmission': [3, 60] } as const;

/** Dead TCP connection. */
export const tcpKeepAlive: Family = {
  fault: 32,
  rule: 'tcp-keep-alive',
  recipes: [
    {
      variant: 'sipp-offhook',
      programs: ['SIPp', 'Offhook'],
      transport: 'TCP',
      says: "A NAT forgets the connection, which was idle for 20 seconds, in the call: Offhook's BYE is sent again by TCP and never acknowledged.",
      async run(lab) {
        const phone = await offhook(lab, address.bob, 'bob');
        const answered = answers(phone);
        lab.sipp({
          host: address.alice,
          target: at.bob,
          transport: 'tcp',
          scenario: scenario('Alice', alice.calls(), waits(100_000)),
        });
        const call = await answered;
        await pause(20_000);
        forgotten(lab, address.alice);
        await pause(1_000);
        await Promise.race([call.hangUp().catch(() => undefined), pause(20_000)]);
      },
      filter: 'tcp port 5060',
      proof: { ...dead, 'sip.Method == "BYE"': [1, 20] },
    },
    {
      variant: 'kamailio-baresip',
      programs: ['SIPp', 'Kamailio', 'baresip'],
      transport: 'TCP',
      says: 'baresip is registered over TCP, a NAT forgets the connection while it is idle, and the INVITE that Kamailio sends on it never arrives.',
      async run(lab) {
        await proxy(lab, {
          register: 'force_rport(); setflag(1); fix_nated_register(); save("location"); exit;',
          modules:
            'loadmodule "nathelper.so"\nmodparam("nathelper|registrar", "received_avp", "$avp(RECEIVED)")',
        });
        const phone = await baresip(lab, address.bob, {
          user: 'bob',
          server: at.proxy,
          password: 'pw-bob',
          transport: 'tcp',
          interval: 600,
        });
        await phone.registered();
        await pause(20_000);
        forgotten(lab, address.bob);
        await pause(500);
        const through = aliceTo(`sip:bob@${address.proxy}`);
        await lab
          .sipp({
            host: address.alice,
            target: at.proxy,
            scenario: scenario(
              'gets 408',
              through.invites(),
              progress,
              gets(408),
              through.acksRefusal(),
              waits(300),
            ),
          })
          .done();
      },
      filter: 'port 5060',
      seconds: 90,
      also: [1, 6],
      proof: { ...dead, 'sip.Status-Code == 408': [1, 3] },
    },
    {
      variant: 'linphone-sipp',
      programs: ['linphonec', 'SIPp'],
      transport: 'TCP',
      says: "A NAT forgets the connection, which was idle for 20 seconds, in the call: linphonec's BYE is sent again by TCP and never acknowledged.",
      async run(lab) {
        lab.sipp({
          host: address.bob,
          transport: 'tcp',
          scenario: scenario('Bob', bob.takesCall(), takes('BYE')),
        });
        const phone = await linphone(lab, address.alice, { user: 'alice' });
        await pause(700);
        phone.tell(`call <${bobAt};transport=tcp>`);
        await phone.prints(/established|connected/i, 15_000);
        await pause(20_000);
        forgotten(lab, address.bob);
        await pause(700);
        phone.tell('terminate');
        await pause(20_000);
      },
      filter: 'tcp port 5060',
      proof: { ...dead, 'sip.Method == "BYE"': [1, 20] },
    },
  ],
};

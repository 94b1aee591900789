// Fault 30: a request goes in a circle until its Max-Forwards is used up.
import { address } from '../lab.ts';
import type { Lab } from '../lab.ts';
import { aliceTo, at } from '../people.ts';
import { baresip, linphone, proxy } from '../programs.ts';
import type { Family } from '../recipe.ts';
import { gets, progress, scenario, waits } from '../scenario.ts';
import { pause } from '../../peers/world.ts';

/** Two servers, each of which takes the other for Bob's. */
async function circle(lab: Lab, transport = 'udp'): Promise<void> {
  const to = (host: string): string => `$du = "sip:${host}:5060;transport=${transport}";`;
  await proxy(lab, { route: to(address.other), recordRoute: false });
  await proxy(lab, { host: address.other, route: to(address.proxy), recordRoute: false });
}

const looped = {
  [`sip.Method == "INVITE" && ip.src == ${address.proxy}`]: [3, 80],
  'sip.Status-Code == 483': [2, 200],
} as const;

/** Loop. */
export const loop: Family = {
  fault: 30,
  rule: 'loop',
  recipes: [
    {
      variant: 'kamailio-two',
      programs: ['SIPp', 'Kamailio', 'Kamailio'],
      transport: 'UDP',
      says: 'Two servers send the INVITE to each other until Max-Forwards is 0: 483.',
      async run(lab) {
        await circle(lab);
        const caller = aliceTo(`sip:bob@${address.proxy}`);
        await lab
          .sipp({
            host: address.alice,
            target: at.proxy,
            scenario: scenario(
              'goes in a circle',
              caller.invites(),
              progress,
              gets(483),
              caller.acksRefusal(),
              waits(300),
            ).replaceAll('Max-Forwards: 70', 'Max-Forwards: 12'),
          })
          .done();
      },
      proof: looped,
    },
    {
      variant: 'kamailio-itself',
      programs: ['baresip', 'Kamailio'],
      transport: 'UDP',
      says: 'A server sends the INVITE to itself until Max-Forwards is 0: 483.',
      async run(lab) {
        await proxy(lab, { route: `$du = "sip:${at.proxy}";`, recordRoute: false });
        const phone = await baresip(lab, address.alice, { user: 'alice' });
        await phone.tell('dial', `sip:bob@${address.proxy}`);
        await phone.sees('CALL_CLOSED', 20_000);
      },
      proof: { 'sip.Method == "INVITE"': [20, 80], 'sip.Status-Code == 483': [20, 200] },
    },
    {
      variant: 'kamailio-tcp',
      programs: ['linphonec', 'Kamailio', 'Kamailio'],
      transport: 'TCP',
      says: 'Two servers send the INVITE of linphonec to each other over TCP until Max-Forwards is 0: 483.',
      async run(lab) {
        await circle(lab, 'tcp');
        const phone = await linphone(lab, address.alice, { user: 'alice' });
        await pause(700);
        phone.tell(`call <sip:bob@${address.proxy};transport=tcp>`);
        await pause(4_000);
      },
      proof: { 'sip.Status-Code == 483': [2, 200] },
    },
  ],
};

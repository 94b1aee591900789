// Fault 5: 403, because calls from this address are not taken.
import { pause } from '../../peers/world.ts';
import { address } from '../lab.ts';
import { alice, aliceTo, at, bob } from '../people.ts';
import { baresip, linphone, proxy } from '../programs.ts';
import type { Family } from '../recipe.ts';
import { sippToSipp } from '../runs.ts';
import { gets, progress, scenario, takes, waits } from '../scenario.ts';

const closed = `if ($si != "${address.bob}") { sl_send_reply("403", "Forbidden source address"); exit; }`;

/** 403 by a source filter. */
export const forbiddenSource: Family = {
  fault: 5,
  rule: 'forbidden-source',
  recipes: [
    {
      variant: 'sipp-kamailio',
      programs: ['SIPp', 'Kamailio'],
      transport: 'UDP',
      says: "Kamailio takes calls from Bob's address alone, and answers Alice 403 without asking for a password.",
      async run(lab) {
        await proxy(lab, { first: closed });
        const caller = aliceTo(`sip:bob@${address.proxy}`);
        await lab
          .sipp({
            host: address.alice,
            target: at.proxy,
            scenario: scenario(
              'is not let in',
              caller.invites(),
              progress,
              gets(403),
              caller.acksRefusal(),
            ),
          })
          .done();
      },
      proof: { 'sip.Status-Code == 403': 1, 'sip.Status-Code == 407': 0 },
    },
    {
      variant: 'baresip-kamailio',
      programs: ['baresip', 'Kamailio'],
      transport: 'UDP',
      says: "Kamailio takes calls from Bob's address alone, and answers baresip 403.",
      async run(lab) {
        await proxy(lab, { first: closed });
        const phone = await baresip(lab, address.alice, { user: 'alice' });
        await phone.tell('dial', `sip:bob@${address.proxy}`);
        await phone.sees('CALL_CLOSED');
      },
      proof: { 'sip.Status-Code == 403': 1 },
    },
    {
      variant: 'linphone-kamailio-tcp',
      programs: ['linphonec', 'Kamailio'],
      transport: 'TCP',
      says: "Kamailio takes calls from Bob's address alone, and answers linphonec 403 over TCP.",
      async run(lab) {
        await proxy(lab, { first: closed });
        const phone = await linphone(lab, address.alice, { user: 'alice' });
        await pause(700);
        phone.tell(`call <sip:bob@${address.proxy};transport=tcp>`);
        await pause(2_500);
      },
      proof: { 'sip.Status-Code == 403': 1 },
    },
    {
      variant: 'sipp-trunk',
      programs: ['SIPp', 'SIPp'],
      transport: 'UDP',
      says: 'A trunk refuses an unknown source with 403 and a warning.',
      run: sippToSipp(
        [
          bob.invited(),
          bob.responds('100 Trying'),
          bob.responds('403 Forbidden', {
            repeat: true,
            headers: ['Warning: 399 203.0.113.20 "Source address 203.0.113.10 is not in the list"'],
          }),
          takes('ACK'),
          waits(200),
        ],
        [alice.invites(), progress, gets(403), alice.acksRefusal(), waits(200)],
      ),
      proof: { 'sip.Status-Code == 403': 1 },
    },
  ],
};

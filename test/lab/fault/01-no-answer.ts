// Fault 1: an INVITE that nobody answers, until timer B.
import { pause } from '../../peers/world.ts';
import { address } from '../lab.ts';
import { aliceTo, at } from '../people.ts';
import { baresip, linphone, offhook, proxy } from '../programs.ts';
import type { Family } from '../recipe.ts';
import { gets, progress, scenario } from '../scenario.ts';

const nobody = `sip:bob@${address.nobody}`;
const unanswered = { 'sip.Method == "INVITE"': 7, 'sip.Status-Line': 0 };

/** No answer to INVITE. */
export const noAnswer: Family = {
  fault: 1,
  rule: 'no-answer',
  recipes: [
    {
      variant: 'sipp',
      programs: ['SIPp'],
      transport: 'UDP',
      says: 'Alice calls an address where nobody is, and gets no answer to seven INVITEs.',
      async run(lab) {
        const caller = aliceTo(nobody);
        lab.sipp({
          host: address.alice,
          target: `${address.nobody}:5060`,
          scenario: scenario('calls nobody', caller.invites(), progress, gets(200), caller.acks()),
          more: ['-max_invite_retrans', '6'],
        });
        await pause(33_500);
      },
      proof: unanswered,
    },
    {
      variant: 'offhook',
      programs: ['Offhook'],
      transport: 'UDP',
      says: 'Offhook calls an address where nobody is, and gives up when timer B fires.',
      async run(lab) {
        const { ua } = await offhook(lab, address.alice, 'alice');
        await ua.call(nobody).answered.catch(() => undefined);
      },
      proof: unanswered,
    },
    {
      variant: 'baresip',
      programs: ['baresip'],
      transport: 'UDP',
      says: 'baresip calls an address where nobody is, and closes the call when timer B fires.',
      async run(lab) {
        const phone = await baresip(lab, address.alice, { user: 'alice' });
        await phone.tell('dial', nobody);
        await phone.sees('CALL_CLOSED', 40_000);
      },
      proof: unanswered,
    },
    {
      variant: 'linphone',
      programs: ['linphonec'],
      transport: 'UDP',
      says: 'linphonec calls an address where nobody is, and gives up after 32 seconds.',
      async run(lab) {
        const phone = await linphone(lab, address.alice, { user: 'alice' });
        phone.tell(`call ${nobody}`);
        await pause(34_000);
      },
      proof: { 'sip.Method == "INVITE"': [6, 8], 'sip.Status-Line': 0 },
    },
    {
      variant: 'kamailio',
      programs: ['SIPp', 'Kamailio'],
      transport: 'UDP',
      says: 'Kamailio passes the INVITE on to a phone that has gone, and answers 408 itself when nothing comes back.',
      async run(lab) {
        await proxy(lab, { route: `$du = "sip:${address.nobody}:5060";` });
        const caller = aliceTo(`sip:bob@${address.proxy}`);
        await lab
          .sipp({
            host: address.alice,
            target: at.proxy,
            scenario: scenario(
              'gets 408',
              caller.invites(),
              progress,
              gets(408),
              caller.acksRefusal(),
            ),
          })
          .done();
      },
      proof: {
        [`sip.Method == "INVITE" && ip.dst == ${address.nobody}`]: [5, 12],
        'sip.Status-Code == 408': [1, 3],
      },
    },
  ],
};

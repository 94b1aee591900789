// Fault 2: a request that is no INVITE gets no answer, until timer F.
import { pause } from '../../peers/world.ts';
import { address } from '../lab.ts';
import { aliceTo, bob } from '../people.ts';
import { baresip, linphone, offhook } from '../programs.ts';
import type { Family } from '../recipe.ts';
import { offhookToSipp } from '../runs.ts';
import { gets, scenario, waits } from '../scenario.ts';

const nobody = `${address.nobody}:5060`;

/** A request times out. */
export const requestTimeout: Family = {
  fault: 2,
  rule: 'request-timeout',
  recipes: [
    {
      variant: 'sipp-message',
      programs: ['SIPp'],
      transport: 'UDP',
      says: 'A MESSAGE is sent eleven times to a phone that is switched off.',
      async run(lab) {
        const caller = aliceTo(`sip:bob@${address.nobody}`);
        lab.sipp({
          host: address.alice,
          target: nobody,
          scenario: scenario(
            'writes to nobody',
            caller.opens('MESSAGE', {
              headers: ['Content-Type: text/plain'],
              body: 'Are you there?',
            }),
            gets(200),
          ),
          more: ['-max_non_invite_retrans', '10'],
        });
        await pause(34_000);
      },
      proof: { 'sip.Method == "MESSAGE"': [10, 11], 'sip.Status-Line': 0 },
    },
    {
      variant: 'offhook-options',
      programs: ['Offhook'],
      transport: 'UDP',
      says: 'Offhook asks an address for its abilities, and nobody answers.',
      async run(lab) {
        const { ua } = await offhook(lab, address.alice, 'alice');
        await ua.options(`sip:bob@${address.nobody}`).catch(() => undefined);
      },
      proof: { 'sip.Method == "OPTIONS"': 11, 'sip.Status-Line': 0 },
    },
    {
      variant: 'baresip-register',
      programs: ['baresip'],
      transport: 'UDP',
      says: 'baresip registers at a server that does not answer.',
      async run(lab) {
        await baresip(lab, address.alice, { user: 'alice', server: nobody, password: 'pw-alice' });
        await pause(33_000);
      },
      proof: { 'sip.Method == "REGISTER"': [10, 12], 'sip.Status-Line': 0 },
    },
    {
      variant: 'linphone-register',
      programs: ['linphonec'],
      transport: 'UDP',
      says: 'linphonec registers at a server that does not answer.',
      async run(lab) {
        await linphone(lab, address.alice, { user: 'alice', server: nobody, password: 'pw-alice' });
        await pause(34_000);
      },
      proof: { 'sip.Method == "REGISTER"': [10, 14], 'sip.Status-Line': 0 },
    },
    {
      variant: 'offhook-bye',
      programs: ['Offhook', 'SIPp'],
      transport: 'UDP',
      says: "Bob's phone loses its power in the call: Offhook's BYE is never answered.",
      run: offhookToSipp([bob.takesCall(), waits(500)], async ({ ua }, uri, lab) => {
        const call = await ua.call(uri).answered;
        await pause(400);
        lab.deafen('-d', address.bob);
        await pause(1_200);
        await call.hangUp().catch(() => undefined);
      }),
      filter: 'udp port 5060',
      proof: { 'sip.Method == "BYE"': [10, 11], 'sip.CSeq.method == "BYE" && sip.Status-Line': 0 },
    },
  ],
};

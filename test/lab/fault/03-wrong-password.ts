// Fault 3: credentials that are never taken.
import { pause } from '../../peers/world.ts';
import { address } from '../lab.ts';
import { aliceTo, at } from '../people.ts';
import { baresip, demands, linphone, offhook, proxy } from '../programs.ts';
import type { Family } from '../recipe.ts';
import { gets, scenario } from '../scenario.ts';

const server = `sip:${address.proxy}`;
const aliceThere = `<sip:alice@${address.proxy}>`;
const refusedTwice = {
  'sip.Method == "REGISTER" && sip.Authorization': [1, 20],
  'sip.Status-Code == 401': [2, 20],
  'sip.Status-Code == 200': 0,
} as const;

/** Wrong password. */
export const wrongPassword: Family = {
  fault: 3,
  rule: 'wrong-password',
  recipes: [
    {
      variant: 'sipp-register',
      programs: ['SIPp', 'Kamailio'],
      transport: 'UDP',
      says: 'Alice registers with a wrong password: Kamailio challenges her again, and she gives up.',
      async run(lab) {
        await proxy(lab, { first: demands('pw-alice') });
        const caller = aliceTo(server);
        const register = { to: aliceThere, headers: ['Expires: 600'] };
        await lab
          .sipp({
            host: address.alice,
            target: at.proxy,
            user: 'alice',
            password: 'wrong',
            scenario: scenario(
              'registers in vain',
              caller.opens('REGISTER', register),
              gets(401, { auth: true }),
              caller.opens('REGISTER', {
                to: aliceThere,
                cseq: 2,
                headers: ['Expires: 600', '[authentication]'],
              }),
              gets(401),
            ),
          })
          .done();
      },
      proof: refusedTwice,
    },
    {
      variant: 'baresip-register',
      programs: ['baresip', 'Kamailio'],
      transport: 'UDP',
      says: 'baresip registers with a wrong password, and Kamailio refuses it.',
      async run(lab) {
        await proxy(lab, { first: demands('pw-alice') });
        const phone = await baresip(lab, address.alice, {
          user: 'alice',
          server: at.proxy,
          password: 'wrong',
        });
        await phone.sees('REGISTER_FAIL', 15_000).catch(() => undefined);
        await pause(500);
      },
      proof: refusedTwice,
    },
    {
      variant: 'linphone-register-tcp',
      programs: ['linphonec', 'Kamailio'],
      transport: 'TCP',
      says: 'linphonec registers over TCP with a wrong password, and Kamailio refuses it.',
      async run(lab) {
        await proxy(lab, { first: demands('pw-alice') });
        await linphone(lab, address.alice, {
          user: 'alice',
          server: at.proxy,
          password: 'wrong',
          transport: 'tcp',
        });
        await pause(5_000);
      },
      proof: refusedTwice,
    },
    {
      variant: 'offhook-call',
      programs: ['Offhook', 'Kamailio'],
      transport: 'UDP',
      says: 'Offhook calls Bob with a wrong password: the second INVITE is challenged like the first.',
      async run(lab) {
        await proxy(lab, { first: demands('pw-alice') });
        const { ua } = await offhook(lab, address.alice, 'alice', {
          account: { aor: `sip:alice@${address.proxy}`, password: 'wrong' },
          server,
        });
        await ua.call(`sip:bob@${address.proxy}`).answered.catch(() => undefined);
      },
      proof: {
        'sip.Method == "INVITE" && sip.Proxy-Authorization': [1, 3],
        'sip.Status-Code == 407': [2, 4],
      },
    },
  ],
};

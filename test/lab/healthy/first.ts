// Healthy calls between phones of different makers: a password asked for, hold and resume, and a caller who changes his mind.
import { pause } from '../../peers/world.ts';
import { address } from '../lab.ts';
import { alice, at, bob, bobAt } from '../people.ts';
import { baresip, demands, linphone, offhook, proxy } from '../programs.ts';
import type { Recipe } from '../recipe.ts';
import { gets, scenario, takes, waits } from '../scenario.ts';

/** These calls. */
export const first: readonly Recipe[] = [
  {
    variant: 'password',
    programs: ['baresip', 'Kamailio', 'SIPp'],
    transport: 'UDP',
    says: 'baresip registers and calls through Kamailio, is asked for its password each time, and gives it.',
    async run(lab) {
      await proxy(lab, {
        first: `if ($si != "${address.bob}") { ${demands('pw-alice')} }`,
        route: `$du = "sip:${at.bob}";`,
      });
      const callee = lab.sipp({
        host: address.bob,
        scenario: scenario(
          'is called',
          bob.invited(),
          bob.rings({ recordRoute: true }),
          waits(500),
          bob.answers({ recordRoute: true }),
          takes('ACK'),
          bob.isHungUp(),
        ),
        echo: true,
      });
      const phone = await baresip(lab, address.alice, {
        user: 'alice',
        server: at.proxy,
        password: 'pw-alice',
      });
      await phone.registered();
      await phone.tell('dial', `sip:bob@${address.proxy}`);
      await phone.sees('CALL_ESTABLISHED');
      await pause(1_500);
      await phone.tell('hangup');
      await callee.done();
      await pause(300);
    },
    proof: {
      'sip.Status-Code == 401': 1,
      'sip.Status-Code == 407': [1, 2],
      'sip.Method == "BYE"': 2,
    },
  },
  {
    variant: 'hold',
    programs: ['linphonec', 'Offhook'],
    transport: 'UDP',
    says: 'linphonec calls Offhook, holds the call, resumes it, and hangs up.',
    async run(lab) {
      const phone = await offhook(lab, address.bob, 'bob');
      void phone.nextCall().then(async (call) => {
        const answered = await call.accept();
        void answered.media.play({ kind: 'tone', hertz: 500 });
      });
      const caller = await linphone(lab, address.alice, { user: 'alice' });
      await pause(500);
      caller.tell(`call ${bobAt}`);
      await caller.prints(/established|connected/i, 15_000);
      await pause(1_000);
      caller.tell('pause');
      await pause(1_000);
      caller.tell('resume');
      await pause(1_000);
      caller.tell('terminate');
      await pause(700);
    },
    proof: { 'sip.Method == "INVITE"': 3, 'sip.Method == "BYE"': 1 },
  },
  {
    variant: 'caller-cancels',
    programs: ['SIPp', 'baresip'],
    transport: 'UDP',
    says: 'Alice gives up while baresip rings: CANCEL, 200, 487, ACK.',
    async run(lab) {
      await baresip(lab, address.bob, { user: 'bob', answer: 'manual' });
      await lab
        .sipp({
          host: address.alice,
          target: at.bob,
          scenario: scenario(
            'gives up',
            alice.invites(),
            gets(100, { maybe: true }),
            gets(180),
            waits(1_000),
            alice.cancels(),
            gets(200),
            gets(487),
            alice.acksRefusal(),
            waits(200),
          ),
        })
        .done();
    },
    proof: { 'sip.Method == "CANCEL"': 1, 'sip.Status-Code == 487': 1 },
  },
];

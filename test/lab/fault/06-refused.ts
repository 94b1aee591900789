// Fault 6: a call that is refused: busy, declined, not found, not available.
import { pause } from '../../peers/world.ts';
import { address } from '../lab.ts';
import { alice, aliceTo, at, bob, bobAt } from '../people.ts';
import { baresip, linphone, offhook, proxy } from '../programs.ts';
import type { Family } from '../recipe.ts';
import { gets, progress, scenario, takes, waits } from '../scenario.ts';
import type { Caller, Step } from '../scenario.ts';

/** The call is refused. */
export const refused: Family = {
  fault: 6,
  rule: 'refused',
  recipes: [
    {
      variant: 'sipp-486',
      programs: ['SIPp', 'SIPp'],
      transport: 'UDP',
      says: 'Bob is busy: 486.',
      async run(lab) {
        await lab.call(
          {
            host: address.bob,
            scenario: scenario(
              'busy',
              bob.invited(),
              bob.responds('486 Busy Here', { repeat: true }),
              takes('ACK'),
              waits(200),
            ),
          },
          {
            host: address.alice,
            target: at.bob,
            scenario: scenario('is refused', hearsNo(alice, 486)),
          },
        );
      },
      proof: { 'sip.Status-Code == 486': 1, 'sip.Method == "ACK"': 1 },
    },
    {
      variant: 'sipp-480-tcp',
      programs: ['SIPp', 'SIPp'],
      transport: 'TCP',
      says: 'Bob rings and does not answer: his phone gives 480 itself.',
      async run(lab) {
        await lab.call(
          {
            host: address.bob,
            transport: 'tcp',
            scenario: scenario(
              'not there',
              bob.invited(),
              bob.rings(),
              waits(2_500),
              bob.responds('480 Temporarily Unavailable', {
                headers: ['Reason: Q.850;cause=19;text="no answer"'],
              }),
              takes('ACK'),
              waits(200),
            ),
          },
          {
            host: address.alice,
            transport: 'tcp',
            target: at.bob,
            scenario: scenario('is refused', hearsNo(alice, 480)),
          },
        );
      },
      proof: { 'sip.Status-Code == 480': 1, 'sip.Method == "ACK"': 1 },
    },
    {
      variant: 'baresip-486',
      programs: ['SIPp', 'baresip'],
      transport: 'UDP',
      says: 'Bob rejects the call at his baresip: 486.',
      async run(lab) {
        const phone = await baresip(lab, address.bob, { user: 'bob', answer: 'manual' });
        const caller = lab.sipp({
          host: address.alice,
          target: at.bob,
          scenario: scenario('is refused', hearsNo(alice, 486)),
        });
        await phone.sees('CALL_INCOMING');
        await pause(700);
        await phone.tell('hangup');
        await caller.done();
      },
      proof: { 'sip.Status-Code == 486': 1 },
    },
    {
      variant: 'linphone-603',
      programs: ['Offhook', 'linphonec'],
      transport: 'UDP',
      says: 'Bob declines the call at his linphonec: 603.',
      async run(lab) {
        const phone = await linphone(lab, address.bob, { user: 'bob', answer: 'manual' });
        const { ua } = await offhook(lab, address.alice, 'alice');
        const call = ua.call(bobAt);
        const over = call.answered.catch(() => undefined);
        await phone.prints(/incoming call/);
        await pause(700);
        phone.tell('terminate');
        await over;
        await pause(300);
      },
      proof: { 'sip.Status-Code == 603': [1, 3] },
    },
    {
      variant: 'kamailio-404',
      programs: ['baresip', 'Kamailio'],
      transport: 'UDP',
      says: 'Alice dials a number that nobody has: Kamailio answers 404.',
      async run(lab) {
        await proxy(lab);
        const phone = await baresip(lab, address.alice, { user: 'alice' });
        await phone.tell('dial', `sip:nobody@${address.proxy}`);
        await phone.sees('CALL_CLOSED');
      },
      proof: { 'sip.Status-Code == 404': 1 },
    },
    {
      variant: 'kamailio-486',
      programs: ['SIPp', 'Kamailio', 'SIPp'],
      transport: 'UDP',
      says: 'The 486 of Bob comes back through Kamailio.',
      async run(lab) {
        await proxy(lab, { route: `$du = "sip:${at.bob}";` });
        await lab.call(
          {
            host: address.bob,
            scenario: scenario(
              'busy',
              bob.invited(),
              bob.rings({ recordRoute: true }),
              waits(800),
              bob.responds('486 Busy Here', { repeat: true }),
              takes('ACK'),
              waits(200),
            ),
          },
          {
            host: address.alice,
            target: at.proxy,
            scenario: scenario('is refused', hearsNo(aliceTo(`sip:bob@${address.proxy}`), 486)),
          },
        );
      },
      proof: { 'sip.Status-Code == 486': 2, 'sip.Method == "ACK"': 2 },
    },
  ],
};

function hearsNo(caller: Caller, status: number): readonly Step[] {
  return [caller.invites(), ...progress, gets(status), caller.acksRefusal(), waits(200)];
}
